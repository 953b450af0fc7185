"""Whether a person's response to a request counts: approve, reject or cancel, and why not.

An approval counts only when the policy names the approver, another person made the request, the approver saw
this plan, nobody has answered before, and the run still waits.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus

from steward.domain.approvals.identity import identity, matches, may_cancel_for, same_person
from steward.domain.approvals.persons import NO_PERSON
from steward.domain.approvals.requests import Request, Status
from steward.domain.errors import StewardError
from steward.domain.moments import format_moment


class RequestRefused(StewardError):
    """A call to the approvals API that is not carried out: reason code, HTTP status and sentence."""

    def __init__(self, code: str, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


class ResponseType(StrEnum):
    """Also the last part of the API's route, and the name of the CLI command."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"


STATUS_AFTER = {
    ResponseType.APPROVE: Status.APPROVED,
    ResponseType.REJECT: Status.REJECTED,
    ResponseType.CANCEL: Status.CANCELLED,
}


@dataclass(frozen=True)
class Response:
    """One person's response.

    Attributes:
        by: The caller's ARN, verified by AWS.
        person: The person whom AWS vouches for, empty for none; only an approval under four eyes needs it.
        refusal: Why requester or person are not known now, None when nothing kept anybody from looking.
        plan_hash: The plan that the person has read; empty for a cancellation.
        run_is_running: Whether the run's execution is in status RUNNING.
    """

    type: ResponseType
    by: str
    now: datetime
    plan_hash: str = ""
    reason: str = ""
    run_is_running: bool = True
    person: str = ""
    refusal: "Refusal | None" = None


@dataclass(frozen=True)
class Evaluation:
    """The result of a response.

    Attributes:
        code: Reason code; the runbook has an entry for each.
        sentence: For the person.
        status: HTTP status; 200 when the response counts.
        request: The request afterwards; unchanged when the response does not count.
    """

    code: str
    sentence: str
    status: HTTPStatus
    request: Request

    @property
    def counts(self) -> bool:
        """True also for a person who repeats the response that is on record."""
        return self.status is HTTPStatus.OK


@dataclass(frozen=True)
class Refusal:
    """Why a response does not count; the fields are those of `Evaluation`."""

    code: str
    status: HTTPStatus
    sentence: str


def evaluate(request: Request, response: Response) -> Evaluation:
    """Apply the module's rules to one response."""
    rule = _evaluate_cancellation if response.type is ResponseType.CANCEL else _evaluate_answer
    result = rule(request, response)
    if isinstance(result, Refusal):
        return Evaluation(result.code, result.sentence, result.status, request)
    if result == request:
        sentence = f"you already {STATUS_AFTER[response.type]} this request; nothing changed"
        return Evaluation("unchanged", sentence, HTTPStatus.OK, request)
    return Evaluation(result.status.value, _acceptance(result, response), HTTPStatus.OK, result)


def _evaluate_answer(request: Request, response: Response) -> Request | Refusal:
    for rule in (_person_refusal, _state_refusal, _other_plan_refusal):
        if refusal := rule(request, response):
            return refusal
    status = STATUS_AFTER[response.type]
    if request.status is not Status.WAITING:
        same = request.status is status and request.answered_by == response.by
        return request if same else _earlier_answer_refusal(request)
    return replace(
        request,
        status=status,
        answered_by=response.by,
        answered_at=response.now,
        answer_reason=response.reason,
    )


def _person_refusal(request: Request, response: Response) -> Refusal | None:
    if not _is_approver(request, response):
        return Refusal(
            "not_an_approver",
            HTTPStatus.FORBIDDEN,
            f"{response.by} is not one of the policy's approvers, who are {', '.join(request.approvers)}",
        )
    return _four_eyes_refusal(request, response) if needs_two_persons(request, response.type) else None


def needs_two_persons(request: Request, response_type: ResponseType) -> bool:
    """Who asked may take it back, but not approve it; a rejection is always safe."""
    return request.four_eyes and response_type is ResponseType.APPROVE


def _four_eyes_refusal(request: Request, response: Response) -> Refusal | None:
    """Known or claimed, a requester is never the approver; and both have to be persons."""
    approver = identity(response.person or response.by)
    for requester in filter(None, (*request.requesters, request.requester_person)):
        if same_person(identity(requester), approver) or requester == response.by:
            return Refusal("own_request", HTTPStatus.FORBIDDEN, _own_request_sentence(requester, response))
    if response.refusal:
        return response.refusal
    if not response.person:
        return Refusal("not_a_person", HTTPStatus.FORBIDDEN, f"{response.by} may be anybody: {NO_PERSON}")
    return None if request.requester_person else _unknown_requester_refusal()


