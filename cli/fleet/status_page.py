"""`steward status --html`: the input of `steward.pages.fleet_page`, read from AWS."""

from datetime import datetime
from pathlib import Path
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.fleet.cluster_state import DAY, ClusterState, read_fleet
from cli.fleet.operation_document import operation_document
from steward.domain.moments import format_moment
from steward.domain.status import Phase
from steward.domain.workflows import ROTATE_KEYS
from steward.pages.fleet_page import fleet_page

KEPT_INDEFINITELY = -1
"""ManualSnapshotRetentionPeriod of a snapshot without an expiry (Redshift API reference)."""


def write_status_page(stack: DeployedStack, file: Path) -> None:
    file.write_text(fleet_page(_page_facts(stack)), encoding="utf-8")


def _page_facts(stack: DeployedStack) -> dict[str, Any]:
    states = read_fleet(stack)
    snapshots_by_cluster = _snapshots(stack)
    now = stack.now()
    names = {state.cluster.identifier for state in states}
    return {
        "at": format_moment(now),
        "account": _account(stack),
        "region": stack.region,
        "stack": stack.stack,
        "timezone": stack.settings(ROTATE_KEYS.name).get("timezone", "UTC"),
        "not_selected": sum(bool(state.exclusion) for state in states),
        "clusters": [
            _cluster(state, snapshots_by_cluster.get(state.cluster.identifier, []), now) for state in states
        ],
        "snapshots": [
            each for name, found in snapshots_by_cluster.items() if name not in names for each in found
        ],
    }


def _account(stack: DeployedStack) -> str:
    """The account number, taken from an ARN."""
    return next(iter(stack.machines.values())).split(":")[4]


def _cluster(state: ClusterState, snapshots: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    age, keys = state.age(now), state.keys
    ready = state.cluster.phase is Phase.READY
    return {
        "identifier": state.cluster.identifier,
        "status": state.cluster.status if ready else state.cluster.described,
        "encrypted": state.cluster.encrypted,
        "key_age_days": round(age / DAY, 1) if age is not None else None,
        "max_age_days": state.max_age / DAY if state.max_age is not None else None,
        "last_rotated_at": format_moment(keys.at) if keys else None,
        "rotated_by": keys.known if keys else None,
        "why_not": state.exclusion or None,
        "drift": _drift(state),
        "lock": _lock(state),
        "last": _last(state),
        "snapshots": snapshots,
    }


def _drift(state: ClusterState) -> dict[str, Any] | None:
    """``added`` are roles that no rule grants, ``removed`` are roles that a rule grants and are missing."""
    drift = state.drift
    if drift is None or drift.state == "none":
        return None
    if drift.state == "conflict":
        return {"unknown": drift.detail}
    found = drift.evidence
    default = found.get("default")
    changes = {"added": found.get("unwanted", []), "removed": found.get("missing", [])}
    return {key: value for key, value in changes.items() if value} | (
        {"default": f"{default['found'] or 'none'} instead of {default['wanted'] or 'none'}"}
        if default
        else {}
    )


def _lock(state: ClusterState) -> dict[str, Any] | None:
    lock = state.lock
    if lock is None:
        return None
    run = lock.run.rpartition(":")[2]
    return {"workflow": lock.workflow, "run": run, "since": format_moment(lock.since)}


def _last(state: ClusterState) -> dict[str, Any] | None:
    if not state.last:
        return None
    operation = operation_document(state.last)
    at = operation["ended_at"] or operation["run_started_at"]
    return {
        "workflow": operation["workflow"],
        "run": operation["run"],
        "outcome": operation["outcome"],
        "at": at,
    }


def _snapshots(stack: DeployedStack) -> dict[str, list[dict[str, Any]]]:
    """Every manual snapshot of the Region by cluster name, those of deleted clusters included."""
    pages = stack.client("redshift").get_paginator("describe_cluster_snapshots")
    found: dict[str, list[dict[str, Any]]] = {}
    for page in pages.paginate(SnapshotType="manual"):
        for each in page["Snapshots"]:
            found.setdefault(each["ClusterIdentifier"], []).append(_snapshot(each, stack.now()))
    return found


def _snapshot(each: dict[str, Any], now: datetime) -> dict[str, Any]:
    created, retention = (
        each.get("SnapshotCreateTime"),
        each.get("ManualSnapshotRetentionPeriod", KEPT_INDEFINITELY),
    )
    return {
        "cluster": each["ClusterIdentifier"],
        "identifier": each["SnapshotIdentifier"],
        "kind": each.get("SnapshotType", "manual"),
        "size_mb": each.get("TotalBackupSizeInMegaBytes"),
        "created_at": format_moment(created) if created else None,
        "age_days": round((now - created).total_seconds() / DAY, 1) if created else None,
        "retention_days": None if retention == KEPT_INDEFINITELY else retention,
    }
