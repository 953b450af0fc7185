"""Operations: what each run did to each cluster, written before and after every change: the evidence."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.adapters.ledger.keys import cluster_partition, operation_key, operations_prefix
from steward.adapters.ledger.table import Records, plain, query_all, read_many, storable
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


class OperationHistory(Records):
    """Reads all operation records of a cluster, also of runs whose executions no longer exist."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:Query"),)

    def of_cluster(self, cluster: str, workflow: str = "", limit: int | None = None) -> list[dict[str, Any]]:
        """The records as JSON has them, the newest first within each workflow; all of them without limit."""
        values = {":cluster": cluster_partition(cluster), ":prefix": operations_prefix(workflow)}
        found = query_all(
            self._table,
            KeyConditionExpression="pk = :cluster AND begins_with(sk, :prefix)",
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            **({"Limit": limit} if limit else {}),
        )
        return [plain(record) for record in islice(found, limit)]
