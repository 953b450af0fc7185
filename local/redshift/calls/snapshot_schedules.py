"""Snapshot schedules: kept, listed and attached to clusters; no snapshot is taken by them."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.errors import RedshiftError, invalid_combination
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.snapshot_schedules import SnapshotSchedule
from local.redshift.state.tags import merge_tags, selects
from schedule_expressions import next_fire, parse

EVERY = re.compile(r"rate\((\d+) hours?\)")
SHORTEST_RATE, LONGEST_RATE = 1, 24
MOST_INVOCATIONS = 100


@call("CreateSnapshotSchedule", resource=resources.snapshot_schedule)
def create_snapshot_schedule(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Keep a schedule; a DryRun keeps nothing and answers the next invocations.

    Raises:
        RedshiftError: Its name is taken, or a definition is neither rate nor cron.
    """
    now = backend.now()
    identifier = parameters.get("ScheduleIdentifier") or f"schedule-{len(backend.snapshot_schedules) + 1}"
    if identifier in backend.snapshot_schedules:
        sentence = f"The snapshot schedule {identifier} already exists."
        raise RedshiftError("SnapshotScheduleAlreadyExists", sentence)
    definitions = parameters.get("ScheduleDefinitions", [])
    _check(definitions)
    schedule = SnapshotSchedule(
        identifier,
        definitions,
        parameters.get("ScheduleDescription", ""),
        backend.account_id,
        backend.region_name,
        merge_tags([], parameters.get("Tags", [])),
    )
    if not parameters.get("DryRun", False):
        backend.snapshot_schedules[identifier] = schedule
    wanted = min(parameters.get("NextInvocations", 0), MOST_INVOCATIONS)
    return _view(backend, schedule) | {"NextInvocations": _invocations(definitions, now, wanted)}


@call("ModifySnapshotSchedule", resource=resources.snapshot_schedule)
def modify_snapshot_schedule(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Other definitions for a schedule.

    Raises:
        RedshiftError: No such schedule, or a definition is neither rate nor cron.
    """
    backend.now()
    schedule = backend.snapshot_schedule(parameters["ScheduleIdentifier"])
    _check(parameters["ScheduleDefinitions"])
    schedule.definitions = parameters["ScheduleDefinitions"]
    return _view(backend, schedule)


@call("DeleteSnapshotSchedule", resource=resources.snapshot_schedule)
def delete_snapshot_schedule(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Forget a schedule that no cluster has.

    Raises:
        RedshiftError: No such schedule, or ``InvalidClusterSnapshotScheduleState``: a cluster has it.
    """
    backend.now()
    schedule = backend.snapshot_schedule(parameters["ScheduleIdentifier"])
    if _clusters(backend, schedule):
        sentence = f"The snapshot schedule {schedule.identifier} is associated with a cluster."
        raise RedshiftError("InvalidClusterSnapshotScheduleState", sentence)
    del backend.snapshot_schedules[schedule.identifier]
    return {}


@call("DescribeSnapshotSchedules", resource=resources.snapshot_schedule)
def describe_snapshot_schedules(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """By name, cluster or tag; what does not exist is not listed (no error is modeled)."""
    backend.now()
    named, cluster = parameters.get("ScheduleIdentifier"), parameters.get("ClusterIdentifier")
    shown = [
        _view(backend, schedule)
        for schedule in backend.snapshot_schedules.values()
        if named in (None, schedule.identifier)
        and (cluster is None or cluster in _clusters(backend, schedule))
        and selects(parameters, schedule.tags)
    ]
    return page_result(parameters, "SnapshotSchedules", shown, lambda view: view["ScheduleIdentifier"])


@call("ModifyClusterSnapshotSchedule", resource=resources.cluster)
def modify_cluster_snapshot_schedule(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Give a cluster a schedule in place of its present one, or none.

    Raises:
        RedshiftError: No such cluster or schedule.
    """
    backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    named = parameters.get("ScheduleIdentifier")
    if parameters.get("DisassociateSchedule", False):
        for member in ("SnapshotScheduleIdentifier", "SnapshotScheduleState"):
            cluster.facts.pop(member, None)
    elif named is None:
        raise invalid_combination("ScheduleIdentifier or DisassociateSchedule must be given.")
    else:
        name = backend.snapshot_schedule(named).identifier
        cluster.facts |= {"SnapshotScheduleIdentifier": name, "SnapshotScheduleState": "ACTIVE"}
    return {}


def _check(definitions: list[str]) -> None:
    for definition in definitions:
        every = EVERY.fullmatch(definition)
        if every is None or not SHORTEST_RATE <= int(every[1]) <= LONGEST_RATE:
            _check_cron(definition)


def _check_cron(definition: str) -> None:
    expected = "rate(1 hours) to rate(24 hours), or cron(…)"
    try:
        known = definition.startswith("cron") and parse(definition)
    except ValueError as error:
        known, expected = None, str(error)
    if not known:
        sentence = f"The schedule definition {definition} is not valid: expected {expected}."
        raise RedshiftError("InvalidSchedule", sentence)


def _invocations(definitions: list[str], now: datetime, wanted: int) -> list[datetime]:
    """The next moments of all definitions together."""
    moments = {moment for each in definitions for moment in islice(_moments(each, now), wanted)}
    return sorted(moments)[:wanted]


def _moments(definition: str, now: datetime) -> Iterator[datetime]:
    every = EVERY.fullmatch(definition)
    at: datetime | None = now
    while at is not None:
        at = at + timedelta(hours=int(every[1])) if every else next_fire(definition, "UTC", at, now)
        if at is not None:
            yield at


def _clusters(backend: RedshiftBackend, schedule: SnapshotSchedule) -> list[str]:
    return [
        cluster.identifier
        for cluster in backend.clusters_by_id.values()
        if cluster.facts.get("SnapshotScheduleIdentifier") == schedule.identifier
    ]


def _view(backend: RedshiftBackend, schedule: SnapshotSchedule) -> dict[str, Any]:
    clusters = _clusters(backend, schedule)
    return {
        "ScheduleIdentifier": schedule.identifier,
        "ScheduleDefinitions": schedule.definitions,
        "ScheduleDescription": schedule.description,
        "Tags": schedule.tags,
        "AssociatedClusterCount": len(clusters),
        "AssociatedClusters": [
            {"ClusterIdentifier": name, "ScheduleAssociationState": "ACTIVE"} for name in clusters
        ],
    }
