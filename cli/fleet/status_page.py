"""`steward status --html`: the facts of the fleet's page, as `steward.pages.fleet_page` wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.fleet.cluster_state import DAY, fleet, last_document
from steward.domain.moments import format_moment
from steward.domain.status import Phase
from steward.domain.workflows import ROTATE_KEYS
from steward.pages.fleet_page import fleet_page

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cli.aws import Deployed
    from cli.fleet.cluster_state import ClusterState

FOR_EVER = -1
"""A manual snapshot's retention period when it is kept until somebody deletes it (Redshift API reference)."""


def write(stack: Deployed, file: Path) -> None:
    """Write the page of the fleet as it is now."""
    file.write_text(fleet_page(_facts(stack)), encoding="utf-8")


def _facts(stack: Deployed) -> dict[str, Any]:
    states = fleet(stack)
    kept = _snapshots(stack)
    now = stack.now()
    names = {state.cluster.identifier for state in states}
    return {
        "at": format_moment(now),
        "account": _account(stack),
        "region": stack.region,
        "stack": stack.stack,
        "timezone": stack.settings(ROTATE_KEYS.name).get("timezone", "UTC"),
        "not_selected": sum(bool(state.spared) for state in states),
        "clusters": [_cluster(state, kept.get(state.cluster.identifier, []), now) for state in states],
        "snapshots": [each for name, found in kept.items() if name not in names for each in found],
    }


def _account(stack: Deployed) -> str:
    """The account number, which stands in every ARN."""
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
        "why_not": state.spared or None,
        "drift": _drift(state),
        "lock": _lock(state),
        "last": _last(state),
        "snapshots": snapshots,
    }


def _drift(state: ClusterState) -> dict[str, Any] | None:
    """As the page has it: ``added`` is there and not wanted, ``removed`` is wanted and not there."""
    drift = state.drift
    if drift is None or drift.state == "none":
        return None
    if drift.state == "conflict":
        return {"unknown": drift.says}
    found = drift.differs
    default = found.get("default")
    told = {"added": found.get("unwanted", []), "removed": found.get("missing", [])}
    return {key: value for key, value in told.items() if value} | (
        {"default": f"{default['found'] or 'none'} instead of {default['wanted'] or 'none'}"}
        if default
        else {}
    )


def _lock(state: ClusterState) -> dict[str, Any] | None:
    if not state.lock:
        return None
    run = str(state.lock["run"]).rpartition(":")[2]
    return {"workflow": state.lock["workflow"], "run": run, "since": state.lock["since"]}


def _last(state: ClusterState) -> dict[str, Any] | None:
    if not state.last:
        return None
    told = last_document(state.last)
    at = told["ended_at"] or told["run_started_at"]
    return {"workflow": told["workflow"], "run": told["run"], "outcome": told["outcome"], "at": at}


def _snapshots(stack: Deployed) -> dict[str, list[dict[str, Any]]]:
    """Every manual snapshot of the Region, by cluster; those of clusters that are gone, too."""
    pages = stack.client("redshift").get_paginator("describe_cluster_snapshots")
    found: dict[str, list[dict[str, Any]]] = {}
    for page in pages.paginate(SnapshotType="manual"):
        for each in page["Snapshots"]:
            found.setdefault(each["ClusterIdentifier"], []).append(_snapshot(each, stack.now()))
    return found


def _snapshot(each: dict[str, Any], now: datetime) -> dict[str, Any]:
    created, retention = each.get("SnapshotCreateTime"), each.get("ManualSnapshotRetentionPeriod", FOR_EVER)
    return {
        "cluster": each["ClusterIdentifier"],
        "identifier": each["SnapshotIdentifier"],
        "kind": each.get("SnapshotType", "manual"),
        "size_mb": each.get("TotalBackupSizeInMegaBytes"),
        "created_at": format_moment(created) if created else None,
        "age_days": round((now - created).total_seconds() / DAY, 1) if created else None,
        "retention_days": None if retention == FOR_EVER else retention,
    }
