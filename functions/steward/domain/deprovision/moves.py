"""What can be done next with a cluster that is to go, and everything that the choice rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from steward.domain.deprovision.plan import hash_of
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import within_retry_budget

if TYPE_CHECKING:
    from datetime import datetime

    from steward.domain.deprovision.blockers import Inspection
    from steward.domain.deprovision.cluster_details import ClusterDetails
    from steward.domain.deprovision.progress import Progress
    from steward.domain.deprovision.settings import DeprovisionSettings
    from steward.domain.deprovision.snapshot import PlannedCluster, Snapshot
    from steward.domain.status import Phase

APPROVED_TAG = "steward:deletion-approved"
"""Cluster tag with the plan's hash: without it, IAM lets nobody of the steward's delete the cluster."""

COPY_TAG = "steward:restore-test"
"""Cluster tag of the copy that a restore test makes; its value is the run's name."""

SETTLE = timedelta(minutes=2)
"""How long after an unanswered call something that was not seen to begin counts as not called.

DescribeClusters can lag behind by seconds; no operation as short as this has been seen.
"""

DWELL = timedelta(seconds=60)
"""How long after its beginning an operation is not believed to be over (DescribeClusters can lag behind)."""


class Move(StrEnum):
    """What is done next."""

    ASK = "ask"
    """Have a person approve, and wait for it."""
    REGISTER = "register"
    """Keep a request that the policy itself approves, so that a person can cancel it."""
    SNAPSHOT = "snapshot"
    RESTORE = "restore"
    TAG_COPY = "tag_copy"
    REMOVE_COPY = "remove_copy"
    ROTATE = "rotate"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    """Leave it in quarantine until the next look."""
    TAG = "tag"
    UNTAG = "untag"
    DELETE = "delete"
    TAG_FINAL = "tag_final"
    UNTIL_SNAPSHOT = "until_snapshot"
    UNTIL_RESTORED = "until_restored"
    UNTIL_COPY_GONE = "until_copy_gone"
    UNTIL_ROTATED = "until_rotated"
    UNTIL_PAUSED = "until_paused"
    UNTIL_RESUMED = "until_resumed"
    UNTIL_DELETED = "until_deleted"
    UNTIL_FINAL = "until_final"
    AGAIN = "again"
    """Nothing for now: look again soon."""
    KEEP_GUARD = "keep_guard"
    KEEP_RESTORED = "keep_restored"
    KEEP_REMOVED = "keep_removed"
    KEEP_ROTATED = "keep_rotated"
    KEEP_QUARANTINE = "keep_quarantine"
    KEEP_ACCEPTED = "keep_accepted"
    FORGET_CALL = "forget_call"
    """Write down what was seen, and choose again at once."""
    FELL_BACK = "fell_back"
    """The deletion came to nothing; the cluster is there. Put things back."""
    STOP = "stop"
    """Write down why nothing more is done, and put things back."""
    GIVE_UP = "give_up"
    """Leave a part of putting back undone, say so, and go on with the rest."""
    END = "end"
    """Nothing is left to do: keep the outcome, give the lock back."""


@dataclass(frozen=True)
class NextMove:
    """One move with its reason.

    Attributes:
        outcome: With `Move.STOP`, `Move.FELL_BACK` and `Move.END`.
        seconds: With `Move.HOLD` and `Move.ASK`: for how long. With `Move.AGAIN`: 0 for a growing pause.
        part: With `Move.GIVE_UP`: what is left undone.
    """

    move: Move
    code: str = ""
    reason: str = ""
    outcome: Outcome | None = None
    seconds: int = 0
    part: str = ""


@dataclass(frozen=True)
class Consent:
    """What became of the request to approve: its status (`waiting`, `approved`…), for which plan, by whom."""

    status: str
    plan_hash: str
    expires_at: datetime
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Observation:
    """One fresh look.

    Attributes:
        warehouse: The cluster that has the name now, None when none has.
        inspection: What stands in the way; None when there is no cluster to inspect.
        plan: What would be approved now; empty when there is no cluster.
        guard: The snapshot that has the guard snapshot's name.
        final: The snapshot that has the final snapshot's name.
        copy: The cluster that has the restore test's name.
        resumed_by: Who resumed the cluster last, as half a sentence; empty when nobody knows.
    """

    details: ClusterDetails | None
    inspection: Inspection | None = None
    plan: dict[str, Any] | None = None
    guard: Snapshot | None = None
    final: Snapshot | None = None
    copy: ClusterDetails | None = None
    consent: Consent | None = None
    resumed_by: str = ""


@dataclass(frozen=True)
class Situation:
    """Everything that the choice of the next move rests on.

    Attributes:
        planned: The plan that the run was made with.
        guard_name: The guard snapshot's name; ``final_name`` the final one's.
    """

    planned_cluster: PlannedCluster
    planned: dict[str, Any]
    progress: Progress
    observed: Observation
    settings: DeprovisionSettings
    now: datetime
    run: str
    guard_name: str
    final_name: str

    @property
    def details(self) -> ClusterDetails | None:
        """The cluster, if it is the one that was planned."""
        return self.observed.details if self.is_the_one else None

    @property
    def is_the_one(self) -> bool:
        """Whether the cluster that has the name now is the one that was planned."""
        seen = self.observed.details
        identity = (self.planned_cluster.namespace_arn, self.planned_cluster.created_at)
        return seen is not None and identity == (seen.cluster.namespace_arn, seen.created_at)

    @property
    def phase(self) -> Phase | None:
        """What the planned cluster's status means; None when it is gone."""
        return self.details.cluster.phase if self.details else None

    @property
    def status(self) -> str:
        """The planned cluster's status for a sentence."""
        return self.details.cluster.described if self.details else "gone"

    @property
    def plan_hash(self) -> str:
        """What an approval of the run's plan is bound to."""
        return hash_of(self.planned)

    def since(self, moment: datetime | None) -> timedelta:
        """How long ago something of the record was; endless for what never was."""
        return timedelta.max if moment is None else self.now - moment

    def is_fresh(self, moment: datetime | None) -> bool:
        """Whether a call is so recent that its effect may not be visible yet."""
        return self.since(moment) < SETTLE


def stop(outcome: Outcome, code: str, reason: str) -> NextMove:
    """Do nothing more towards the deletion."""
    return NextMove(Move.STOP, code, reason, outcome)


def retry_later(situation: Situation, code: str, reason: str, outcome: Outcome = Outcome.FAILED) -> NextMove:
    """Look again soon, as long as there is patience with this very thing; then stop."""
    since = situation.progress.waiting.since
    if since is not None and waited_too_long(situation, code):
        return stop(outcome, code, f"{reason}, and still so since {format_moment(since)}")
    return NextMove(Move.AGAIN, code, reason)


def waited_too_long(situation: Situation, code: str) -> bool:
    """Whether this very thing has been waited for until patience ended."""
    waiting = situation.progress.waiting
    return (
        waiting.code == code
        and waiting.since is not None
        and not within_retry_budget(waiting.since, situation.now)
    )
