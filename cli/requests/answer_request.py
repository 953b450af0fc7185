"""`steward approve`, `reject` and `cancel`: answer one deletion request after showing its plan."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.text import Text

from cli.confirmation import confirm, require_yes
from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.output import cell, console, print_json, print_line
from cli.requests.approvals_client import ApprovalsClient, is_open
from cli.requests.list_requests import time_left
from steward.domain.approvals.promises import effective_settings
from steward.domain.durations import humanize

STATUS_AFTER = {"approve": "approved", "reject": "rejected", "cancel": "cancelled"}

PROMISES = "promises"
"""The part of a plan that comes from the policy."""


def answer_request(
    stack: DeployedStack, name: str, verb: str, reason: str, *, yes: bool, as_json: bool
) -> None:
    """Send the answer ``verb``: ``approve``, ``reject`` or ``cancel``.

    Raises:
        CliError: There is no such request, it is closed, or the API refuses the answer.
    """
    require_yes(yes=yes, as_json=as_json)
    approvals = ApprovalsClient(stack)
    request = approvals.find(name)
    if not is_open(request):
        sentence = f"{request['id']} is {request['status']}; there is nothing to {verb}"
        raise CliError(sentence, ExitCode.ATTENTION)
    if not as_json:
        _print_request(request, stack.now())
    if verb == "approve" and not yes:
        confirm(request["cluster"], "approve exactly this plan")
    answered = approvals.answer(request, verb, reason)
    if as_json:
        print_json(answered)
        return
    print_line(console(), answered.get("message") or f"{request['id']} is {STATUS_AFTER[verb]}", "bold")


def _print_request(request: Mapping[str, Any], now: datetime) -> None:
    """The whole request: the answer counts for exactly what is shown."""
    out = console()
    lines = {
        "request": request["id"],
        "cluster": request["cluster"],
        "status": request["status"],
        "requested by": _requester(request),
        "reason": request.get("reason", ""),
        "time left": time_left(request, now),
        "waived blockers": ", ".join(_blocker(each) for each in request.get("blockers_waived", [])),
    }
    for label, value in lines.items():
        if value:
            out.print(_line(label, value), soft_wrap=True)
    for label, value in (effective_settings(request["plan"]) | dict(request.get("facts", {}))).items():
        out.print(_line(label, value), soft_wrap=True)
    print_line(out, "Plan:", "bold")
    for label, value in plan_lines(request["plan"]):
        out.print(_line(label, value, "  "), soft_wrap=True)
    out.print(_line("plan hash", request["plan_hash"]), soft_wrap=True)


def _requester(request: Mapping[str, Any]) -> str:
    """What AWS vouches for apart from what somebody claims."""
    claimed = request["requested_by"]
    if request.get("proven"):
        return f"verified: {claimed}"
    started = f"; by CloudTrail: {request['started_by']}" if request.get("started_by") else ""
    return f"claims: {claimed}{started}"


def _line(label: str, value: object, indent: str = "") -> Text:
    return cell(f"{indent}{label:<24} ", "bright_black") + cell(value)


def _blocker(blocker: Any) -> str:
    return str(blocker.get("evidence") or blocker.get("code")) if isinstance(blocker, dict) else str(blocker)


def plan_lines(plan: Mapping[str, Any], parents: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Label and value of every leaf of a plan; a label is made of the keys that lead to the leaf."""
    for key, value in plan.items():
        path = (*parents, key)
        if isinstance(value, dict) and value:
            yield from plan_lines(value, path)
        else:
            yield _label(path), _value(key, value)


def _label(path: tuple[str, ...]) -> str:
    names = [name.removesuffix("_seconds").removesuffix("_days") for name in path if name != PROMISES]
    return " ".join([names[0].replace("_", " "), *names[1:]])


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and key.endswith("_seconds"):
        return humanize(value) if value else "none"
    if isinstance(value, int) and key.endswith("_days"):
        return "indefinitely" if value < 0 else f"{value} days"
    return value if isinstance(value, str) else json.dumps(value)
