"""A seeded sample of the model's games keeps every promise (`make faults` plays all of them)."""

from __future__ import annotations

from itertools import chain, islice

import pytest

from tests.model.games import REFERENCES, Game, at_random, pairs, play, singles
from tests.model.invariants import INVARIANTS, broken_promises
from tests.model.mishaps import MISHAPS, RIVAL, RIVALS, SECOND_RUN, STOP_RIVALS
from tests.support.fault_plan import AFTER, LATE, LOST, STOP
from tests.support.promises import PROMISES

PART = 61
"""Each so many-th single mishap; prime to the number of kinds, so that every kind is among them."""


@pytest.mark.parametrize("reference", REFERENCES)
def test_when_nothing_goes_wrong_the_cluster_is_deleted_with_proof(reference: str) -> None:
    played = play(Game(reference))

    assert (played.ended, played.outcome, played.is_there) == ("done", "deleted", False)
    assert broken_promises(played) == []


def test_a_game_keeps_its_promises_whatever_happens() -> None:
    sample = [*islice(singles(), 0, None, PART), *pairs(40_009), *at_random(100, seed=7)]
    broken = {game.text: found for game in sample if (found := broken_promises(play(game)))}

    assert broken == {}, "replay a game with: python -m tests.model.run --replay"
    played = chain.from_iterable(game.mishaps.values() for game in sample)
    assert set(played) == set(MISHAPS)


@pytest.mark.parametrize("kind", RIVALS)
@pytest.mark.parametrize("reference", REFERENCES)
def test_a_run_of_another_workflow_plays_its_steps_to_an_outcome_of_its_own(
    reference: str, kind: str
) -> None:
    last = play(Game(reference)).simulation.faults.count
    games = [play(Game(reference, {call: kind})) for call in range(2, last * 3 // 4, last // 4)]

    ends = [
        (rival.record["outcome"], rival.record.get("error", "")) for game in games for rival in game.rivals
    ]

    assert len(ends) == len(games)
    assert {error for _, error in ends} <= {"", "ClusterBusy"}, "no step of it crashed"
    assert {end for end, _ in ends} <= {"rotated", "synced", "skipped", "gone"}


@pytest.mark.parametrize("kind", RIVALS)
def test_a_function_of_another_workflow_that_goes_on_late_breaks_no_promise(kind: str) -> None:
    games = [Game("approved", {1: kind, call: LATE}) for call in range(4, 34)]

    assert {game.text: found for game in games if (found := broken_promises(play(game)))} == {}


def test_of_a_stopped_rival_a_recovery_run_finishes_what_it_began_and_its_lock_is_free() -> None:
    games = [play(Game("approved", {1: RIVAL, call: STOP_RIVALS})) for call in range(4, 14)]
    recovered = [rival for game in games for rival in game.rivals if "continues" in rival.item]

    assert [found for game in games if (found := broken_promises(game))] == []
    assert recovered, "some were stopped while they rotated"
    assert all(rival.record["outcome"] for rival in recovered)


@pytest.mark.parametrize("wrong", [AFTER, LOST])
@pytest.mark.parametrize("other", [SECOND_RUN, RIVAL])
def test_keys_are_rotated_once_although_a_run_is_stopped_before_it_tells_of_its_call(
    other: str, wrong: str
) -> None:
    """The other run comes at the 25th call and waits for the lock; about the 45th the keys are rotated."""
    games = [Game("rotated", {25: other, call: wrong, call + 1: STOP}) for call in range(40, 52)]

    assert {game.text: found for game in games if (found := broken_promises(play(game)))} == {}


def test_each_promise_is_an_invariant_by_its_number() -> None:
    assert {number for number, _ in INVARIANTS} == set(PROMISES)
