"""Desk: where people see the requests, answer them, and ask for deletions themselves.

Who somebody is, AWS says (the Function URL's IAM authorisation); nothing in a request's body can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from steward.adapters.approvals import Deprovisioning, WaitingTasks
from steward.adapters.cloudtrail import CloudTrailUnavailable, Trail
from steward.adapters.executions import Executions
from steward.adapters.ledger.requests import Kept, Requests
from steward.domain.approvals.evaluate import Refused, Reply, Ruling, Verb, answer
from steward.domain.approvals.input import parse_answer, parse_wish
from steward.domain.approvals.requests import Request, Status, missed, shown
from steward.domain.moments import parse_moment
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import DEPROVISION
from steward.steps.approvals.delivery import deliver

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LISTED = 50
"""Requests that nobody waits for any more, beside all those that are open."""

AROUND = timedelta(seconds=10)
"""How far CloudTrail's clock may be from that of Step Functions."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    requests: Requests
    tasks: WaitingTasks
    executions: Executions
    deprovisioning: Deprovisioning
    trail: Trail


@dataclass(frozen=True)
class Caller:
    """Who calls, and when.

    Attributes:
        arn: The caller's ARN, as the Function URL's IAM authorisation gives it.
        call: The id of the HTTP request.
    """

    arn: str
    now: datetime
    call: str


def caller(context: Mapping[str, Any]) -> Caller:
    """The caller in a Function URL event's ``requestContext`` (payload format 2.0).

    Raises:
        Refused: The call carries no identity.
    """
    arn = ((context.get("authorizer") or {}).get("iam") or {}).get("userArn") or ""
    if not arn:
        sentence = "the call carries no IAM identity; sign it with Signature Version 4"
        raise Refused("no_identity", HTTPStatus.FORBIDDEN, sentence)
    epoch = parse_moment("1970-01-01")
    now = epoch + timedelta(milliseconds=context["timeEpoch"])
    return Caller(arn, now, context["requestId"])


def list_requests(who: Caller, tools: Tools) -> dict[str, Any]:
    """Every open request, and the newest of the others."""
    recent = [shown(request, who.now) for request in tools.requests.recent(who.now)]
    open_ones = [each for each in recent if _is_open(each)]
    others = [each for each in recent if not _is_open(each)]
    return {"requests": open_ones + others[:LISTED]}


def show_request(name: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """One request.

    Raises:
        Refused: There is none with this id.
    """
    return shown(_found(name, tools).request, who.now)


def start_run(text: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """Start a run of deprovision with the caller as its requester.

    Raises:
        BadInput: The body can not be obeyed.
    """
    document = parse_wish(text) | {"requested_by": who.arn}
    parse_run_input(document, DEPROVISION.name)
    name = f"requested-{who.call}"
    execution = tools.deprovisioning.execution(name)
    tools.requests.vouch(execution, who.arn, who.now)
    tools.deprovisioning.start(name, document)
    return {"run": execution, "requested_by": who.arn}


def reply(name: str, verb: Verb, text: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """Record the answer, then bring it to the run.

    Raises:
        BadInput: The body can not be obeyed.
        Refused: The answer does not count.
    """
    plan_hash, reason = parse_answer(text, verb)
    kept = _found(name, tools)
    lives = tools.executions.is_running(kept.request.execution)
    said = Reply(verb, who.arn, who.now, plan_hash, reason, lives)
    ruling = answer(_with_starter(kept.request, verb, tools), said)
    if not ruling.counts:
        raise Refused(ruling.code, ruling.status, ruling.sentence)
    if ruling.code != "repeated" and not tools.requests.write(ruling.request, kept.token, kept):
        return reply(name, verb, text, who, tools)
    return _delivered(replace(kept, request=ruling.request), verb, ruling, who, tools)


def _delivered(kept: Kept, verb: Verb, ruling: Ruling, who: Caller, tools: Tools) -> dict[str, Any]:
    if not deliver(kept, tools) and verb is not Verb.CANCEL:
        tools.requests.change(kept.request.id, missed)
        sentence = f"the run {kept.request.run} no longer waits for an answer; see its report"
        raise Refused("late", HTTPStatus.GONE, sentence)
    return {"request": shown(kept.request, who.now), "code": ruling.code, "message": ruling.sentence}


def _with_starter(request: Request, verb: Verb, tools: Tools) -> Request:
    """The request with what CloudTrail knows of who started the run, where four eyes depend on it.

    Raises:
        Refused: CloudTrail does not answer.
    """
    if verb is Verb.CANCEL or request.proven or request.started_by or not request.four_eyes:
        return request
    since, until = request.started_at - AROUND, request.started_at + AROUND
    try:
        calls = tools.trail.calls("StartExecution", since, until)
    except CloudTrailUnavailable as error:
        sentence = f"the policy wants four eyes, and who started the run can not be seen; try again: {error}"
        raise Refused("requester_unknown", HTTPStatus.SERVICE_UNAVAILABLE, sentence) from error
    return replace(request, started_by=starter(calls, request.execution))


def starter(calls: Iterable[Mapping[str, Any]], execution: str) -> str:
    """Who started the execution, by CloudTrail's records; empty when they do not tell."""
    for call in calls:
        if (call.get("responseElements") or {}).get("executionArn") == execution:
            return str(call.get("userIdentity", {}).get("arn", ""))
    return ""


def _found(name: str, tools: Tools) -> Kept:
    kept = tools.requests.find(name)
    if kept is None:
        sentence = f'there is no request "{name[:100]}"; list them to see their ids'
        raise Refused("no_such_request", HTTPStatus.NOT_FOUND, sentence)
    return kept


def _is_open(request: Mapping[str, Any]) -> bool:
    return request["status"] in {Status.WAITING, Status.APPROVED} and "closed_at" not in request
