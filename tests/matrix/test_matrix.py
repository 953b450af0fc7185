"""A seeded sample of the fault matrix keeps its promises (`make faults` plays all of it)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, get_args

import pytest

from local.redshift.behavior.faults import FaultKind
from tests.matrix.cells import cells, play
from tests.matrix.faults import FAULTS
from tests.matrix.games import GAMES, Reference, play_reference

if TYPE_CHECKING:
    from tests.matrix.cells import Cell
    from tests.support.stage import Stage

WORKFLOW = "rotate-keys"
PLAYED = {"a due cluster": 3, "drift": 2}
"""By game: so many of its plays are in the sample."""


def test_every_kind_of_fault_that_local_aws_has_is_in_the_matrix() -> None:
    armed = {fault.fault for faults in FAULTS.values() for fault in faults}

    assert armed == {*get_args(FaultKind), "kill function", "stop execution"}


def _at(count: int, begun: int = 0) -> dict[str, tuple[int, int]]:
    return dict.fromkeys(FAULTS, (count, begun))


def _cells(**references: Reference) -> dict[str, Cell]:
    machines = {WORKFLOW: ["Plan", "Pause", "Start", "Done", "Failed"]}
    found = cells(machines, {(WORKFLOW, name): each for name, each in references.items()})
    assert len(found) == 5 * len(FAULTS)
    return {cell.name.removeprefix(f"{WORKFLOW}/"): cell for cell in found}


def test_a_fault_with_the_same_calls_to_come_is_one_play_wherever_it_begins() -> None:
    found = _cells(
        due=Reference(dict.fromkeys(FAULTS, 5), {"Plan": _at(0), "Pause": _at(1), "Start": _at(1)})
    )

    assert found["Pause/slow"].play == found["Start/slow"].play != found["Plan/slow"].play
    assert found["Pause/slow"].play != found["Pause/throttled"].play
    assert found["Pause/stopped"].play != found["Start/stopped"].play, "it ends in another state"


def test_a_fault_that_begins_before_a_trouble_of_its_game_is_another_play_than_after_it() -> None:
    positions = {"Pause": _at(1), "Start": _at(1, begun=1)}
    found = _cells(due=Reference(dict.fromkeys(FAULTS, 5), positions))

    assert found["Pause/slow"].play != found["Start/slow"].play


def test_a_fault_is_played_in_the_first_game_in_which_it_has_a_call_to_strike() -> None:
    short = Reference(dict.fromkeys(FAULTS, 1), {"Plan": _at(0), "Start": _at(1)})
    long = Reference(dict.fromkeys(FAULTS, 9), {"Plan": _at(0), "Start": _at(1), "Done": _at(9)})
    found = _cells(short=short, long=long)

    assert [found[name].game for name in ("Plan/slow", "Start/slow", "Start/stopped")] == [
        "short",
        "long",
        "short",
    ]
    assert (found["Done/slow"].game, found["Done/slow"].play) == ("long", ""), "nothing left to strike"
    assert (found["Failed/slow"].game, found["Failed/slow"].play) == ("", ""), "no game enters it"


@pytest.mark.parametrize("name", PLAYED)
def test_a_fault_at_any_state_breaks_no_promise(stage: Stage, name: str) -> None:
    game = next(game for game in GAMES if game.name == name)
    reference = play_reference(stage, game)
    machine = {game.workflow: reference.positions}
    plays = {cell.play: cell for cell in cells(machine, {(game.workflow, name): reference}) if cell.play}
    sample = Random(3).sample(list(plays.values()), PLAYED[name])  # noqa: S311 - repeatable, no secret
    answers = {cell.name: play(stage, cell) for cell in sample}

    assert {name: answer.broken for name, answer in answers.items() if answer.broken} == {}
    assert [name for name, answer in answers.items() if not answer.struck] == []
