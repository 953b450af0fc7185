"""The ledger: operations (evidence), locks (one per cluster) and each cluster's last rotation.

One DynamoDB table, ``pk`` and ``sk``:

=====================  ==========================================  =====================================
pk                     sk                                          holds
=====================  ==========================================  =====================================
``CLUSTER#<name>``     ``LOCK``                                   who may change the cluster now
``CLUSTER#<name>``     ``OPERATION#<workflow>#<started>#<run>``    what one run did to the cluster
``CLUSTER#<name>``     ``LAST#rotate-keys``                        its last rotation
``SCHEDULE#<workflow>``  ``<scheduled moment>``                    the run that took it, if it went well
=====================  ==========================================  =====================================
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Operation, operation_from_record
from steward.domain.rotate_keys.last_rotation import RotationRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

    from steward.domain.run import Run

KEYS_A_CALL = 100
"""BatchGetItem takes at most 100 keys (DynamoDB API reference)."""


def cluster_key(cluster: str) -> str:
    """The partition of everything about one cluster."""
    return f"CLUSTER#{cluster}"


def operation_key(run: Run, cluster: str) -> dict[str, str]:
    """The key of what ``run`` does to ``cluster``: the same on every retry, sorted by time."""
    return {
        "pk": cluster_key(cluster),
        "sk": f"OPERATION#{run.workflow}#{run.started_at}#{run.name}",
    }


class Locks:
    """The right to change one cluster; at most one run holds it, over all workflows."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"),)

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, cluster: str, run: Run, now: datetime, instead_of: str | None = None) -> str | None:
        """Lock the cluster for ``run``; None when it holds the lock now, else the holder's execution ARN.

        ``instead_of`` names a holder that no longer runs: its lock, and only its, is taken over.
        """
        taken = conditional_write(
            self._table,
            self._table.put_item,
            Item={
                "pk": cluster_key(cluster),
                "sk": "LOCK",
                "run": run.arn,
                "workflow": run.workflow,
                "since": format_moment(now),
            },
            ConditionExpression="attribute_not_exists(pk) OR #run IN (:mine, :theirs)",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.arn, ":theirs": instead_of or run.arn},
        )
        return None if taken else self.holder(cluster)

    def holder(self, cluster: str) -> str | None:
        """The execution ARN of the run that holds the lock."""
        key = {"pk": cluster_key(cluster), "sk": "LOCK"}
        found = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return str(found["run"]) if found else None

    def release(self, cluster: str, run: Run) -> None:
        """Give the lock back, if ``run`` holds it; somebody else's lock is left alone."""
        conditional_write(
            self._table,
            self._table.delete_item,
            Key={"pk": cluster_key(cluster), "sk": "LOCK"},
            ConditionExpression="attribute_not_exists(pk) OR #run = :mine",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.arn},
        )


class Operations:
    """What runs do to clusters, written before and after every change: the evidence."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:UpdateItem", "dynamodb:BatchGetItem"),)

    def __init__(self, dynamodb: DynamoDBServiceResource, table: Table) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def update(self, run: Run, cluster: str, now: datetime, **values: Any) -> Operation:
        """Set ``values`` (None removes one; moments become text) and add them to the record's timeline.

        ``evidence`` can be large and is kept once only, beside the timeline.
        """
        texts = {name: _storable(value) for name, value in values.items()}
        kept = {name: value for name, value in texts.items() if value is not None}
        entry = {"at": format_moment(now)} | {key: kept[key] for key in kept if key != "evidence"}
        appended = "#timeline = list_append(if_not_exists(#timeline, :nothing), :entry)"
        identity = {"cluster": cluster, "run": run.arn}
        sets = ", ".join([appended, *(f"#{name} = :{name}" for name in kept | identity)])
        removed = ", ".join(f"#{name}" for name in texts if name not in kept)
        answer = self._table.update_item(
            Key=operation_key(run, cluster),
            UpdateExpression=f"SET {sets}" + (f" REMOVE {removed}" if removed else ""),
            ExpressionAttributeNames={f"#{name}": name for name in (*texts, *identity, "timeline")},
            ExpressionAttributeValues={f":{name}": value for name, value in (kept | identity).items()}
            | {":nothing": [], ":entry": [entry]},
            ReturnValues="ALL_NEW",
        )
        return operation_from_record(plain(answer["Attributes"]))

    def of_run(self, run: Run, clusters: Iterable[str]) -> dict[str, Operation]:
        """The run's operations on these clusters, by cluster; clusters without one are left out."""
        keys = [operation_key(run, cluster) for cluster in clusters]
        records = _read_many(self._dynamodb, self._table.name, keys)
        return {str(record["cluster"]): operation_from_record(plain(record)) for record in records}


