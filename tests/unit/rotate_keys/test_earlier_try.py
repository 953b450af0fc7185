"""An operation that a run has ended and comes to again: what it begins then is not hidden by how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.operation import operation_from_record
from steward.domain.recovery import is_half_done
from steward.domain.stop import ROTATION, after_stop
from steward.domain.workflows import ROTATE_KEYS
from steward.steps.rotate_keys.start import start
from tests.unit.rotate_keys.test_one_winner import Simulation

if TYPE_CHECKING:
    from steward.domain.operation import Operation


def operation_of(game: Simulation) -> Operation:
    ledger: Any = game.tools.operations
    return operation_from_record(ledger.records["sales"])


@pytest.mark.parametrize(
    "ended",
    [
        {"outcome": "skipped", "code": "locked", "reason": "is locked by another run"},
        {"outcome": "failed", "code": "failed", "reason": "the function failed", "abandoned_by": "run-1"},
    ],
)
def test_a_rotation_that_begins_after_the_operation_was_ended_is_finished_when_the_run_is_stopped(
    ended: dict[str, str],
) -> None:
    game = Simulation({})
    ledger: Any = game.tools.operations
    ledger.records["sales"] = {"cluster": "sales", "run": game.event["run"]["arn"], "timeline": []}
    ledger.records["sales"] |= {"version": 3, "step": "ended", **ended}

    assert start(game.event, game.tools)["next"] == "rotating"

    operation = operation_of(game)
    assert (operation.outcome, operation.abandoned_by) == ("", "")
    assert operation.reason.startswith("keys ")
    assert is_half_done(operation, ROTATE_KEYS.name)
    assert after_stop(operation, ROTATE_KEYS.name) == ROTATION


def test_a_rotation_that_was_seen_to_end_keeps_its_outcome() -> None:
    game = Simulation({})
    start(game.event, game.tools)
    ledger: Any = game.tools.operations
    ledger.records["sales"] |= {"outcome": "rotated", "ended_at": "2026-11-21T21:20:00Z"}

    start(game.event, game.tools)

    assert operation_of(game).outcome == "rotated"
