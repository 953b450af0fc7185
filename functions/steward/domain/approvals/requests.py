"""A request to approve one cluster's deletion, and how the run changes it.

A request is bound to one run, one cluster and the hash of one plan. How people's responses change it is in
`steward.domain.approvals.evaluate`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from steward.domain.moments import format_moment, parse_moment
from steward.domain.run import Run

SCHEDULE = "schedule"
"""Requester of a cluster that the schedule found by its tag: nobody knows who set the tag."""

UNKNOWN = "unknown"
"""Requester of a run whose input names none."""

POLICY = "policy"
"""Approver when the policy requires no approval."""

MOMENTS = (
    "started_at",
    "requested_at",
    "expires_at",
    "answered_at",
    "cancel_requested_at",
    "committed_at",
    "closed_at",
)
LISTS = ("blockers_waived", "approvers", "federated_roles")
"""Fields that JSON keeps as text and as lists."""


class Status(StrEnum):
    """WAITING is the only status that takes an answer; after APPROVED the request can still be cancelled."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Request:
    """One request; moments that have not happened are None.

    Attributes:
        id: Safe in a URL; the same on every retry of one run and cluster.
        run, execution: Name and ARN of the run's execution.
        started_at: Start of the run.
        plan, plan_hash: What will be done, and its hash.
        blockers_waived: Blockers that the policy waives, with their evidence.
        proven: ``requested_by`` is the verified caller of the Function URL, not a text of the run's input.
        requester_key: The id of the access key with which the proven requester signed.
        nominated_by_tag: The value of the tag that nominated the cluster; None if something else did.
        started_by: Who set that tag, or called StartExecution, according to CloudTrail; else empty.
        requester_person: The person behind the requester; empty until somebody looked.
        facts: What the approver should know of the cluster besides the plan.
        approvers, four_eyes, federated_roles: The policy's at the time of the request; no approvers means
            everyone whom IAM lets call the Function URL.
        delivered: The waiting task has received the answer.
        committed_at: Written right before DeleteCluster; from then on the request cannot be cancelled.
        closed_at, outcome: When the run finished with the cluster, and the operation's outcome.
    """

    id: str
    run: str
    execution: str
    started_at: datetime
    cluster: str
    plan_hash: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    plan: Mapping[str, Any] = field(default_factory=dict)
    blockers_waived: tuple[Any, ...] = ()
    reason: str = ""
    proven: bool = False
    requester_key: str = ""
    nominated_by_tag: str | None = None
    started_by: str = ""
    requester_person: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    approvers: tuple[str, ...] = ()
    four_eyes: bool = True
    federated_roles: tuple[str, ...] = ()
    status: Status = Status.WAITING
    answered_by: str = ""
    answered_at: datetime | None = None
    answer_reason: str = ""
    delivered: bool = False
    cancel_requested_by: str = ""
    cancel_requested_at: datetime | None = None
    cancel_reason: str = ""
    committed_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str = ""

    @property
    def requesters(self) -> tuple[str, ...]:
        """Every ARN that counts as the requester when a second approver is required."""
        return tuple(filter(None, (self.requested_by, self.started_by)))


def request_id(run: Run, cluster: str) -> str:
    """``<day>-<cluster>-<hash>``: ids sort by the day on which their runs started."""
    digest = hashlib.sha256(f"{run.arn}/{cluster}".encode()).hexdigest()
    return f"{run.started_at[:10].replace('-', '')}-{cluster}-{digest[:8]}"


def to_document(request: Request) -> dict[str, Any]:
    document = asdict(request)
    for name in MOMENTS:
        document[name] = format_moment(document[name]) if document[name] else None
    lists = {name: list(document[name]) for name in LISTS}
    return document | lists | {"status": request.status.value}


def from_document(document: Mapping[str, Any]) -> Request:
    """The inverse of `to_document`; fields that this version does not know are ignored."""
    known = {name: document[name] for name in Request.__dataclass_fields__ if name in document}
    for name in MOMENTS:
        known[name] = parse_moment(known[name]) if known.get(name) else None
    for name in LISTS:
        known[name] = tuple(known.get(name, ()))
    return Request(**known | {"status": Status(known["status"])})


def request_view(request: Request, now: datetime) -> dict[str, Any]:
    """The request as the API shows it: without empty fields, and expired once its time is over."""
    is_over = request.status is Status.WAITING and request.expires_at <= now
    document = to_document(replace(request, status=Status.EXPIRED) if is_over else request)
    unset = {
        name for name, value in document.items() if value in (None, "", False, {}) and name != "four_eyes"
    }
    unset |= {"requester_key"}
    return {name: value for name, value in document.items() if name not in unset}


def needs_new_answer(request: Request, plan_hash: str, now: datetime) -> bool:
    """Whether a retried task or a redriven execution has to ask people again.

    Within one run an approval stays valid for the same plan until it expires; a rejection and a cancellation
    stay valid for good.
    """
    if request.status in {Status.REJECTED, Status.CANCELLED}:
        return False
    current = request.plan_hash == plan_hash and now < request.expires_at
    return not current or request.status is Status.EXPIRED


def close_request(request: Request, now: datetime, outcome: str) -> Request:
    """The request after the run has finished with the cluster; ``outcome`` is the operation's.

    An approval that the task never received does not count: the request has expired.
    """
    if request.closed_at is not None:
        return request
    done = replace(request, closed_at=now, outcome=outcome)
    if request.cancel_requested_at is not None and outcome == "cancelled":
        return replace(done, status=Status.CANCELLED)
    if request.status is Status.WAITING or (request.status is Status.APPROVED and outcome == "expired"):
        return replace(done, status=Status.EXPIRED)
    return done


def expire_undelivered(request: Request) -> Request:
    """The request when its task no longer waits: an approval that the task never received does not count."""
    in_time = request.delivered or request.status is not Status.APPROVED
    return request if in_time else replace(request, status=Status.EXPIRED)


def commit_request(request: Request, now: datetime) -> Request | None:
    """The request to write before DeleteCluster is called; None when it must not be called."""
    if request.cancel_requested_at is not None or request.status is not Status.APPROVED:
        return None
    return request if request.committed_at else replace(request, committed_at=now, delivered=True)


def cancellation(request: Request) -> str:
    """Who cancelled, when and why, in one sentence; empty when nobody did."""
    if request.cancel_requested_at is None:
        return ""
    why = f": {request.cancel_reason}" if request.cancel_reason else ""
    return f"{request.cancel_requested_by} cancelled it at {format_moment(request.cancel_requested_at)}{why}"
