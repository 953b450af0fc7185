"""The request to approve one cluster's deletion: what it holds, how it reads, and what the run does to it.

A request is bound to one run, one cluster and the hash of exactly one plan. What people may answer is in
`steward.domain.approvals.evaluate`.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from steward.domain.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.domain.run import Run

SCHEDULE = "schedule"
"""Requester of what the schedule nominated: whoever set the tag is not known."""

UNKNOWN = "unknown"
"""Requester of a run that did not say for whom it was started."""

POLICY = "policy"
"""Who approves when the policy requires no approval."""

MOMENTS = (
    "started_at",
    "requested_at",
    "expires_at",
    "answered_at",
    "cancel_requested_at",
    "committed_at",
    "closed_at",
)


LISTS = ("blockers_waived", "approvers")


class Status(StrEnum):
    """What has become of the question."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Request:
    """One request; moments are None until they have come.

    Attributes:
        id: Safe in a URL; the same for every retry of the same run and cluster.
        run, execution: Name and ARN of the run's execution.
        started_at: When the run began.
        plan, plan_hash: What will be done, and the hash that stands for exactly that.
        blockers_waived: What would have refused the deletion, had nobody waived it.
        proven: AWS itself vouches for ``requested_by``: the run was started through the Function URL.
        started_by: Who started the execution as CloudTrail has it, empty while nobody looked.
        approvers, four_eyes: The policy's, as it was when the run asked; no approvers are everybody whom IAM
            lets call the Function URL.
        delivered: The answer has reached the waiting task.
        committed_at: From here on the delete call may be under way, and nothing can be cancelled.
        closed_at, outcome: When and how the run was done with the cluster.
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
    started_by: str = ""
    approvers: tuple[str, ...] = ()
    four_eyes: bool = True
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
        """Everybody who counts as having asked for the deletion."""
        return tuple(filter(None, (self.requested_by, self.started_by)))


def request_id(run: Run, cluster: str) -> str:
    """The id of the run's request about a cluster; ids sort by the day on which their runs began."""
    digest = hashlib.sha256(f"{run.arn}/{cluster}".encode()).hexdigest()
    return f"{run.started_at[:10].replace('-', '')}-{cluster}-{digest[:8]}"


def to_document(request: Request) -> dict[str, Any]:
    """The request as JSON, to be kept."""
    document = asdict(request)
    for name in MOMENTS:
        document[name] = format_moment(document[name]) if document[name] else None
    lists = {name: list(document[name]) for name in LISTS}
    return document | lists | {"status": request.status.value}


def from_document(document: Mapping[str, Any]) -> Request:
    """The request that `to_document` wrote; what this version does not know is left aside."""
    known = {name: document[name] for name in Request.__dataclass_fields__ if name in document}
    for name in MOMENTS:
        known[name] = parse_moment(known[name]) if known.get(name) else None
    for name in LISTS:
        known[name] = tuple(known.get(name, ()))
    return Request(**known | {"status": Status(known["status"])})


def shown(request: Request, now: datetime) -> dict[str, Any]:
    """The request as people see it: what has not come yet is left out, and what ran out has expired."""
    ran_out = request.status is Status.WAITING and request.expires_at <= now
    document = to_document(replace(request, status=Status.EXPIRED) if ran_out else request)
    unset = {name for name, value in document.items() if value in (None, "", False) and name != "four_eyes"}
    return {name: value for name, value in document.items() if name not in unset}


def asked_again(request: Request, plan_hash: str, now: datetime) -> bool:
    """Whether a run that asks about a cluster once more has to ask people once more.

    A task that is retried, and an execution that is redriven, ask again. People's answer stands for the run:
    an approval for the same plan until it expires, a rejection and a cancellation for good.
    """
    if request.status in {Status.REJECTED, Status.CANCELLED}:
        return False
    current = request.plan_hash == plan_hash and now < request.expires_at
    return not current or request.status is Status.EXPIRED


def closed(request: Request, now: datetime, outcome: str) -> Request:
    """The request once the run is done with the cluster; ``outcome`` is the operation's.

    An approval that never reached its task is none: the run gave up waiting.
    """
    if request.closed_at is not None:
        return request
    done = replace(request, closed_at=now, outcome=outcome)
    if request.cancel_requested_at is not None and outcome == "cancelled":
        return replace(done, status=Status.CANCELLED)
    if request.status is Status.WAITING or (request.status is Status.APPROVED and outcome == "expired"):
        return replace(done, status=Status.EXPIRED)
    return done


def missed(request: Request) -> Request:
    """The request once its task was found to wait no longer: an approval that came too late is none."""
    in_time = request.delivered or request.status is not Status.APPROVED
    return request if in_time else replace(request, status=Status.EXPIRED)


def committed(request: Request, now: datetime) -> Request | None:
    """The request from the delete call on, which is to be written before the call; None when cancelled."""
    if request.cancel_requested_at is not None or request.status is not Status.APPROVED:
        return None
    return request if request.committed_at else replace(request, committed_at=now, delivered=True)


def cancellation(request: Request) -> str:
    """Who wants the run to stop, and why, in one sentence; empty when nobody does."""
    if request.cancel_requested_at is None:
        return ""
    why = f": {request.cancel_reason}" if request.cancel_reason else ""
    return f"{request.cancel_requested_by} cancelled it at {format_moment(request.cancel_requested_at)}{why}"
