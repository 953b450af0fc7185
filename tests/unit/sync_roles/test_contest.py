"""Two owners of one cluster's roles: when the steward stops correcting what is changed back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.domain.run_input import RunInput
from steward.domain.sync_roles.contest import (
    DEFAULT_ROLE,
    IN_AN_HOUR,
    IN_DAYS,
    MOST_REMEMBERED,
    REMEMBERED,
    Correction,
    correction,
    counts,
    limit_exceeded_by,
    with_correction,
)
from steward.domain.sync_roles.drift import Drift
from tests.support.facts import NOW
from tests.support.role_facts import COPY, OLD, UNLOAD

MISSING = Drift(missing=(UNLOAD,))


def corrections_of(every: timedelta, runs: int, drift: Drift = MISSING) -> list[bool]:
    """Whether each of so many runs, one after the other, corrects the roles."""
    kept: list[Correction] = []
    corrected = []
    for number in range(runs):
        now = NOW + every * number
        this = correction(f"run-{number}", now, drift)
        corrected.append(limit_exceeded_by(kept, this) is None)
        kept = with_correction(kept, this) if corrected[-1] else kept
    return corrected


def test_owners_who_revert_each_other_every_two_hours_are_contested_within_the_day() -> None:
    assert corrections_of(timedelta(hours=2), 12) == [True] * 5 + [False] * 7


def test_owners_who_revert_each_other_every_five_minutes_are_contested_within_the_hour() -> None:
    assert corrections_of(timedelta(minutes=5), 12) == [True] * 3 + [False] * 9


@pytest.mark.parametrize("every", [timedelta(minutes=m) for m in (1, 7, 21, 61, 120, 400, 860)])
def test_however_often_the_roles_are_changed_back_no_three_days_have_more_than_five_corrections(
    every: timedelta,
) -> None:
    corrected = [every * n for n, done in enumerate(corrections_of(every, 300)) if done]
    assert all(sum(at <= other < at + IN_DAYS.within for other in corrected) <= 5 for at in corrected)
    assert all(sum(at <= other < at + IN_AN_HOUR.within for other in corrected) <= 3 for at in corrected)


def test_who_changes_the_roles_once_a_day_is_corrected_each_time() -> None:
    assert all(corrections_of(timedelta(days=1), 30))


def test_another_role_each_time_is_nobody_at_odds() -> None:
    other = correction("now", NOW, Drift(missing=(COPY,), unwanted=(OLD,)))
    assert limit_exceeded_by([correction(f"run-{n}", NOW, MISSING) for n in range(9)], other) is None


def test_the_default_role_can_be_contested_as_well() -> None:
    drift = Drift(default_found=COPY, default_wanted="")
    assert correction("run", NOW, drift).roles == {DEFAULT_ROLE}
    assert corrections_of(timedelta(minutes=1), 4, drift) == [True, True, True, False]


def test_a_plan_that_is_made_again_is_no_second_correction() -> None:
    kept = [correction(f"run-{n}", NOW, MISSING) for n in range(IN_AN_HOUR.corrections)]
    assert limit_exceeded_by(kept, kept[0]) is None
    assert limit_exceeded_by(kept, correction("another", NOW, MISSING)) is IN_AN_HOUR


def test_only_so_many_corrections_are_remembered_and_only_for_days() -> None:
    kept = [correction(f"run-{n}", NOW + timedelta(minutes=n), MISSING) for n in range(MOST_REMEMBERED + 5)]
    assert with_correction(reversed(kept[:-1]), kept[-1]) == kept[5:]
    late = correction("late", NOW + REMEMBERED, MISSING)
    assert with_correction(kept[:1], late) == [late]
    assert with_correction([late], late) == [late]


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        (RunInput(scheduled_at="2026-11-21T21:00:00Z"), True),
        (RunInput(drift={"by": {}}), True),
        (RunInput(drift={"by": {}}, dry_run=True), False),
        (RunInput(clusters=("analytics",)), False),
        (RunInput(), False),
    ],
)
def test_what_a_person_asks_for_is_corrected_however_often(asked: RunInput, counted: bool) -> None:  # noqa: FBT001 - a table
    assert counts(asked) is counted
