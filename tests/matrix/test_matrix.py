"""A seeded sample of the fault matrix keeps its promises (`make faults` plays all of it)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, get_args

from local.redshift.behavior.faults import FaultKind
from tests.matrix.cells import FAULTS, GAMES, Cell, entered_states, play

if TYPE_CHECKING:
    from tests.support.stage import Stage

PLAYED = 4


def test_every_kind_of_fault_that_local_aws_has_is_in_the_matrix() -> None:
    armed = {fault.fault for faults in FAULTS.values() for fault in faults}

    assert armed == {*get_args(FaultKind), "kill function", "stop execution"}


def test_a_fault_at_any_state_breaks_no_promise(stage: Stage) -> None:
    rng, game = Random(3), GAMES[0]  # noqa: S311 - repeatable, no secret
    states = sorted(entered_states(stage, game))
    sample = [Cell(game.workflow, rng.choice(states), rng.choice(list(FAULTS)), game) for _ in range(PLAYED)]

    assert {cell.name: broken for cell in sample if (broken := play(stage, cell))} == {}
