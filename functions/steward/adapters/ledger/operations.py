"""Operations: what each run did to each cluster, written before and after every change: the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import CLUSTER_RECORDS, on_records
from steward.adapters.ledger.keys import cluster_partition, operation_key, operations_prefix
from steward.adapters.ledger.table import Records, plain, query_all, read_many, storable
from steward.domain.errors import CallUnanswered, Superseded
from steward.domain.freshness import LATEST_EFFECT
from steward.domain.moments import format_moment
from steward.domain.operation import Operation, operation_from_record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table

    from steward.domain.run import Run


KEPT_ONCE = frozenset({"evidence", "unanswered_since"})
"""Values that the timeline of a record does without."""


@dataclass(frozen=True)
class Condition:
    """What must hold for a write; ``names`` are the attributes that it names besides `version`."""

    expression: str
    names: tuple[str, ...]
    values: dict[str, Any]


class Operations:
    """Reads and writes operation records, one a run and cluster."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:UpdateItem", "dynamodb:BatchGetItem"),)

    def __init__(self, dynamodb: DynamoDBServiceResource, table: Table) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def open(self, run: Run, cluster: str, now: datetime, **identity: str) -> Operation:
        """Claim the record for one invocation of a step, and read it.

        Each write counts the record's version up, so a write that names an earlier version fails: of several
        invocations of one step, only the one that claimed the record last can write.

        Raises:
            CallUnanswered: An invocation has written down a call, and may be about to make it; nothing was
                written, so that it can still write down the answer.
        """
        condition = Condition(
            "attribute_not_exists(#unanswered_since) OR #unanswered_since <= :over",
            ("unanswered_since",),
            {":over": format_moment(now - LATEST_EFFECT)},
        )
        values = identity | {"cluster": cluster, "run": run.arn}
        try:
            return self._write(run, cluster, [], values, condition)
        except self._table.meta.client.exceptions.ConditionalCheckFailedException as error:
            raise CallUnanswered(f"another invocation may be about to make a call on {cluster}") from error

    def update(
        self, run: Run, cluster: str, now: datetime, *, version: int | None = None, **values: Any
    ) -> Operation:
        """Set ``values`` (None removes one; moments become text) and add them to the record's timeline.

        ``evidence`` can be large and is kept once only, beside the timeline, which has no use for
        a call that is just being made either.

        Raises:
            Superseded: The record no longer has this ``version``; nothing was written.
        """
        texts = {name: storable(value) for name, value in values.items()}
        kept = {name: value for name, value in texts.items() if value is not None}
        entry = {"at": format_moment(now)} | {key: kept[key] for key in kept if key not in KEPT_ONCE}
        values = texts | {"cluster": cluster, "run": run.arn}
        condition = None if version is None else Condition("#version = :expected", (), {":expected": version})
        try:
            return self._write(run, cluster, [entry], values, condition)
        except self._table.meta.client.exceptions.ConditionalCheckFailedException as error:
            raise Superseded(f"another invocation works on {cluster} for this run") from error

    def _write(
        self, run: Run, cluster: str, entries: list[Any], values: dict[str, Any], condition: Condition | None
    ) -> Operation:
        kept = {name: value for name, value in values.items() if value is not None}
        appended = "#timeline = list_append(if_not_exists(#timeline, :none), :entries)"
        counted = "#version = if_not_exists(#version, :zero) + :one"
        sets = ", ".join([appended, counted, *(f"#{name} = :{name}" for name in kept)])
        removed = ", ".join(f"#{name}" for name in values if name not in kept)
        names = (*values, "timeline", "version", *(condition.names if condition else ()))
        answer = self._table.update_item(
            Key=operation_key(run, cluster),
            UpdateExpression=f"SET {sets}" + (f" REMOVE {removed}" if removed else ""),
            ExpressionAttributeNames={f"#{name}": name for name in names},
            ExpressionAttributeValues={f":{name}": value for name, value in kept.items()}
            | {":none": [], ":entries": entries, ":zero": 0, ":one": 1}
            | (condition.values if condition else {}),
            ReturnValues="ALL_NEW",
            **({"ConditionExpression": condition.expression} if condition else {}),  # type: ignore[arg-type]  # one key, or none
        )
        return operation_from_record(plain(answer["Attributes"]))

    def of_run(self, run: Run, clusters: Iterable[str]) -> dict[str, Operation]:
        """The run's operations on these clusters, by cluster; clusters without one are left out."""
        keys = [operation_key(run, cluster) for cluster in clusters]
        records = read_many(self._dynamodb, self._table.name, keys)
        return {str(record["cluster"]): operation_from_record(plain(record)) for record in records}


class OperationHistory(Records):
    """Reads all operation records of a cluster, also of runs whose executions no longer exist."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:Query"),)

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


class CachedHistory(OperationHistory):
    """Reads each question once, for one invocation that asks the same for several decisions."""

    def __init__(self, history: OperationHistory) -> None:
        self._asked = history
        self._answers: dict[tuple[str, str, int | None], list[dict[str, Any]]] = {}

    def of_cluster(self, cluster: str, workflow: str = "", limit: int | None = None) -> list[dict[str, Any]]:
        question = (cluster, workflow, limit)
        if question not in self._answers:
            self._answers[question] = self._asked.of_cluster(*question)
        return self._answers[question]
