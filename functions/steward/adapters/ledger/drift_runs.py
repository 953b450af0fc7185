"""How often events have lately started a run for a cluster's roles: ``CLUSTER#<name>``, ``DRIFT``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.adapters.ledger.operations import cluster_key
from steward.domain.moments import format_moment, parse_moment
from steward.domain.sync_roles.change import AN_HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb.service_resource import Table

    from steward.domain.run import Run


class DriftRuns:
    """Remembers the runs that events have started within the last hour."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:GetItem", "dynamodb:PutItem"),)

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, cluster: str, run: Run, now: datetime) -> list[datetime]:
        """When such runs were started, this one included; saying the same twice changes nothing."""
        key = {"pk": cluster_key(cluster), "sk": "DRIFT"}
        item: Mapping[str, Any] = self._table.get_item(Key=key, ConsistentRead=True).get("Item", {})
        moments = {name: parse_moment(at) for name, at in item.get("runs", {}).items()}
        recent = {name: at for name, at in moments.items() if now - at < AN_HOUR}
        recent.setdefault(run.name, now)
        self._table.put_item(Item=key | {"runs": {name: format_moment(at) for name, at in recent.items()}})
        return list(recent.values())
