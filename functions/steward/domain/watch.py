"""What only time brings about: keys and locks grow old, nobody answers a request, a schedule starts nothing.

No run can tell of that, so the function Watch looks once an hour. What alarms look at is 0 when all is well.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.domain.approvals.requests import Request
from steward.domain.cluster import Cluster
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.measures import NO_UNIT, Measure
from steward.domain.messages import ScheduleInfo
from steward.domain.metric_names import (
    APPROVALS_EXPIRING,
    APPROVALS_OPEN,
    HOURS_TO_EXPIRY,
    KEYS_OVERDUE,
    LOCKS_OLD,
    OLDEST_KEYS_DAYS,
    OLDEST_LOCK_HOURS,
    RUN_OVERDUE,
)
from steward.domain.moments import parse_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord, last_rotation
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.status import Phase
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, WORKFLOWS

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

LATENESS = timedelta(hours=2)
"""How much later than its period a run may begin: EventBridge Scheduler tries for a quarter of an hour, and a
change to daylight saving time shifts a moment by an hour."""


@dataclass(frozen=True)
class Lock:
    """Who may change a cluster, since when."""

    cluster: str
    workflow: str
    run: str
    since: datetime


@dataclass(frozen=True)
class ScheduledRun:
    """The run that took a moment of a schedule.

    Attributes:
        scheduled_at: The moment, as the execution's input had it.
        succeeded: It ended, and did not fail.
    """

    scheduled_at: str
    succeeded: bool


@dataclass(frozen=True)
class Schedule:
    """What is expected of a workflow's schedule.

    Attributes:
        period: The longest time between two of its moments; None when it fires only once.
        longest_run: How long a run may take; None when that is for people to say, as in deprovision.
    """

    workflow: str
    period: timedelta | None
    longest_run: timedelta | None


def schedules(document: Mapping[str, ScheduleInfo]) -> list[Schedule]:
    """The schedules that the infrastructure told Watch of: seconds by workflow."""
    return [
        Schedule(workflow, _span(expected.get("period_seconds")), _span(expected.get("longest_run_seconds")))
        for workflow, expected in document.items()
        if workflow in WORKFLOWS
    ]


def run_measure(
    schedule: Schedule, runs: Iterable[ScheduledRun], watched_since: datetime, now: datetime
) -> Measure:
    """Whether the schedule failed to start a run in its period, or its runs failed to succeed in time."""
    late = _is_late(schedule, list(runs), watched_since, now)
    return Measure(RUN_OVERDUE, int(late), schedule.workflow)


def _is_late(schedule: Schedule, runs: Sequence[ScheduledRun], since: datetime, now: datetime) -> bool:
    if schedule.period is None:
        return False
    started = max((at for run in runs if (at := _moment(run))), default=since)
    if now - started > schedule.period + LATENESS:
        return True
    last_success = max((at for run in runs if run.succeeded and (at := _moment(run))), default=since)
    return schedule.longest_run is not None and now - last_success > schedule.period + schedule.longest_run


def key_measures(
    clusters: Iterable[Cluster],
    records: Mapping[str, RotationRecord],
    settings: RotationSettings,
    period: timedelta | None,
    now: datetime,
) -> list[Measure]:
    """How many clusters have keys that a run should have rotated by now, and how old the oldest keys are.

    Keys fall due between two runs of the schedule: they are overdue a period and a day later.
    """
    ours = [cluster for cluster in clusters if _has_keys_to_rotate(cluster, settings)]
    ages = [now - last_rotation(each, records.get(each.identifier), now).at for each in ours]
    latest = settings.max_age + (period or timedelta()) + DAY
    return [
        Measure(KEYS_OVERDUE, sum(age > latest for age in ages), ROTATE_KEYS.name),
        Measure(OLDEST_KEYS_DAYS, _whole(max(ages, default=timedelta()), DAY), ROTATE_KEYS.name, NO_UNIT),
    ]


def _has_keys_to_rotate(cluster: Cluster, settings: RotationSettings) -> bool:
    """A paused cluster, or one that keeps failing, counts: its keys grow old all the same."""
    name, tags = cluster.identifier, cluster.tags
    wanted = settings.select.matches(name, tags) and not settings.exclude.why(name, tags)
    wanted = wanted and not is_copy_name(name)
    rotatable = cluster.encrypted is True and not cluster.hsm
    return wanted and rotatable and cluster.phase is not Phase.DELETING


def lock_measures(locks: Iterable[Lock], now: datetime, is_running: Callable[[str], bool]) -> list[Measure]:
    """How many locks are older than a day, and how old the oldest is.

    A run that waits for people may hold its locks for weeks: they are old only once it no longer runs.
    """
    held = list(locks)
    old = [lock for lock in held if now - lock.since > DAY]
    forgotten = [lock for lock in old if not _waits_for_people(lock.workflow) or not is_running(lock.run)]
    oldest = max((now - lock.since for lock in held), default=timedelta())
    return [
        Measure(LOCKS_OLD, len(forgotten)),
        Measure(OLDEST_LOCK_HOURS, _whole(oldest, HOUR), unit=NO_UNIT),
    ]


def _waits_for_people(workflow: str) -> bool:
    """A lock of a workflow that this version does not know is not excused."""
    return workflow in WORKFLOWS and WORKFLOWS[workflow].waits_for_people


def approval_measures(requests: Iterable[Request], now: datetime) -> list[Measure]:
    """How many requests wait for a person, how many of them not for long, and how long the next one does."""
    left = {request.id: request.expires_at - now for request in requests if request.expires_at > now}
    soon = [request for request in requests if request.id in left and _is_urgent(request, now)]
    measures = [
        Measure(APPROVALS_OPEN, len(left), DEPROVISION.name),
        Measure(APPROVALS_EXPIRING, len(soon), DEPROVISION.name),
    ]
    if left:
        measures.append(Measure(HOURS_TO_EXPIRY, _whole(min(left.values()), HOUR), DEPROVISION.name, NO_UNIT))
    return measures


def _is_urgent(request: Request, now: datetime) -> bool:
    """The last day, or the last quarter of a request that lives for less than four days."""
    return request.expires_at - now <= min(DAY, (request.expires_at - request.requested_at) / 4)


def _moment(run: ScheduledRun) -> datetime | None:
    """Anybody can start a run with any text for ``scheduled_at``."""
    try:
        return parse_moment(run.scheduled_at)
    except ValueError:
        return None


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _whole(span: timedelta, unit: timedelta) -> int:
    return int(span / unit)
