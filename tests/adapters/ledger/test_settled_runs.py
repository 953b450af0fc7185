"""What Sweep remembers of a workflow's runs is what it finds in the next hour."""

from __future__ import annotations

from typing import Any

from steward.adapters.ledger.settled_runs import SettledRuns
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS

END = "2026-11-21T21:00:00Z"


def test_settled_runs_are_kept_by_workflow_and_replaced(table: Any) -> None:
    runs = SettledRuns(table)
    assert runs.of(ROTATE_KEYS.name) == {}

    runs.write(ROTATE_KEYS.name, {"run-1": END, "run-2": END})
    runs.write(ROTATE_KEYS.name, {"run-2": END})

    assert runs.of(ROTATE_KEYS.name) == {"run-2": END}
    assert runs.of(DEPROVISION.name) == {}
