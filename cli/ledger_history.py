"""Past operations of clusters, and how long the last one took, from the ledger."""

from collections.abc import Iterable, Sequence
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.parallel import map_in_parallel
from steward.domain.moments import parse_moment
from steward.domain.workflows import ROTATE_KEYS

RECORDS_READ = 5
"""Newest records of one cluster that are searched for a finished operation."""


def identity(record: dict[str, Any]) -> tuple[str, str, str]:
    """Workflow, start of the run (ISO 8601) and name of the run, parsed from the record's sort key."""
    workflow, started_at, name = record["sk"].split("#", 3)[1:]
    return workflow, started_at, name


def latest_records(stack: DeployedStack, clusters: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each cluster's newest operation record of any workflow; clusters without one are omitted."""
    history = stack.operation_history
    pairs = [(cluster, workflow) for cluster in clusters for workflow in stack.machines]
    answers = map_in_parallel(lambda each: history.of_cluster(*each, limit=1), pairs)
    newest: dict[str, dict[str, Any]] = {}
    for (cluster, _), found in zip(pairs, answers, strict=True):
        for record in found:
            if cluster not in newest or identity(record)[1] > identity(newest[cluster])[1]:
                newest[cluster] = record
    return newest


def last_durations(stack: DeployedStack, workflow: str, clusters: Iterable[str]) -> dict[str, float]:
    """Seconds that each cluster's last operation of the workflow took; unknown ones are omitted."""
    names = list(clusters)
    if workflow == ROTATE_KEYS.name:
        rotations = stack.last_rotations.of(names)
        return {name: rotation.seconds for name, rotation in rotations.items() if rotation.seconds}
    answers = map_in_parallel(
        lambda name: stack.operation_history.of_cluster(name, workflow, RECORDS_READ), names
    )
    took = {name: _last_duration(found) for name, found in zip(names, answers, strict=True)}
    return {name: seconds for name, seconds in took.items() if seconds}


def _last_duration(found: list[dict[str, Any]]) -> float:
    for record in found:
        if record.get("begun_at") and record.get("ended_at"):
            return (parse_moment(record["ended_at"]) - parse_moment(record["begun_at"])).total_seconds()
    return 0.0
