"""What one run does to one cluster, from lock to release: the ledger's operation record and its outcome."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from steward.domain.cluster import Cluster
from steward.domain.moments import parse_moment


class Outcome(StrEnum):
    """How an operation, or a selected cluster without one, ended."""

    ROTATED = "rotated"
    SYNCED = "synced"
    IN_SYNC = "in_sync"
    """Its roles are as declared, nothing had to be done."""
    DRIFTED = "drifted"
    """Its roles differ from the declared state, and the policy says to report it only."""
    DELETED = "deleted"
    """It is gone, and its final snapshot is verified."""
    WOULD_ROTATE = "would_rotate"
    WOULD_SYNC = "would_sync"
    WOULD_DELETE = "would_delete"
    SKIPPED = "skipped"
    REFUSED = "refused"
    REJECTED = "rejected"
    EXPIRED = "expired"
    STILL_WANTED = "still_wanted"
    """It was resumed or used in quarantine."""
    CANCELLED = "cancelled"
    GONE = "gone"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    NOT_REACHED = "not_reached"
    """The run ended before it came to this cluster."""

    @property
    def is_failure(self) -> bool:
        """Whether the outcome counts against the policy's ``tolerated_failures``."""
        return self in {Outcome.FAILED, Outcome.TIMED_OUT}


NEEDS_ATTENTION = frozenset({Outcome.FAILED, Outcome.TIMED_OUT, Outcome.NOT_REACHED})
"""Outcomes that somebody has to look at: what the run should have done, it has not done."""


@dataclass(frozen=True)
class Operation:
    """One operation record; moments are None until they have come.

    Attributes:
        execution: ARN of the child execution that works on it.
        called_at: When the change was last called, written before the call.
        begun_at: When Redshift answered that it had begun (or it was found under way).
        ended_at: When what was begun was seen to have ended.
        resumed: The cluster was paused and was resumed for this operation.
        outcome: Empty while the operation is under way.
        note: What a person should know besides, empty when there is nothing.
        unanswered_since: When an invocation wrote down a call that it was about to make, until it writes down
            what came of it. Until `freshness.LATEST_EFFECT` no other one acts on the record.
        outage_since: When a change was first called that AWS throttled, or did not answer, until it gives
            another answer.
        finished: Nothing is left to do, not even to pause it again: a later invocation changes nothing.
        abandoned_by: ARN of the run whose Abandon ended it, so that the rest may have to be put back.
        evidence: The workflow's own facts, as JSON: what was found, what was done, by whom.
        timeline: ``{"step", "at"}`` for each step that the operation came to, in order.
        version: How many times the record was written; 0 before the first time.
    """

    cluster: str
    run: str
    namespace_arn: str = ""
    created_at: str = ""
    execution: str = ""
    step: str = "planned"
    called_at: datetime | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    resumed: bool = False
    tagged: bool = False
    outcome: str = ""
    code: str = ""
    reason: str = ""
    polls: int = 0
    overshoot_seconds: int = 0
    note: str = ""
    finished: bool = False
    abandoned_by: str = ""
    unanswered_since: datetime | None = None
    outage_since: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    timeline: tuple[Mapping[str, str], ...] = ()
    version: int = field(default=0, compare=False)

    def noting(self, sentence: str) -> str:
        """The note with one more sentence, which is not said twice."""
        return "; ".join(dict.fromkeys(filter(None, [*self.note.split("; "), sentence])))

    @property
    def has_begun(self) -> bool:
        """The change has begun, and may have ended: it must not be started again."""
        return self.begun_at is not None

    def is_about(self, cluster: Cluster) -> bool:
        """Whether ``cluster`` is the one that was planned, not another one that took its name."""
        return cluster.may_be(self.namespace_arn, self.created_at)


MOMENTS = ("called_at", "begun_at", "ended_at", "unanswered_since", "outage_since")


def operation_from_record(record: Mapping[str, Any]) -> Operation:
    """The operation in a ledger record; attributes that this version does not know are left aside."""
    known = {name: record[name] for name in Operation.__dataclass_fields__ if record.get(name) is not None}
    for name in MOMENTS:
        if name in known:
            known[name] = parse_moment(known[name])
    for name in ("polls", "overshoot_seconds", "version"):
        known[name] = int(known.get(name, 0))
    return Operation(**known | {"timeline": _steps(record.get("timeline", ()))})


def _steps(entries: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, str], ...]:
    """The moments at which the step changed; other entries of the record's timeline are left aside."""
    steps: list[Mapping[str, str]] = []
    for entry in entries:
        step = entry.get("step")
        if step and (not steps or steps[-1]["step"] != step):
            steps.append({"step": str(step), "at": str(entry["at"])})
    return tuple(steps)
