"""What a person may answer to a request: approve, reject or cancel it, and why not.

An approval counts only when the policy names the approver, somebody else asked, the plan is the one that the
approver saw, nobody has answered before, and the run still waits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from steward.domain.approvals.identity import identity, matches, same_person
from steward.domain.approvals.requests import Request, Status
from steward.domain.errors import StewardError
from steward.domain.moments import format_moment

TRAIL_DELAY = timedelta(minutes=15)
"""How long CloudTrail is waited for: a call shows after about 5 minutes on average, which is not guaranteed
(CloudTrail user guide, "How CloudTrail works")."""


class Refused(StewardError):
    """A request of a person that is not done: a stable code, one sentence, and the HTTP status."""

    def __init__(self, code: str, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


class Verb(StrEnum):
    """What a person can say."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"


ANSWERS = {Verb.APPROVE: Status.APPROVED, Verb.REJECT: Status.REJECTED}


@dataclass(frozen=True)
class Reply:
    """What somebody says to a request.

    Attributes:
        by: The ARN that AWS vouches for.
        run_lives: Whether the run's execution still runs.
    """

    verb: Verb
    by: str
    now: datetime
    plan_hash: str = ""
    reason: str = ""
    run_lives: bool = True


@dataclass(frozen=True)
class Ruling:
    """What becomes of a reply.

    Attributes:
        code: Stable, for machines and the runbook.
        sentence: For the person.
        status: Of the HTTP answer; 200 when the reply counts.
        request: As it is afterwards; a reply that does not count changes nothing.
    """

    code: str
    sentence: str
    status: HTTPStatus
    request: Request

    @property
    def counts(self) -> bool:
        """Whether the reply is accepted."""
        return self.status is HTTPStatus.OK


@dataclass(frozen=True)
class Refusal:
    """Why a reply does not count."""

    code: str
    status: HTTPStatus
    sentence: str


def answer(request: Request, reply: Reply) -> Ruling:
    """Decide about a reply."""
    decided = _cancel(request, reply) if reply.verb is Verb.CANCEL else _decide(request, reply)
    if isinstance(decided, Refusal):
        return Ruling(decided.code, decided.sentence, decided.status, request)
    if decided == request:
        return Ruling("repeated", "you have said so before, and it stands", HTTPStatus.OK, request)
    return Ruling(decided.status.value, _accepted(decided, reply), HTTPStatus.OK, decided)


def _decide(request: Request, reply: Reply) -> Request | Refusal:
    refusal = _wrong_person(request, reply) or _over(request, reply) or _other_plan(request, reply)
    if refusal:
        return refusal
    wanted = ANSWERS[reply.verb]
    if request.status is not Status.WAITING:
        same = request.status is wanted and request.answered_by == reply.by
        return request if same else _answered(request)
    return replace(
        request, status=wanted, answered_by=reply.by, answered_at=reply.now, answer_reason=reply.reason
    )


def _wrong_person(request: Request, reply: Reply) -> Refusal | None:
    who = identity(reply.by)
    if not _is_approver(request, reply):
        return Refusal(
            "not_an_approver",
            HTTPStatus.FORBIDDEN,
            f"{reply.by} is not one of the policy's approvers, who are {', '.join(request.approvers)}",
        )
    if not request.four_eyes:
        return None
    for requester in request.requesters:
        if same_person(identity(requester), who):
            return Refusal("own_request", HTTPStatus.FORBIDDEN, _own_request(requester, reply))
    return _unknown_requester(request, reply)


def _is_approver(request: Request, reply: Reply) -> bool:
    """A policy that names nobody leaves it to IAM: whoever may call the Function URL may answer."""
    who = identity(reply.by)
    return not request.approvers or any(matches(who, pattern) for pattern in request.approvers)


def _own_request(requester: str, reply: Reply) -> str:
    alike = "" if requester == reply.by else f", and {reply.by} may be the same person"
    return (
        f"{requester} asked for this deletion{alike}; the policy wants four eyes, so somebody else has to "
        "answer (who asked may cancel)"
    )


def _unknown_requester(request: Request, reply: Reply) -> Refusal | None:
    """Whoever starts an execution can write any name into its input; CloudTrail knows better, but later."""
    known_from = request.started_at + TRAIL_DELAY
    if request.proven or request.started_by or reply.now >= known_from:
        return None
    return Refusal(
        "requester_unknown",
        HTTPStatus.CONFLICT,
        "CloudTrail does not show yet who started this run, and the policy wants four eyes; "
        f"answer again at {format_moment(known_from)} or later",
    )


