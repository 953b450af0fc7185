"""What the operation records say of a cluster's rotations, for every workflow that rotates keys."""

from steward.adapters.ledger.operations import OperationHistory
from steward.domain.operation import Operation, operation_from_record
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS

MOST_EARLIER = 50
"""Operation records of one cluster and workflow that are looked at, the latest ones."""


def earlier_rotations(cluster: str, history: OperationHistory) -> list[Operation]:
    """The latest operations of the workflows that rotate keys."""
    return [
        operation
        for workflow in (ROTATE_KEYS, DEPROVISION)
        for operation in latest_operations(cluster, workflow.name, history)
    ]


def latest_operations(cluster: str, workflow: str, history: OperationHistory) -> list[Operation]:
    """The latest ones of a workflow, by any run, those that are still under way included."""
    records = history.of_cluster(cluster, workflow, MOST_EARLIER)
    return [operation_from_record(record) for record in records]
