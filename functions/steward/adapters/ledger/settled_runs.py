"""Runs for whose end nothing is left to do: one record a workflow, which lists those of the last days."""

from collections.abc import Mapping
from typing import Any

from steward.adapters.grants import on_records
from steward.adapters.ledger.keys import SWEEP, settled_runs_key
from steward.adapters.ledger.table import Records, read_one


class SettledRuns(Records):
    """Keeps their names, each with the moment of the end that is meant (`ended_runs.settled_now`)."""

    GRANTS = (on_records((SWEEP,), "dynamodb:GetItem", "dynamodb:PutItem"),)

    def of(self, workflow: str) -> dict[str, str]:
        known: dict[str, Any] = (read_one(self._table, settled_runs_key(workflow)) or {}).get("runs", {})
        return {name: str(ended) for name, ended in known.items()}

    def write(self, workflow: str, runs: Mapping[str, str]) -> None:
        """Replace what was kept."""
        self._table.put_item(Item=settled_runs_key(workflow) | {"runs": dict(runs)})
