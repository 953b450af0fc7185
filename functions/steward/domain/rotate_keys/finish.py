"""Whether Finish may complete an operation now; its event can come from anybody who may call the function."""

from datetime import datetime

from steward.domain.cluster import Cluster
from steward.domain.operation import Operation
from steward.domain.retry_budget import DWELL
from steward.domain.status import Phase


def is_rotation_open(operation: Operation) -> bool:
    """Whether its rotation has begun, and its end is not recorded yet."""
    return operation.begun_at is not None and operation.ended_at is None


def is_to_be_paused_only(operation: Operation) -> bool:
    """Whether an operation whose outcome is known has left nothing but a cluster that runs and was paused."""
    is_called = operation.called_at is not None and not operation.has_begun
    return bool(operation.outcome and operation.resumed) and not is_called and not is_rotation_open(operation)


def why_too_early(operation: Operation, cluster: Cluster | None, clock: datetime) -> str:
    """Why there is nothing to complete yet, as the end of a sentence; empty if there is.

    ``cluster`` is as just observed; only an open rotation needs it.
    """
    if operation.begun_at is None:
        return "" if operation.outcome else "its rotation has not begun"
    if not is_rotation_open(operation):
        return ""
    is_rotating = cluster is not None and operation.is_about(cluster) and cluster.phase is Phase.ROTATING
    # DescribeClusters may still answer the status from before the call
    return "its keys are still being rotated" if is_rotating or clock - operation.begun_at < DWELL else ""


def end_of_rotation(entered_at: datetime, began_at: datetime, clock: datetime) -> datetime:
    """When it counts as ended: as the event says, but neither before its begin nor in the future."""
    return max(began_at, min(entered_at, clock))