class LastRotations:
    """When each cluster's keys were last rotated, and how long it took."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:PutItem", "dynamodb:BatchGetItem"),)

    def __init__(self, dynamodb: DynamoDBServiceResource, table: Table) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, clusters: Iterable[str]) -> dict[str, RotationRecord]:
        """The last rotations of these clusters, by cluster; clusters never rotated are left out."""
        keys = [_last_key(cluster) for cluster in clusters]
        records = _read_many(self._dynamodb, self._table.name, keys)
        return {str(record["cluster"]): _rotation_record(record) for record in records}

    def remember(self, cluster: str, rotation: RotationRecord) -> None:
        """Keep the last rotation of a cluster; saying the same twice changes nothing."""
        self._table.put_item(
            Item={
                **_last_key(cluster),
                "cluster": cluster,
                "at": format_moment(rotation.at),
                "namespace_arn": rotation.namespace_arn,
                "seconds": rotation.seconds,
                "ended": rotation.ended,
            }
        )


class ScheduleMoments:
    """Each moment of a schedule belongs to one run, though EventBridge Scheduler may deliver it twice."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:PutItem", "dynamodb:UpdateItem"),)

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, run: Run, scheduled_at: str) -> bool:
        """Whether the moment is this run's; taking it again is no harm."""
        return conditional_write(
            self._table,
            self._table.put_item,
            Item={"pk": f"SCHEDULE#{run.workflow}", "sk": scheduled_at, "run": run.arn},
            ConditionExpression="attribute_not_exists(pk) OR #run = :mine",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.arn},
        )

    def mark_succeeded(self, run: Run, scheduled_at: str) -> None:
        """Remember that the moment's run has come to a good end; a moment of another run is left alone."""
        conditional_write(
            self._table,
            self._table.update_item,
            Key={"pk": f"SCHEDULE#{run.workflow}", "sk": scheduled_at},
            UpdateExpression="SET well = :well",
            ConditionExpression="#run = :mine",
            ExpressionAttributeNames={"#run": "run"},
            ExpressionAttributeValues={":mine": run.arn, ":well": True},
        )


class Listing:
    """Reads all that a query finds, page by page, for those who extend it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def _items(self, **query: Any) -> Iterator[dict[str, Any]]:
        while True:
            page = self._table.query(**query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def conditional_write(table: Table, write: Callable[..., Any], **parameters: Any) -> bool:
    """Make a conditional write; False when its condition does not hold, and nothing was written."""
    try:
        write(**parameters)
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def _last_key(cluster: str) -> dict[str, str]:
    return {"pk": cluster_key(cluster), "sk": "LAST#rotate-keys"}


def _rotation_record(record: Mapping[str, Any]) -> RotationRecord:
    at, seconds = parse_moment(record["at"]), int(record["seconds"])
    return RotationRecord(at, record["namespace_arn"], seconds, ended=record.get("ended", True))


def _storable(value: Any) -> Any:
    """A value as DynamoDB takes it: moments as text, no binary fractions, at any depth."""
    if isinstance(value, dict):
        return {key: _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    if isinstance(value, float):
        return Decimal(str(value))
    return format_moment(value) if hasattr(value, "isoformat") else value


def plain(value: Any) -> Any:
    """A value of a record as JSON has it: DynamoDB's numbers as int or float, at any depth."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _read_many(
    dynamodb: DynamoDBServiceResource, table: str, keys: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Consistent reads of many keys; DynamoDB may answer some of them only on the next request."""
    records: list[dict[str, Any]] = []
    for start in range(0, len(keys), KEYS_A_CALL):
        wanted: Any = {table: {"Keys": keys[start : start + KEYS_A_CALL], "ConsistentRead": True}}
        while wanted:
            answer = dynamodb.batch_get_item(RequestItems=wanted)
            records.extend(answer["Responses"].get(table, []))
            wanted = answer["UnprocessedKeys"]
    return records
