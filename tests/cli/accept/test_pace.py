"""Every wait of a run ends, by time and by number of looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from cli.accept import pace
from cli.accept.pace import Pace, WaitExpired

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 3, 2, tzinfo=UTC)
MORE_THAN_ALL = 1000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], datetime]:
    """A clock that only sleeping moves."""
    slept = [0.0]
    monkeypatch.setattr(pace, "sleep", lambda seconds: slept.append(slept.pop() + seconds))
    return lambda: START + timedelta(seconds=slept[0])


def test_a_wait_ends_with_its_time(clock: Callable[[], datetime]) -> None:
    tries = list(islice(Pace(clock).tries(timedelta(minutes=5), 15), MORE_THAN_ALL))

    assert len(tries) == 21


def test_a_wait_ends_though_the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "sleep", lambda _: None)

    assert len(list(islice(Pace(lambda: START).tries(timedelta(minutes=5), 15), MORE_THAN_ALL))) == 22


def test_looks_are_frequent_at_first(clock: Callable[[], datetime]) -> None:
    moments = [clock() - START for _ in Pace(clock).tries(timedelta(minutes=1), 15, quick=2)]

    assert [each.seconds for each in moments] == [*range(0, 31, 2), 45, 60]


def test_what_is_not_seen_in_time_is_said_so(clock: Callable[[], datetime]) -> None:
    with pytest.raises(WaitExpired, match="the rotation's end was not seen within 5 min"):
        list(Pace(clock).looks("the rotation's end", timedelta(minutes=5), 15))
