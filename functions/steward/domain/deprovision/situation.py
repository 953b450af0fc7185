"""Everything that the choice of the next move rests on: the plan, the record, and one fresh observation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from steward.domain.deprovision.baseline import Baseline
from steward.domain.deprovision.blockers import Inspection
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.earlier_guards import NO_EARLIER, EarlierGuards
from steward.domain.deprovision.moves import Control, Fact, NextMove
from steward.domain.deprovision.plan import hash_of
from steward.domain.deprovision.planned_cluster import PlannedCluster
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import Snapshot
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import FEWEST_TRIES, SETTLE, within_retry_budget
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.status import Phase


@dataclass(frozen=True)
class Consent:
    """The state of the approval request.

    Attributes:
        status: A `steward.domain.approvals.requests.Status` value.
        by: Who answered or cancelled it; empty when nobody did.
        given_at: When it was answered; the run's start if the policy itself approved it.
    """

    status: str
    plan_hash: str
    expires_at: datetime
    by: str = ""
    reason: str = ""
    given_at: datetime | None = None


@dataclass(frozen=True)
class Observation:
    """What AWS and the ledger show at one moment.

    Attributes:
        details: The cluster that has the name now, or the planned one under another name; None when there is
            neither. Members of its identity that DescribeClusters left out are those of the planned one.
        identified: Whether it left none out.
        unseen: No cluster has the name, and one that does not say which it is may be the planned one.
        earlier_guards: What earlier runs have left; nothing once the run has its own guard snapshot.
        inspection: The blockers; None when there is no cluster to inspect, or nothing depends on it any more.
        plan: What would be approved now; None when there is no cluster.
        guard: The snapshot that has the guard snapshot's name: this run's, or the one that it reuses.
        final: The snapshot that has the final snapshot's name.
        copy: The cluster that has the name of the restore test's copy.
        consent: None when no request exists yet.
        last_rotation: When the ledger says that its keys were last rotated, by whichever workflow.
        baseline: The planned cluster as it was before the first run changed it; None when none has.
        resumed_by: Who last resumed the cluster since it was paused for its quarantine, as half a sentence;
            empty when nobody did. None when CloudTrail could not be read: that is never taken for "nobody".
        resumed_at: When that was; None when it is not known.
    """

    details: ClusterDetails | None
    inspection: Inspection | None = None
    plan: dict[str, Any] | None = None
    guard: Snapshot | None = None
    final: Snapshot | None = None
    copy: ClusterDetails | None = None
    consent: Consent | None = None
    last_rotation: RotationRecord | None = None
    resumed_by: str | None = ""
    resumed_at: datetime | None = None
    baseline: Baseline | None = None
    identified: bool = True
    unseen: bool = False
    earlier_guards: EarlierGuards = NO_EARLIER


@dataclass(frozen=True)
class Situation:
    """All facts for one decision.

    Attributes:
        run_plan: The plan that the run was started with; an approval is bound to its hash.
        run: The run's name.
    """

    planned_cluster: PlannedCluster
    run_plan: dict[str, Any]
    progress: Progress
    observed: Observation
    settings: DeprovisionSettings
    now: datetime
    run: str
    guard_name: str
    final_name: str

    @property
    def details(self) -> ClusterDetails | None:
        """The cluster, if it is the planned one."""
        return self.observed.details if self.is_planned_cluster else None

    @property
    def is_planned_cluster(self) -> bool:
        """Whether the cluster that has the name now is the planned one, by namespace and creation time."""
        seen = self.observed.details
        planned = self.planned_cluster
        return seen is not None and seen.cluster.may_be(planned.namespace_arn, planned.created_at)

    @property
    def name(self) -> str:
        """The name that the planned cluster has now."""
        return self.details.name if self.details else self.planned_cluster.name

    @property
    def new_name(self) -> str:
        """What the planned cluster was renamed to; empty when it was not."""
        return "" if self.name == self.planned_cluster.name else self.name

    @property
    def phase(self) -> Phase | None:
        """The phase of the planned cluster; None when it is gone."""
        return self.details.cluster.phase if self.details else None

    @property
    def status(self) -> str:
        """The planned cluster's status for a sentence."""
        return self.details.cluster.described if self.details else "gone"

    @property
    def plan_hash(self) -> str:
        return hash_of(self.run_plan)

    def since(self, moment: datetime | None) -> timedelta:
        """Time since a moment of the record; `timedelta.max` if there is none."""
        return timedelta.max if moment is None else self.now - moment

    def is_fresh(self, moment: datetime | None) -> bool:
        """Whether a call is so recent that its effect may not be visible yet (`SETTLE`)."""
        return self.since(moment) < SETTLE


def stop(outcome: Outcome, code: str, reason: str) -> NextMove:
    """Do nothing more toward the deletion, and roll back."""
    return NextMove(Fact.STOPPED, code, reason, outcome)


def retry_later(situation: Situation, code: str, reason: str, outcome: Outcome = Outcome.FAILED) -> NextMove:
    """Observe again soon while the retry budget for this very code lasts; then stop."""
    waiting = situation.progress.waiting
    since = waiting.since if waiting.code == code else None
    tried = waiting.looks >= FEWEST_TRIES
    if since is not None and tried and not within_retry_budget(since, situation.now):
        return stop(outcome, code, f"{reason}; this has not changed since {format_moment(since)}")
    return NextMove(Control.AGAIN, code, reason)
