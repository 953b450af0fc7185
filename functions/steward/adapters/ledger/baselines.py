"""Baselines: how clusters were before the first run of deprovision changed them."""

from dataclasses import asdict, fields

from steward.adapters.grants import CLUSTER_RECORDS, on_records
from steward.adapters.ledger.keys import baseline_key
from steward.adapters.ledger.table import Records, read_one, write_unless_taken
from steward.domain.deprovision.baseline import Baseline

NAMES = frozenset(field.name for field in fields(Baseline))


class Baselines(Records):
    """Reads, keeps and forgets baselines, one a cluster; a cluster is meant by name and identity."""

    GRANTS = (on_records(CLUSTER_RECORDS, "dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"),)

    def of(self, cluster: str, namespace_arn: str, created_at: str) -> Baseline | None:
        """None when no run has changed the cluster, or when it was put back since."""
        found = read_one(self._table, baseline_key(cluster, namespace_arn, created_at))
        return None if found is None else _baseline(found)

    def keep(self, cluster: str, baseline: Baseline) -> None:
        """Write it unless there is one already: the first one counts."""
        key = baseline_key(cluster, baseline.namespace_arn, baseline.created_at)
        write_unless_taken(
            self._table,
            self._table.put_item,
            Item={**key, **asdict(baseline)},
            ConditionExpression="attribute_not_exists(pk)",
        )

    def forget(self, cluster: str, baseline: Baseline) -> None:
        """Delete it: the cluster is as it was, or is gone."""
        key = baseline_key(cluster, baseline.namespace_arn, baseline.created_at)
        self._table.delete_item(Key=key)


def _baseline(record: dict[str, object]) -> Baseline:
    """Attributes that this version does not know are left aside."""
    return Baseline(**{name: value for name, value in record.items() if name in NAMES})  # type: ignore[arg-type]  # as `keep` wrote them
