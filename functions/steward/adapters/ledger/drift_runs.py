"""How often events have lately started a run for a cluster's roles."""

from datetime import datetime

from steward.adapters.grants import Scope, grant
from steward.adapters.ledger.keys import drift_runs_key
from steward.adapters.ledger.table import Records, read_one
from steward.domain.moments import format_moment, parse_moment
from steward.domain.run import Run
from steward.domain.sync_roles.change import AN_HOUR


class DriftRuns(Records):
    """Keeps the runs that events have started within the last hour."""

    GRANTS = (grant(Scope.LEDGER, "dynamodb:GetItem", "dynamodb:PutItem"),)

    def record(self, cluster: str, run: Run, now: datetime) -> list[datetime]:
        """When such runs were started, this one included; recording a run twice changes nothing."""
        key = drift_runs_key(cluster)
        known = (read_one(self._table, key) or {}).get("runs", {})
        moments = {name: parse_moment(at) for name, at in known.items()}
        recent = {name: at for name, at in moments.items() if now - at < AN_HOUR}
        recent.setdefault(run.name, now)
        self._table.put_item(Item=key | {"runs": {name: format_moment(at) for name, at in recent.items()}})
        return list(recent.values())
