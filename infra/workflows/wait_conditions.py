"""What the wait loops poll, and the conditions that end them."""

from infra.workflows.wait_loop import FailureCondition, Poll, WaitCondition
from steward.domain.failure import UNRECOVERABLE
from steward.domain.status import AVAILABLE, PHASES, Phase, statuses

DEADLINE = "$child.deadline_seconds"
"""JSONata: the policy's longest time for one cluster."""

CLUSTER = Poll(
    "describeClusters",
    {"ClusterIdentifier": "{% $child.item.cluster %}"},
    "($c := $states.result.Clusters[0]; {'status': $lowercase($c.ClusterStatus & ''), "
    "'availability': $c.ClusterAvailabilityStatus & '', "
    "'namespace_arn': $c.ClusterNamespaceArn & ''})",
    tuple(sorted(PHASES)),
)
"""Both statuses and the identity of the cluster; a missing field becomes an empty string."""

READY = f"$observed.status = 'available' and $lowercase($observed.availability) = '{AVAILABLE.lower()}'"
"""``available`` alone is not ready."""

ANOTHER = (
    "$observed.namespace_arn != $child.item.namespace_arn"
    " and $observed.namespace_arn != '' and $child.item.namespace_arn != ''"
)
"""Another cluster has taken the name; a namespace ARN that is missing is not a mismatch."""

RECREATED = FailureCondition(
    ANOTHER,
    UNRECOVERABLE,
    "another cluster was created under its name while the run was waiting",
)


def unrecoverable(*phases: Phase) -> FailureCondition:
    """The cluster is in a status of these phases, from which the awaited one is not reached."""
    named = ", ".join(f"'{status}'" for status in statuses(*phases))
    cause = "{% 'came to status ' & $observed.status & ', from which it does not recover by itself' %}"
    return FailureCondition(f"$observed.status in [{named}]", UNRECOVERABLE, cause)


def until_ready(*fatal_phases: Phase, expected_seconds: str = "0") -> WaitCondition:
    return WaitCondition(
        CLUSTER, READY, (RECREATED, unrecoverable(*fatal_phases)), DEADLINE, expected_seconds
    )


def until_paused() -> WaitCondition:
    never = unrecoverable(Phase.FAILED, Phase.DELETING)
    return WaitCondition(CLUSTER, "$observed.status = 'paused'", (RECREATED, never), DEADLINE)
