"""What the wait loops look at."""

from __future__ import annotations

from infra.workflows.wait_loop import FailureCondition, Poll, WaitCondition
from steward.domain.failure import UNFIT
from steward.domain.status import AVAILABLE, PHASES, Phase, statuses

DEADLINE = "$child.settings.deadline_seconds"
"""JSONata: the policy's longest time for one cluster."""

CLUSTER = Poll(
    "describeClusters",
    {"ClusterIdentifier": "{% $child.item.cluster %}"},
    "($c := $states.result.Clusters[0]; {'status': $lowercase($c.ClusterStatus & ''), "
    "'availability': $c.ClusterAvailabilityStatus & '', "
    "'namespace_arn': $c.ClusterNamespaceArn & ''})",
    tuple(sorted(PHASES)),
)
"""The statuses and the identity of the cluster; a missing field is an empty text."""

READY = f"$observed.status = 'available' and $lowercase($observed.availability) = '{AVAILABLE.lower()}'"
"""``available`` alone is not ready."""

RECREATED = FailureCondition(
    "$observed.namespace_arn != $child.item.namespace_arn",
    UNFIT,
    "another cluster was created under its name while it was watched",
)


def unfit(*phases: Phase) -> FailureCondition:
    """The cluster came to a status of these phases, from which it does not get where it should."""
    named = ", ".join(f"'{status}'" for status in statuses(*phases))
    cause = "{% 'came to status ' & $observed.status & ', from which it does not get ready by itself' %}"
    return FailureCondition(f"$observed.status in [{named}]", UNFIT, cause)


def until_ready(*unfit_phases: Phase, expected_seconds: str = "0") -> WaitCondition:
    """The cluster can be changed again."""
    return WaitCondition(CLUSTER, READY, (RECREATED, unfit(*unfit_phases)), DEADLINE, expected_seconds)


def until_paused() -> WaitCondition:
    """The cluster is paused."""
    never = unfit(Phase.FAILED, Phase.DELETING)
    return WaitCondition(CLUSTER, "$observed.status = 'paused'", (RECREATED, never), DEADLINE)
