"""Runs that have ended are looked at again for a week, and for as long as they hold a lock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.domain.ended_runs import EndedRun, runs_to_check, status_change

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
    assert list(runs_to_check([run], [ARN] if holds_a_lock else ["arn:other"], NOW)) == [run] * checked


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
