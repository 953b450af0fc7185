"""The baseline: a cluster as it was before the first run of deprovision changed it.

A run that is stopped or abandoned can leave a cluster changed, and the next run then finds it so. What a
rollback restores is therefore not what its own run found but the baseline, which is written before the first
change and kept over runs until the cluster is as it was again, or is gone.
"""

from dataclasses import dataclass

from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.status import Phase


@dataclass(frozen=True)
class Baseline:
    """The ledger's record of it.

    Attributes:
        namespace_arn: With ``created_at`` the cluster's identity: the name can be reused.
        was_paused: Whether it was paused.
        tagged: Whether it had the approval tag; a rollback removes the tag even so, because the tag must not
            outlive the run whose approval it stands for.
        run: ARN of the run that changed it first.
        since: When that was, ISO 8601.
    """

    namespace_arn: str
    created_at: str
    was_paused: bool
    tagged: bool = False
    run: str = ""
    since: str = ""

    def is_restored(self, details: ClusterDetails) -> bool:
        """Whether nothing of what the runs changed is left on the cluster."""
        phase = Phase.PAUSED if self.was_paused else Phase.READY
        return details.cluster.phase is phase and APPROVED_TAG not in details.cluster.tags
