"""Why runs left a cluster alone: the last decision of each workflow and day, for a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.adapters.grants import CLUSTER_RECORDS, on_records
from steward.adapters.ledger.keys import cluster_partition, decision_key, decisions_prefix
from steward.adapters.ledger.table import Records, query_all, write_many
from steward.domain.run_decisions import RunDecision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table


class Decisions:
    """Keeps why a run left clusters alone; the decision of the same day a month ago is replaced."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:BatchWriteItem"),)

    def __init__(self, dynamodb: DynamoDBServiceResource, table: Table) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def record(self, decisions: Iterable[RunDecision]) -> None:
        """Idempotent.

        Raises:
            AwsUnavailable: DynamoDB did not take all of them.
        """
        items: list[dict[str, Any]] = [
            {**decision_key(each.cluster, each.workflow, each.run_started_at), **each.document()}
            for each in decisions
        ]
        write_many(self._dynamodb, self._table.name, items)


class DecisionHistory(Records):
    """Reads why runs of the last month left a cluster alone."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:Query"),)

    def of_cluster(self, cluster: str) -> list[RunDecision]:
        """The newest first."""
        found = query_all(
            self._table,
            KeyConditionExpression="pk = :cluster AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":cluster": cluster_partition(cluster),
                ":prefix": decisions_prefix(),
            },
        )
        decisions = [_decision(item) for item in found]
        return sorted(decisions, key=lambda each: each.run_started_at, reverse=True)


def _decision(item: dict[str, Any]) -> RunDecision:
    return RunDecision(**{name: str(item[name]) for name in RunDecision.__dataclass_fields__})
