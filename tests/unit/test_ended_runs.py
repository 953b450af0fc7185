"""Runs that have ended are looked at again for a week, and for as long as they hold a lock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.domain.ended_runs import (
    LOOKED_BACK,
    MOST_SETTLED,
    EndedRun,
    runs_to_check,
    settled_now,
    status_change,
)

NOW = datetime(2026, 11, 21, 22, tzinfo=UTC)
ARN = "arn:aws:states:eu-central-1:123456789012:execution:s-rotate-keys:run-1"


def ended(ago: timedelta, redriven_at: datetime | None = None) -> EndedRun:
    return EndedRun(ARN, "ABORTED", NOW - timedelta(days=30), NOW - ago, redriven_at)


@pytest.mark.parametrize(
    ("ago", "holds_a_lock", "checked"),
    [
        (timedelta(minutes=14), False, False),
        (timedelta(minutes=14), True, False),
        (timedelta(minutes=15), False, True),
        (timedelta(days=7), False, True),
        (timedelta(days=8), False, False),
        (timedelta(days=80), True, True),
    ],
)
def test_a_run_is_checked_once_its_event_had_time_to_arrive(
    ago: timedelta, *, holds_a_lock: bool, checked: bool
) -> None:
    run = ended(ago)
    holders = [ARN] if holds_a_lock else ["arn:other"]
    assert list(runs_to_check([run], holders, {}, NOW)) == [run] * checked


HOUR = timedelta(hours=1)


def test_a_settled_run_is_checked_again_only_if_it_holds_a_lock_or_has_ended_once_more() -> None:
    run, redriven = ended(2 * HOUR), ended(HOUR, NOW)
    settled = settled_now({}, [run], NOW)

    assert list(runs_to_check([run], [], settled, NOW)) == []
    assert list(runs_to_check([run], [ARN], settled, NOW)) == [run]
    assert list(runs_to_check([redriven], [], settled, NOW)) == [redriven]


def test_runs_that_are_no_longer_looked_at_are_not_remembered_and_never_more_than_fit() -> None:
    old = settled_now({}, [ended(LOOKED_BACK)], NOW)
    many = {f"run-{number}": f"2026-11-21T{number // 200:02}:00:00Z" for number in range(MOST_SETTLED + 200)}

    assert old == {"run-1": "2026-11-14T22:00:00Z"}
    assert settled_now(old, [], NOW + HOUR) == {}
    kept = settled_now(many, [], NOW)
    assert len(kept) == MOST_SETTLED
    assert min(kept.values()) == "2026-11-21T01:00:00Z", "the oldest make room"


@pytest.mark.parametrize(("redriven_at", "told"), [(None, None), (NOW, 1795298400000)])
def test_a_run_s_end_is_told_as_step_functions_event_tells_it(
    redriven_at: datetime | None, told: float | None
) -> None:
    assert status_change(ended(timedelta(hours=1), redriven_at)) == {
        "executionArn": ARN,
        "stateMachineArn": "arn:aws:states:eu-central-1:123456789012:stateMachine:s-rotate-keys",
        "name": "run-1",
        "status": "ABORTED",
        "startDate": 1795298400000 - 30 * 86_400_000,
        "stopDate": 1795294800000,
        "redriveDate": told,
    }
