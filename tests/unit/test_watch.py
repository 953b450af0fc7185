"""What only time brings about: when it is time for an alarm, and when it is not yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.approvals.requests import Request
from steward.domain.deprovision.copies import copy_name
from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.watch import (
    Lock,
    Schedule,
    ScheduledRun,
    approval_measures,
    key_measures,
    lock_measures,
    run_measure,
    schedules,
)
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.support.facts import NAMESPACE, NOW, cluster, settings

if TYPE_CHECKING:
    from steward.domain.measures import Measure

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEKLY = Schedule(ROTATE_KEYS.name, 7 * DAY, 2 * DAY)
LONG_AGO = NOW - 365 * DAY


def values(measures: list[Measure]) -> dict[str, float]:
    return {measure.name: measure.value for measure in measures}


def scheduled(ago: timedelta, *, succeeded: bool = True) -> ScheduledRun:
    return ScheduledRun(format_moment(NOW - ago), succeeded)


def overdue(*runs: ScheduledRun, schedule: Schedule = WEEKLY, since: datetime = LONG_AGO) -> float:
    measure = run_measure(schedule, runs, since, NOW)
    assert (measure.name, measure.workflow) == ("RunOverdue", schedule.workflow)
    return measure.value


def request(left: timedelta, asked: timedelta = timedelta()) -> Request:
    at = NOW - asked
    return Request(str(left), "run", "arn", at, "sales", "hash", "ann", at, NOW + left)


def keys(
    fleet: list[Any], records: dict[str, RotationRecord] | None = None, period: timedelta = 7 * DAY
) -> Any:
    return values(key_measures(fleet, records or {}, settings(), period, NOW))


def test_a_run_that_went_well_within_its_period_is_not_overdue() -> None:
    assert overdue(scheduled(6 * DAY)) == 0
    assert overdue(scheduled(7 * DAY + HOUR)) == 0, "Scheduler may be late, and clocks change"


def test_a_schedule_that_started_nothing_for_longer_than_its_period_is_overdue() -> None:
    assert overdue(scheduled(7 * DAY + 3 * HOUR)) == 1
    assert overdue() == 1


def test_a_schedule_that_has_just_been_deployed_is_given_its_period() -> None:
    assert overdue(since=NOW - 6 * DAY) == 0
    assert overdue(since=NOW - 8 * DAY) == 1


def test_a_run_may_still_be_under_way_for_as_long_as_it_may_take() -> None:
    assert overdue(scheduled(DAY, succeeded=False), scheduled(8 * DAY)) == 0
    assert overdue(scheduled(3 * DAY, succeeded=False), scheduled(10 * DAY)) == 1


def test_failing_again_and_again_is_overdue_however_punctual() -> None:
    assert overdue(*(scheduled(number * 7 * DAY, succeeded=False) for number in range(5))) == 1


def test_how_long_a_run_of_deprovision_takes_is_up_to_people() -> None:
    daily = Schedule(DEPROVISION.name, DAY, None)
    assert overdue(*(scheduled(number * DAY, succeeded=False) for number in range(5)), schedule=daily) == 0
    assert overdue(scheduled(2 * DAY), schedule=daily) == 1


def test_a_schedule_that_fires_only_once_is_never_overdue() -> None:
    assert overdue(schedule=replace(WEEKLY, period=None)) == 0


def test_a_moment_that_somebody_made_up_counts_for_nothing() -> None:
    assert overdue(ScheduledRun("soon", succeeded=True)) == 1


def test_schedules_are_told_in_seconds_by_workflow() -> None:
    told = {
        ROTATE_KEYS.name: {"period_seconds": 604_800, "longest_run_seconds": 172_800},
        SYNC_ROLES.name: {},
    }
    assert schedules(told) == [WEEKLY, Schedule(SYNC_ROLES.name, None, None)]


def test_keys_are_overdue_once_a_run_has_come_by_since_they_fell_due() -> None:
    due_for = {"a": 6, "b": 9}
    fleet = [cluster(identifier=name, created_at=NOW - (90 + days) * DAY) for name, days in due_for.items()]
    assert keys(fleet) == {"KeysOverdue": 1, "OldestKeysDays": 99}


def test_the_ledger_knows_better_than_the_date_of_creation() -> None:
    record = RotationRecord(NOW - 3 * DAY, NAMESPACE, 600)
    assert keys([cluster()], {"analytics": record}) == {"KeysOverdue": 0, "OldestKeysDays": 3}


def test_a_paused_cluster_has_keys_that_grow_old_all_the_same() -> None:
    assert keys([cluster(status="paused")])["KeysOverdue"] == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"encrypted": False},
        {"encrypted": None},
        {"hsm": True},
        {"status": "deleting"},
        {"identifier": "tmp-1"},
        {"tags": {"steward:exclude": "yes"}},
    ],
)
def test_keys_that_the_policy_does_not_look_after_are_never_overdue(facts: dict[str, Any]) -> None:
    assert keys([cluster(**facts)]) == {"KeysOverdue": 0, "OldestKeysDays": 0}


def test_keys_of_a_schedule_without_a_period_are_overdue_a_day_after_they_are_due() -> None:
    fleet = [cluster(created_at=NOW - 92 * DAY)]
    assert values(key_measures(fleet, {}, settings(), None, NOW))["KeysOverdue"] == 1


def test_a_lock_is_old_after_a_day() -> None:
    locks = [
        Lock("a", ROTATE_KEYS.name, "run", NOW - 23 * HOUR),
        Lock("b", SYNC_ROLES.name, "run", NOW - 25 * HOUR),
    ]
    assert values(lock_measures(locks, NOW, lambda _run: True)) == {"LocksOld": 1, "OldestLockHours": 25}
    assert values(lock_measures([], NOW, lambda _run: True)) == {"LocksOld": 0, "OldestLockHours": 0}


@pytest.mark.parametrize(("runs", "old"), [(True, 0), (False, 1)])
def test_a_lock_of_deprovision_is_old_once_its_run_has_ended(runs: bool, old: int) -> None:  # noqa: FBT001 - a parameter
    locks = [Lock("a", DEPROVISION.name, "run", NOW - 20 * DAY)]
    assert values(lock_measures(locks, NOW, lambda _run: runs))["LocksOld"] == old


def test_a_request_is_about_to_expire_in_its_last_day() -> None:
    requests = [request(23 * HOUR, 6 * DAY), request(25 * HOUR, 6 * DAY), request(-HOUR, 7 * DAY)]
    assert values(approval_measures(requests, NOW)) == {
        "ApprovalsOpen": 2,
        "ApprovalsExpiring": 1,
        "HoursToExpiry": 23,
    }


def test_a_request_that_lives_for_a_day_is_not_urgent_from_its_first_hour_on() -> None:
    assert values(approval_measures([request(20 * HOUR, 4 * HOUR)], NOW))["ApprovalsExpiring"] == 0
    assert values(approval_measures([request(5 * HOUR, 19 * HOUR)], NOW))["ApprovalsExpiring"] == 1


def test_without_requests_there_is_no_time_left_to_tell() -> None:
    assert values(approval_measures([], NOW)) == {"ApprovalsOpen": 0, "ApprovalsExpiring": 0}


def test_the_keys_of_a_restore_tests_copy_are_nobodys() -> None:
    assert keys([cluster(identifier=copy_name("analytics", "arn"), created_at=LONG_AGO)]) == keys([])
