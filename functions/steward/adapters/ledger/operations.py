"""Operations: what each run did to each cluster, written before and after every change: the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.adapters.ledger.keys import operation_key
from steward.adapters.ledger.table import plain, read_many, storable
from steward.domain.moments import format_moment
from steward.domain.operation import Operation, operation_from_record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

    from steward.domain.run import Run


class Operations:
    """Reads and writes operation records, one a run and cluster."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:UpdateItem", "dynamodb:BatchGetItem"),)

    def __init__(self, dynamodb: DynamoDBServiceResource, table: Table) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def update(self, run: Run, cluster: str, now: datetime, **values: Any) -> Operation:
        """Set ``values`` (None removes one; moments become text) and add them to the record's timeline.

        ``evidence`` can be large and is kept once only, beside the timeline.
        """
        texts = {name: storable(value) for name, value in values.items()}
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
        records = read_many(self._dynamodb, self._table.name, keys)
        return {str(record["cluster"]): operation_from_record(plain(record)) for record in records}
