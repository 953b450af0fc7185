"""When each cluster's keys were last rotated, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.adapters.grants import CLUSTER_RECORDS, on_records
from steward.adapters.ledger.keys import last_rotation_key
from steward.adapters.ledger.table import read_many
from steward.domain.moments import format_moment, parse_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table


class LastRotations:
    """Reads and writes the last rotations, one record a cluster."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:PutItem", "dynamodb:BatchGetItem"),)

    def __init__(self, dynamodb: DynamoDBServiceResource, table: Table) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, clusters: Iterable[str]) -> dict[str, RotationRecord]:
        """The last rotations of these clusters, by cluster; clusters never rotated are left out."""
        keys = [last_rotation_key(cluster) for cluster in clusters]
        records = read_many(self._dynamodb, self._table.name, keys)
        return {str(record["cluster"]): _rotation_record(record) for record in records}

    def record(self, cluster: str, rotation: RotationRecord) -> None:
        """Write a cluster's last rotation over the one before; writing the same twice changes nothing."""
        self._table.put_item(
            Item={
                **last_rotation_key(cluster),
                "cluster": cluster,
                "at": format_moment(rotation.at),
                "namespace_arn": rotation.namespace_arn,
                "seconds": rotation.seconds,
                "ended": rotation.ended,
            }
        )


def _rotation_record(record: Mapping[str, Any]) -> RotationRecord:
    at, seconds = parse_moment(record["at"]), int(record["seconds"])
    return RotationRecord(at, record["namespace_arn"], seconds, ended=record.get("ended", True))
