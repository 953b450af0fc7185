"""`steward requests`, `request`, `approve`, `reject` and `cancel`: deletions, asked for and answered."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.output import add, cell, console, emit, note, say, table
from cli.requests.approvals_client import Approvals, is_open
from cli.runs.start import known_clusters
from cli.text import clean
from steward.adapters.clusters import Clusters
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from rich.text import Text

    from cli.aws import Deployed

COLOURS = {
    "waiting": "cyan",
    "approved": "green",
    "rejected": "yellow",
    "expired": "yellow",
    "cancelled": "yellow",
}
"""Of each status of a request."""

DONE = {"approve": "approved", "reject": "rejected", "cancel": "cancelled"}


def show(stack: Deployed, *, as_json: bool) -> None:
    """List the requests: those that wait for an answer first."""
    requests = Approvals(stack).all()
    if as_json:
        emit({"requests": requests})
        return
    if not requests:
        say(console(), "nobody has asked for a deletion")
        return
    made = table("request", "cluster", "status", "asked by", "time left", "reason", folding="reason")
    for each in requests:
        status = cell(each["status"], COLOURS.get(each["status"], "yellow"))
        left = _left(each, stack.now())
        add(made, each["id"], each["cluster"], status, each["requested_by"], left, each.get("reason", ""))
    console().print(made)


def _left(request: Mapping[str, Any], now: datetime) -> str:
    if request["status"] != "waiting":
        return ""
    return humanize((parse_moment(request["expires_at"]) - now).total_seconds())


def request(stack: Deployed, clusters: Sequence[str], reason: str, *, yes: bool, as_json: bool) -> None:
    """Ask for clusters to be retired, in the caller's own name."""
    _needs_yes(yes=yes, as_json=as_json)
    approvals = Approvals(stack)
    names = [name.strip().lower() for name in clusters]
    known_clusters(stack, names)
    if not yes:
        there = {each.identifier: each for each in Clusters(stack.client("redshift")).all()}
        for name in names:
            cluster = there[name]
            created = f"{cluster.created_at:%Y-%m-%d}" if cluster.created_at else "unknown"
            tags = ", ".join(f"{key}={value}" for key, value in sorted(cluster.tags.items())) or "none"
            note(f"{name}: {cluster.described}, created {created}, tags: {tags}")
            _confirm(name, "ask for its deletion, which somebody else has to approve")
    answer = approvals.start(names, reason)
    run = answer["run"]
    if as_json:
        emit(answer)
        return
    say(console(), f"asked for as {answer.get('requested_by', 'you')}, run {run}")
    note(f"see what becomes of it: steward watch {run}; the requests to approve: steward requests")


def answer(stack: Deployed, name: str, verb: str, reason: str, *, yes: bool, as_json: bool) -> None:
    """Approve, reject or cancel a request.

    Raises:
        Trouble: The answer does not count.
    """
    _needs_yes(yes=yes, as_json=as_json)
    approvals = Approvals(stack)
    found = approvals.find(name)
    if not is_open(found):
        said = f"{found['id']} is {found['status']}"
        raise Trouble(f"{said}, so there is nothing to {verb}", Exit.ATTENTION)
    if not as_json:
        _tell(found, stack.now())
    if verb == "approve" and not yes:
        _confirm(found["cluster"], "approve exactly this plan")
    done = approvals.answer(found, verb, reason)
    if as_json:
        emit(done)
        return
    say(console(), done.get("message") or f"{found['id']} is {DONE[verb]}", "bold")


def _needs_yes(*, yes: bool, as_json: bool) -> None:
    if as_json and not yes:
        raise Trouble("--json asks no questions: say --yes as well", Exit.USAGE)


def _confirm(name: str, what: str) -> None:
    """Have the name of the cluster typed; nothing is as easily typed by mistake as y.

    Raises:
        Trouble: Something else was typed.
        typer.Abort: Nobody is there to type.
    """
    sys.stderr.write(f"Type {clean(name)} to {what}: ")
    sys.stderr.flush()
    typed = sys.stdin.readline()
    if not typed:
        raise typer.Abort
    if typed.strip() != name:
        raise Trouble(f'nothing was done: "{clean(typed.strip())}" is not {clean(name)}', Exit.ATTENTION)


def _tell(request: Mapping[str, Any], now: datetime) -> None:
    """A request in full: an answer is about exactly this."""
    out = console()
    lines = {
        "request": request["id"],
        "cluster": request["cluster"],
        "status": request["status"],
        "asked by": request["requested_by"],
        "reason": request.get("reason", ""),
        "time left": _left(request, now),
        "waived blockers": ", ".join(_blocker(each) for each in request.get("blockers_waived", [])),
    }
    for label, value in lines.items():
        if value:
            out.print(_line(label, value), soft_wrap=True)
    say(out, "What will be done:", "bold")
    for label, value in in_words(request["plan"]):
        out.print(_line(label, value, "  "), soft_wrap=True)
    out.print(_line("plan hash", request["plan_hash"]), soft_wrap=True)


def _line(label: str, value: object, indent: str = "") -> Text:
    return cell(f"{indent}{label:<24} ", "bright_black") + cell(value)


def _blocker(blocker: Any) -> str:
    return str(blocker.get("evidence") or blocker.get("code")) if isinstance(blocker, dict) else str(blocker)


PROMISES = "promises"
"""The part of a plan that the policy wrote."""


def in_words(document: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every value of a plan, with the keys that lead to it, as people read them."""
    for key, value in document.items():
        here = (*place, key)
        if isinstance(value, dict) and value:
            yield from in_words(value, here)
        else:
            yield _label(here), _value(key, value)


def _label(place: tuple[str, ...]) -> str:
    names = [name.removesuffix("_seconds").removesuffix("_days") for name in place if name != PROMISES]
    return " ".join([names[0].replace("_", " "), *names[1:]])


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and key.endswith("_seconds"):
        return humanize(value) if value else "none"
    if isinstance(value, int) and key.endswith("_days"):
        return "for ever" if value < 0 else f"{value} days"
    return value if isinstance(value, str) else json.dumps(value)
