"""The approvals API: people list requests, respond to them, and request deletions.

Reading takes the caller that the Function URL's IAM authorization names; whatever changes something has STS
say who asks for it (`prove_caller`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from steward.adapters.approvals import DeprovisionRuns
from steward.adapters.caller_identity import CallerIdentity
from steward.adapters.cloudtrail import Trail
from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.executions import Executions
from steward.adapters.ledger.requests import StoredRequest
from steward.domain.approvals.evaluate import (
    Evaluation,
    RequestRefused,
    Response,
    ResponseType,
    evaluate,
    needs_two_persons,
)
from steward.domain.approvals.input import (
    DEPROVISION_KEYS,
    KEYS,
    parse_deprovision_request,
    parse_response,
    parse_signed_body,
)
from steward.domain.approvals.requests import Request, Status, expire_undelivered, request_view
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.moments import parse_moment
from steward.domain.one_line import one_line
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import DEPROVISION
from steward.steps.approvals.delivery import DeliveryTools, deliver
from steward.steps.approvals.find_person import find_approver, find_requester, with_requester
from steward.steps.approvals.prove_caller import prove_caller

MOST_CLOSED = 50
"""The newest closed requests that a list shows, after all open ones."""


@dataclass(frozen=True)
class Tools(DeliveryTools):
    executions: Executions
    identities: CallerIdentity
    deprovision_runs: DeprovisionRuns
    trail: Trail
    policy: DeployedPolicy


@dataclass(frozen=True)
class Caller:
    """One call of the API.

    Attributes:
        arn: Verified by the Function URL's IAM authorization, unless somebody invokes the function directly.
        stack: Of the function.
    """

    arn: str
    now: datetime
    stack: str


def caller(context: Mapping[str, Any], stack: str) -> Caller:
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
    return Caller(arn, now, stack)


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
    """Start a run of deprovision with the caller as its requester, if a person has to approve it.

    Else whoever may invoke functions, as anybody with the URL, could have a cluster deleted.

    Raises:
        BadInput: Names the key of the body that is wrong.
        RequestRefused: The caller does not prove who it is, or nobody would have to approve.
    """
    body = parse_signed_body(text, DEPROVISION_KEYS)
    document = parse_deprovision_request(body.said) | {"requested_by": who.arn}
    parse_run_input(document, DEPROVISION.name)
    prove_caller(body, who.arn, tools.identities, stack=who.stack, answer="request")
    if not tools.policy.section(DeprovisionSettings).approval.required:
        sentence = (
            "the policy requires no approval, so nothing is requested here; who may start executions deletes "
            "with: steward run deprovision --cluster NAME"
        )
        raise RequestRefused("approval_not_required", HTTPStatus.FORBIDDEN, sentence)
    name = f"requested-{body.proof.id}"
    execution = tools.deprovision_runs.execution(name)
    tools.requests.record_requester(execution, who.arn, body.proof.access_key, who.now)
    tools.deprovision_runs.start(name, document)
    return {"run": name, "execution": execution, "requested_by": who.arn}


def respond(name: str, response_type: ResponseType, text: str, who: Caller, tools: Tools) -> dict[str, Any]:
    """Record the response, then deliver it to the run.

    Raises:
        BadInput: Names the key of the body that is wrong.
        RequestRefused: The response does not count.
    """
    body = parse_signed_body(text, KEYS[response_type])
    plan_hash, reason = parse_response(body.said, response_type)
    prove_caller(body, who.arn, tools.identities, stack=who.stack, answer=response_type, request=name)
    stored = _find(name, tools)
    is_running = tools.executions.is_running(stored.request.execution)
    response = Response(response_type, who.arn, who.now, plan_hash, reason, is_running)
    evaluation = evaluate(*_with_persons(stored.request, response, body.proof.access_key, tools))
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


def _with_persons(
    request: Request, response: Response, access_key: str, tools: Tools
) -> tuple[Request, Response]:
    """Request and response with the persons behind both, where they have to be two."""
    if not needs_two_persons(request, response.type):
        return request, response
    approver = find_approver(response.by, access_key, request, tools.trail, response.now)
    refusal = approver.refusal
    if not request.requester_person:
        requester = find_requester(request, tools.trail, response.now)
        request, refusal = with_requester(request, requester), refusal or requester.refusal
    return request, replace(response, person=approver.person, refusal=refusal)


def _find(name: str, tools: Tools) -> StoredRequest:
    stored = tools.requests.find(name)
    if stored is None:
        sentence = f'there is no request "{one_line(name, 100)}"; list them to see their ids'
        raise RequestRefused("no_such_request", HTTPStatus.NOT_FOUND, sentence)
    return stored


def _is_open(request: Mapping[str, Any]) -> bool:
    return request["status"] in {Status.WAITING, Status.APPROVED} and "closed_at" not in request
