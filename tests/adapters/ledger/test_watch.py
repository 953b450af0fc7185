"""What Watch reads of the ledger is what the others wrote there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import Locks, LocksIndex
from steward.adapters.ledger.requests import Requests, WaitingRequests
from steward.adapters.ledger.schedule_moments import LATEST_RUNS, ScheduledRuns, ScheduleMoments
from steward.domain.approvals.requests import Request, Status
from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.watch import Lock, ScheduledRun
from steward.domain.workflows import ROTATE_KEYS
from tests.adapters.runs import ONE, TWO
from tests.support.facts import NAMESPACE, NOW

DAY = timedelta(days=1)
REQUEST = Request("20261121-sales-1", "one", ONE.arn, NOW, "sales", "hash", "ann", NOW, NOW + DAY)


def test_all_locks_are_found_the_oldest_first_and_nothing_else(dynamodb: Any, table: Any) -> None:
    locks = Locks(table)
    locks.take("sales", ONE, NOW)
    locks.take("stock", TWO, NOW - DAY)
    locks.take("spare", ONE, NOW)
    locks.release("spare", ONE)
    LastRotations(dynamodb, table).record("sales", RotationRecord(NOW, NAMESPACE, 600))
    assert LocksIndex(table).all() == [
        Lock("stock", ROTATE_KEYS.name, TWO.arn, NOW - DAY),
        Lock("sales", ROTATE_KEYS.name, ONE.arn, NOW),
    ]


def test_only_requests_that_wait_are_found(table: Any) -> None:
    requests = Requests(table)
    answered = replace(REQUEST, id="20261121-stock-2", status=Status.APPROVED)
    forgotten = replace(REQUEST, id="20250101-spare-3")
    for each in (REQUEST, answered, forgotten):
        requests.write(each, "token", None)
    assert WaitingRequests(table).all(NOW) == [REQUEST]


def test_runs_of_a_schedule_are_found_with_how_they_ended(table: Any) -> None:
    moments, (first, second) = ScheduleMoments(table), map(format_moment, (NOW - DAY, NOW))
    moments.take(ONE, first)
    moments.take(TWO, second)
    moments.mark_succeeded(ONE, first)
    moments.mark_succeeded(ONE, second)
    moments.mark_succeeded(ONE, "2026-11-20T00:00:00Z")
    found = ScheduledRuns(table).newest(ROTATE_KEYS.name)
    assert found == [ScheduledRun(second, succeeded=False), ScheduledRun(first, succeeded=True)]


def test_taking_a_moment_again_does_not_forget_that_its_run_succeeded(table: Any) -> None:
    moments, moment = ScheduleMoments(table), format_moment(NOW)
    moments.take(ONE, moment)
    moments.mark_succeeded(ONE, moment)
    assert moments.take(TWO, moment) is False
    assert ScheduledRuns(table).newest(ROTATE_KEYS.name) == [ScheduledRun(moment, succeeded=True)]


def test_only_the_newest_runs_are_read(table: Any) -> None:
    moments = ScheduleMoments(table)
    for number in range(LATEST_RUNS + 2):
        moments.take(ONE, format_moment(NOW - number * DAY))
    newest, *others = ScheduledRuns(table).newest(ROTATE_KEYS.name)
    assert (newest.scheduled_at, len(others)) == (format_moment(NOW), LATEST_RUNS - 1)


def test_a_schedule_is_watched_since_it_was_first_looked_at(table: Any) -> None:
    runs = ScheduledRuns(table)
    assert runs.first_watched(ROTATE_KEYS.name, NOW) == NOW
    assert runs.first_watched(ROTATE_KEYS.name, NOW + DAY) == NOW
