"""Watch: once an hour, look at what only time brings about, and measure it for the alarms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.adapters.clock import Clock
from steward.adapters.clusters import Clusters
from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.executions import Executions
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import LocksIndex
from steward.adapters.ledger.requests import WaitingRequests
from steward.adapters.ledger.schedule_moments import ScheduledRuns
from steward.adapters.metrics import Metrics
from steward.domain.measures import Measure
from steward.domain.messages import WatchEvent
from steward.domain.metric_names import WATCHED
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.watch import (
    approval_measures,
    key_measures,
    lock_measures,
    run_measure,
    schedules,
)
from steward.domain.workflows import ROTATE_KEYS


@dataclass(frozen=True)
class Tools:
    clusters: Clusters
    rotations: LastRotations
    locks: LocksIndex
    requests: WaitingRequests
    runs: ScheduledRuns
    executions: Executions
    metrics: Metrics
    policy: DeployedPolicy
    clock: Clock


def watch(event: WatchEvent, tools: Tools) -> dict[str, float]:
    """Record all measures, and answer them by name; that it came to its end is a measure, too.

    Args:
        event: The ``schedules`` of the stack's workflows (`steward.domain.watch.schedules`).
        tools: The adapters it reads with.
    """
    now = tools.clock.now()
    measures = [*_measures(event, now, tools), Measure(WATCHED, 1)]
    tools.metrics.record(measures)
    return {"/".join(filter(None, (each.name, each.workflow))): each.value for each in measures}


def _measures(event: WatchEvent, now: datetime, tools: Tools) -> Iterator[Measure]:
    yield from lock_measures(tools.locks.all(), now, tools.executions.is_running)
    yield from approval_measures(tools.requests.all(now), now)
    expected = {schedule.workflow: schedule for schedule in schedules(event["schedules"])}
    for workflow, schedule in expected.items():
        since = tools.runs.first_watched(workflow, now)
        yield run_measure(schedule, tools.runs.newest(workflow), since, now)
    if ROTATE_KEYS.name in expected:
        yield from _keys(expected[ROTATE_KEYS.name].period, now, tools)


def _keys(period: timedelta | None, now: datetime, tools: Tools) -> list[Measure]:
    fleet = tools.clusters.all()
    records = tools.rotations.of(cluster.identifier for cluster in fleet)
    return key_measures(fleet, records, tools.policy.section(RotationSettings), period, now)
