"""What earlier runs of deprovision have done to a cluster, read from the ledger and from its snapshots."""

from dataclasses import replace

from steward.adapters.ledger.operations import OperationHistory
from steward.adapters.snapshots import Snapshots
from steward.domain.deprovision.earlier_guards import earlier_guards
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.key_rotation import Rotation
from steward.domain.operation import Operation
from steward.domain.rotate_keys.earlier_rotations import newest_rotation
from steward.domain.workflows import DEPROVISION
from steward.steps.rotations import earlier_rotations, latest_operations


def earlier_operations(cluster: str, history: OperationHistory) -> list[Operation]:
    """The latest ones, those that are still under way included."""
    return latest_operations(cluster, DEPROVISION.name, history)


def with_earlier_guards(situation: Situation, snapshots: Snapshots, history: OperationHistory) -> Situation:
    """Read as long as the run may still take a guard snapshot, or reuse one."""
    details, planned = situation.details, situation.planned_cluster
    progress = situation.progress
    if (
        details is None
        or situation.new_name
        or Guard.of(progress).is_decided
        or progress.stopping is not None
    ):
        return situation
    found = earlier_guards(
        snapshots.of_cluster(planned.name), earlier_operations(planned.name, history), details, planned
    )
    return replace(situation, observed=replace(situation.observed, earlier_guards=found))


def with_earlier_rotations(situation: Situation, run: str, history: OperationHistory) -> Situation:
    """Read as long as the run with this ARN may still begin a rotation of its own."""
    planned, kept = situation.planned_cluster, situation.observed.last_rotation
    asks = situation.settings.rotate_first and situation.progress.stopping is None
    if situation.details is None or not asks or Rotation.of(situation.progress) != Rotation():
        return situation
    found = newest_rotation(
        kept,
        earlier_rotations(planned.name, history),
        run,
        lambda rotation: rotation.namespace_arn == planned.namespace_arn,
    )
    return replace(situation, observed=replace(situation.observed, last_rotation=found))
