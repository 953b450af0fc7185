"""How old an event may be when a function acts on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.domain.errors import StaleEvent
from steward.domain.freshness import LONGEST_AGE, moment_of_decision

ENTERED = datetime(2026, 11, 22, 4, 59, 0, tzinfo=UTC)


def test_a_step_decides_by_the_clock_and_not_by_the_moment_of_its_event() -> None:
    late = ENTERED + timedelta(seconds=112)

    assert moment_of_decision(ENTERED, late) == late


def test_a_clock_that_is_behind_the_state_machines_does_not_turn_time_back() -> None:
    assert moment_of_decision(ENTERED, ENTERED - timedelta(seconds=1)) == ENTERED


def test_an_event_of_two_minutes_is_acted_on_and_an_older_one_is_refused_in_one_sentence() -> None:
    assert moment_of_decision(ENTERED, ENTERED + LONGEST_AGE) == ENTERED + LONGEST_AGE

    with pytest.raises(StaleEvent) as refused:
        moment_of_decision(ENTERED, ENTERED + LONGEST_AGE + timedelta(seconds=1))

    assert str(refused.value) == (
        "the step was entered at 2026-11-22T04:59:00Z and it is 2026-11-22T05:01:01Z: "
        "an event older than 2 minutes is not acted on"
    )