def _is_approver(request: Request, response: Response) -> bool:
    """A policy without approvers leaves it to IAM: whoever may call the Function URL may answer."""
    who = identity(response.by)
    return not request.approvers or any(matches(who, pattern) for pattern in request.approvers)


def _own_request_sentence(requester: str, response: Response) -> str:
    alike = "" if requester == response.by else f", and {response.by} may be the same person"
    return (
        f"{requester} requested this deletion{alike}. The policy requires a second approver. "
        "You can still cancel your own request."
    )


def _unknown_requester_refusal() -> Refusal:
    """However long CloudTrail is silent, an unknown requester may be the approver."""
    sentence = "it is not known who requested this deletion, and the policy requires a second approver"
    return Refusal("requester_unknown", HTTPStatus.CONFLICT, sentence)


def _state_refusal(request: Request, response: Response) -> Refusal | None:
    if request.status is Status.CANCELLED:
        return _earlier_answer_refusal(request)
    if request.status is Status.EXPIRED or (_is_waiting(request) and request.expires_at <= response.now):
        return Refusal(
            "expired",
            HTTPStatus.GONE,
            f"the request expired at {format_moment(request.expires_at)} and nothing was deleted; "
            "request the deletion again",
        )
    return _ended_run_refusal(request, response) if _is_waiting(request) else None


def _ended_run_refusal(request: Request, response: Response) -> Refusal | None:
    if response.run_is_running and request.closed_at is None:
        return None
    outcome = f" with {request.cluster} {request.outcome}" if request.outcome else ""
    return Refusal(
        "run_ended",
        HTTPStatus.GONE,
        f"the run {request.run} has ended{outcome}; request the deletion again",
    )


def _other_plan_refusal(request: Request, response: Response) -> Refusal | None:
    if response.plan_hash == request.plan_hash:
        return None
    return Refusal(
        "plan_changed",
        HTTPStatus.CONFLICT,
        f'your answer is for the plan "{response.plan_hash}", but the request is for "{request.plan_hash}"; '
        "read the request again and answer with its plan_hash",
    )


def _evaluate_cancellation(request: Request, response: Response) -> Request | Refusal:
    refusal = _cancel_person_refusal(request, response) or _cancel_state_refusal(request, response)
    if refusal:
        return refusal
    if request.cancel_requested_at is not None:
        return request if request.cancel_requested_by == response.by else _earlier_answer_refusal(request)
    cancelled = replace(
        request,
        cancel_requested_by=response.by,
        cancel_requested_at=response.now,
        cancel_reason=response.reason,
    )
    return cancelled if request.delivered else _end_at_once(cancelled, response)


def _end_at_once(request: Request, response: Response) -> Request:
    """The run has received no approval, so the request ends here; an approver on record stays on record."""
    by, at = request.answered_by or response.by, request.answered_at or response.now
    return replace(request, status=Status.CANCELLED, answered_by=by, answered_at=at)


def _cancel_person_refusal(request: Request, response: Response) -> Refusal | None:
    """Stopping is safe, so one person is enough: an approver or a requester."""
    who = identity(response.by)
    if _is_approver(request, response):
        return None
    if any(may_cancel_for(identity(requester), who) for requester in request.requesters):
        return None
    return Refusal(
        "not_an_approver",
        HTTPStatus.FORBIDDEN,
        f"{response.by} neither requested this deletion nor is one of the policy's approvers",
    )


def _cancel_state_refusal(request: Request, response: Response) -> Refusal | None:
    if request.committed_at is not None:
        return Refusal(
            "deletion_started",
            HTTPStatus.CONFLICT,
            f"DeleteCluster was called at {format_moment(request.committed_at)} and cannot be undone; "
            "the run ends with a verified final snapshot, from which the cluster can be restored",
        )
    if request.status is Status.REJECTED:
        return _earlier_answer_refusal(request)
    if request.cancel_requested_at is not None:
        return None
    return _state_refusal(request, response) or _ended_run_refusal(request, response)


def _earlier_answer_refusal(request: Request) -> Refusal:
    what, by, at = request.status.value, request.answered_by, request.answered_at
    if request.cancel_requested_at is not None:
        what, by, at = "cancelled", request.cancel_requested_by, request.cancel_requested_at
    moment = f" at {format_moment(at)}" if at else ""
    sentence = f"the request was already {what} by {by}{moment}"
    return Refusal(f"already_{what}", HTTPStatus.CONFLICT, sentence)


def _is_waiting(request: Request) -> bool:
    return request.status is Status.WAITING


def _acceptance(request: Request, response: Response) -> str:
    if response.type is ResponseType.CANCEL and request.delivered:
        return "the run stops before its next change and puts the cluster back as it was"
    effect = "the run continues" if request.status is Status.APPROVED else "the cluster is unchanged"
    return f"{request.status} by {response.by}; {effect}"
