"""The approvals API: people list requests, respond to them, and request deletions.

The caller's identity comes from the Function URL's IAM authorization, never from a body.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from steward.adapters.approvals import DeprovisionRuns
from steward.adapters.cloudtrail import CloudTrailUnavailable, Trail
from steward.adapters.executions import Executions
from steward.adapters.ledger.requests import StoredRequest
from steward.domain.approvals.evaluate import Evaluation, RequestRefused, Response, ResponseType, evaluate
from steward.domain.approvals.input import parse_deprovision_request, parse_response
from steward.domain.approvals.requests import Request, Status, expire_undelivered, request_view
from steward.domain.moments import parse_moment
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import DEPROVISION
from steward.steps.approvals.delivery import DeliveryTools, deliver

MOST_CLOSED = 50
"""The newest closed requests that a list shows, after all open ones."""

CLOCK_SKEW = timedelta(seconds=10)
"""Largest assumed difference between the clocks of CloudTrail and Step Functions."""


@dataclass(frozen=True)
class Tools(DeliveryTools):
    executions: Executions
    deprovision_runs: DeprovisionRuns
    trail: Trail


@dataclass(frozen=True)
class Caller:
    """One call of the API.

    Attributes:
        arn: Verified by the Function URL's IAM authorization.
        call: The id of the HTTP request.
    """

    arn: str
    now: datetime
    call: str


def caller(context: Mapping[str, Any]) -> Caller:
    """The caller in a Function URL event's ``requestContext`` (payload format 2.0).

    Raises:
        RequestRefused: The call carries no identity.
    """
    arn = ((context.get("authorizer") or {}).get("iam") or {}).get("userArn") or ""
    if not arn:
        sentence = "the call carries no IAM identity; sign it with Signature Version 4"
        raise RequestRefused("no_identity", HTTPStatus.FORBIDDEN, sentence)
    epoch = parse_moment("1970-01-01")
    now = epoch + timedelta(milliseconds=context["timeEpoch"])
    return Caller(arn, now, context["requestId"])


def list_requests(who: Caller, tools: Tools) -> dict[str, Any]:
    recent = [request_view(request, who.now) for request in tools.requests.recent(who.now)]
    open_ones = [each for each in recent if _is_open(each)]
    others = [each for each in recent if not _is_open(each)]
    return {"requests": open_ones + others[:MOST_CLOSED]}


def show_request(name: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """One request by its id.

    Raises:
        RequestRefused: No request has this id.
    """
    return request_view(_find(name, tools).request, who.now)


def start_run(text: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """Start a run of deprovision with the caller as its requester.

    Raises:
        BadInput: Names the key of the body that is wrong.
    """
    document = parse_deprovision_request(text) | {"requested_by": who.arn}
    parse_run_input(document, DEPROVISION.name)
    name = f"requested-{who.call}"
    execution = tools.deprovision_runs.execution(name)
    tools.requests.record_requester(execution, who.arn, who.now)
    tools.deprovision_runs.start(name, document)
    return {"run": name, "execution": execution, "requested_by": who.arn}


def respond(name: str, response_type: ResponseType, text: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """Record the response, then deliver it to the run.

    Raises:
        BadInput: Names the key of the body that is wrong.
        RequestRefused: The response does not count.
    """
    plan_hash, reason = parse_response(text, response_type)
    stored = _find(name, tools)
    is_running = tools.executions.is_running(stored.request.execution)
    response = Response(response_type, who.arn, who.now, plan_hash, reason, is_running)
    evaluation = evaluate(_with_starter(stored.request, response_type, tools), response)
    if not evaluation.counts:
        raise RequestRefused(evaluation.code, evaluation.status, evaluation.sentence)
    if evaluation.code != "unchanged" and not tools.requests.write(evaluation.request, stored.token, stored):
        return respond(name, response_type, text, who, tools)
    return _deliver(replace(stored, request=evaluation.request), response_type, evaluation, who, tools)


def _deliver(
    stored: StoredRequest, response_type: ResponseType, evaluation: Evaluation, who: Caller, tools: Tools
) -> dict[str, Any]:
    if not deliver(stored, tools) and response_type is not ResponseType.CANCEL:
        tools.requests.change(stored.request.id, expire_undelivered)
        sentence = f"the run {stored.request.run} no longer waits for an answer; see its report"
        raise RequestRefused("run_ended", HTTPStatus.GONE, sentence)
    return {
        "request": request_view(stored.request, who.now),
        "code": evaluation.code,
        "message": evaluation.sentence,
    }


def _with_starter(request: Request, response_type: ResponseType, tools: Tools) -> Request:
    """The request with the caller of StartExecution from CloudTrail, where a second approver is required.

    Raises:
        RequestRefused: CloudTrail cannot be queried.
    """
    if response_type is ResponseType.CANCEL or request.proven or request.started_by or not request.four_eyes:
        return request
    since, until = request.started_at - CLOCK_SKEW, request.started_at + CLOCK_SKEW
    try:
        calls = tools.trail.calls("StartExecution", since, until)
    except CloudTrailUnavailable as error:
        sentence = (
            f"the policy requires a second approver, and who started the run is unknown; try again: {error}"
        )
        raise RequestRefused("requester_unknown", HTTPStatus.SERVICE_UNAVAILABLE, sentence) from error
    return replace(request, started_by=starter(calls, request.execution))


def starter(calls: Iterable[Mapping[str, Any]], execution: str) -> str:
    """The ARN of StartExecution's caller in CloudTrail records; empty when no record has the execution."""
    for call in calls:
        if (call.get("responseElements") or {}).get("executionArn") == execution:
            return str(call.get("userIdentity", {}).get("arn", ""))
    return ""


def _find(name: str, tools: Tools) -> StoredRequest:
    stored = tools.requests.find(name)
    if stored is None:
        sentence = f'there is no request "{name[:100]}"; list them to see their ids'
        raise RequestRefused("no_such_request", HTTPStatus.NOT_FOUND, sentence)
    return stored


def _is_open(request: Mapping[str, Any]) -> bool:
    return request["status"] in {Status.WAITING, Status.APPROVED} and "closed_at" not in request