def _over(request: Request, reply: Reply) -> Refusal | None:
    if request.status is Status.CANCELLED:
        return _answered(request)
    if request.status is Status.EXPIRED or (_waits(request) and request.expires_at <= reply.now):
        return Refusal(
            "expired",
            HTTPStatus.GONE,
            f"the request expired at {format_moment(request.expires_at)} and nothing was deleted; "
            "request the deletion again",
        )
    return _late(request, reply) if _waits(request) else None


def _late(request: Request, reply: Reply) -> Refusal | None:
    if reply.run_lives and request.closed_at is None:
        return None
    outcome = f" with {request.cluster} {request.outcome}" if request.outcome else ""
    return Refusal(
        "late",
        HTTPStatus.GONE,
        f"the run {request.run} no longer waits, it has ended{outcome}; request the deletion again",
    )


def _other_plan(request: Request, reply: Reply) -> Refusal | None:
    if reply.plan_hash == request.plan_hash:
        return None
    return Refusal(
        "plan_changed",
        HTTPStatus.CONFLICT,
        f'the answer is about the plan "{reply.plan_hash}", but the run asks about "{request.plan_hash}"; '
        "read the request again and answer with its plan_hash",
    )


def _cancel(request: Request, reply: Reply) -> Request | Refusal:
    refusal = _not_theirs(request, reply) or _over_for_cancel(request, reply)
    if refusal:
        return refusal
    if request.cancel_requested_at is not None:
        return request if request.cancel_requested_by == reply.by else _answered(request)
    asked = replace(
        request,
        cancel_requested_by=reply.by,
        cancel_requested_at=reply.now,
        cancel_reason=reply.reason,
    )
    return asked if request.delivered else _cancelled(asked, reply)


def _cancelled(asked: Request, reply: Reply) -> Request:
    """Before an approval has reached the run, the run is told no; who approved meanwhile stays on record."""
    by, at = asked.answered_by or reply.by, asked.answered_at or reply.now
    return replace(asked, status=Status.CANCELLED, answered_by=by, answered_at=at)


def _not_theirs(request: Request, reply: Reply) -> Refusal | None:
    """Stopping is safe, so no four eyes; but a stranger stops nobody's work."""
    who = identity(reply.by)
    if _is_approver(request, reply):
        return None
    if any(same_person(identity(requester), who) for requester in request.requesters):
        return None
    return Refusal(
        "not_an_approver",
        HTTPStatus.FORBIDDEN,
        f"{reply.by} neither asked for this deletion nor is one of the policy's approvers",
    )


def _over_for_cancel(request: Request, reply: Reply) -> Refusal | None:
    if request.committed_at is not None:
        return Refusal(
            "too_late",
            HTTPStatus.CONFLICT,
            f"the delete call was made at {format_moment(request.committed_at)}, and Redshift takes none "
            "back; the run ends with a verified final snapshot, from which the cluster can be restored",
        )
    if request.status is Status.REJECTED:
        return _answered(request)
    if request.cancel_requested_at is not None:
        return None
    return _over(request, reply) or _late(request, reply)


def _answered(request: Request) -> Refusal:
    """Somebody was faster; who, when and what."""
    what, by, at = request.status.value, request.answered_by, request.answered_at
    if request.cancel_requested_at is not None:
        what, by, at = "cancelled", request.cancel_requested_by, request.cancel_requested_at
    moment = f" at {format_moment(at)}" if at else ""
    sentence = f"the request was {what} by {by}{moment}, and that stands"
    return Refusal(f"already_{what}", HTTPStatus.CONFLICT, sentence)


def _waits(request: Request) -> bool:
    return request.status is Status.WAITING


def _accepted(request: Request, reply: Reply) -> str:
    told = {
        Status.APPROVED: f"approved by {reply.by}; the run goes on",
        Status.REJECTED: f"rejected by {reply.by}; the run leaves the cluster alone",
        Status.CANCELLED: f"cancelled by {reply.by}; the run leaves the cluster alone",
    }
    if reply.verb is Verb.CANCEL and request.delivered:
        return "the run stops before its next change and leaves the cluster as it was"
    return told[request.status]
