"""What deprovision waits for. Each wait ends as soon as something has changed, and Advance decides."""

from infra.workflows.wait_conditions import ANOTHER, CLUSTER, DEADLINE, READY
from infra.workflows.wait_loop import Poll, WaitCondition
from steward.domain.deprovision.moves import Wait
from steward.domain.deprovision.snapshot import AVAILABLE, ENDED_BADLY
from steward.domain.failure import GONE
from steward.domain.status import PHASES, Phase, statuses

SNAPSHOT_GONE = "Redshift.ClusterSnapshotNotFoundException"
"""Step Functions' name for ClusterSnapshotNotFound in an SDK integration."""

COPY = Poll(
    "describeClusters",
    {"ClusterIdentifier": "{% $step.copy %}"},
    "($c := $states.result.Clusters[0]; {'status': $lowercase($c.ClusterStatus & ''), "
    "'availability': $c.ClusterAvailabilityStatus & '', "
    "'restore': $lowercase($c.RestoreStatus.Status & '')})",
    tuple(sorted(PHASES)),
)
"""The restore test's copy, and how far its restore has come."""


def _snapshot(name: str) -> WaitCondition:
    """The snapshot is available, or never will be."""
    ended = ", ".join(f"'{status}'" for status in sorted({AVAILABLE, *ENDED_BADLY}))
    poll = Poll(
        "describeClusterSnapshots",
        {"SnapshotIdentifier": f"{{% $step.{name} %}}"},
        "($s := $states.result.Snapshots[0]; {'status': $lowercase($s.Status & '')})",
    )
    return WaitCondition(
        poll, f"$observed.status in [{ended}]", (), DEADLINE, done_by=(SNAPSHOT_GONE,), dwell_seconds=0
    )


def _cluster(*phases: Phase) -> WaitCondition:
    """The cluster is ready or in one of these phases, or it is no longer there, or another one is."""
    named = ", ".join(f"'{status}'" for status in statuses(*phases))
    done = f"({READY}) or $observed.status in [{named}] or ({ANOTHER})"
    return WaitCondition(CLUSTER, done, (), DEADLINE, done_by=(GONE,))


def _copy(ready: str) -> WaitCondition:
    """The copy meets ``ready``, or has failed, or is gone."""
    named = ", ".join(f"'{status}'" for status in statuses(Phase.FAILED))
    return WaitCondition(COPY, f"({ready}) or $observed.status in [{named}]", (), DEADLINE, done_by=(GONE,))


SETTLED = (Phase.FAILED, Phase.DELETING, Phase.PAUSED)

LOOPS: dict[Wait, tuple[str, WaitCondition]] = {
    Wait.UNTIL_SNAPSHOT: ("Until the guard snapshot is taken", _snapshot("snapshot")),
    Wait.UNTIL_RESTORED: (
        "Until the copy is restored",
        _copy(f"({READY}) and $observed.restore in ['completed', 'failed'] or $observed.status = 'deleting'"),
    ),
    Wait.UNTIL_COPY_GONE: ("Until the copy is gone", _copy(READY)),
    Wait.UNTIL_ROTATED: ("Until the keys are rotated", _cluster(*SETTLED)),
    Wait.UNTIL_PAUSED: ("Until it is paused", _cluster(*SETTLED)),
    Wait.UNTIL_RESUMED: ("Until it is resumed", _cluster(*SETTLED)),
    Wait.UNTIL_DELETED: ("Until it is gone", _cluster(Phase.FAILED, Phase.PAUSED)),
    Wait.UNTIL_FINAL: ("Until the final snapshot is complete", _snapshot("final")),
}
"""The wait of each move that has one: its name, and what is waited for."""
