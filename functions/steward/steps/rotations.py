"""What the operation records say of a cluster's rotations, for every workflow that rotates keys."""

from steward.adapters.ledger.operations import OperationHistory
from steward.domain.operation import Operation, operation_from_record
from steward.domain.rotate_keys.earlier_rotations import MOST_EARLIER
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS


def earlier_rotations(cluster: str, history: OperationHistory) -> list[Operation]:
    """The latest operations of the workflows that rotate keys."""
    records = (
        record
        for workflow in (ROTATE_KEYS, DEPROVISION)
        for record in history.of_cluster(cluster, workflow.name, MOST_EARLIER)
    )
    return [operation_from_record(record) for record in records]
