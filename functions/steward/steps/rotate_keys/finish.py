"""Finish: keep the evidence of a rotation that has ended, tag the cluster, leave it as it was found.

Level-triggered: every entry looks at the record and does what is still missing, so it may be retried freely.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.answers import Answer
from steward.domain.errors import ClusterBusy
from steward.domain.last_rotation import TAG, RotationRecord
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.run import run_from_event
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.adapters.clusters import ClusterPower, Clusters, ClusterTags
    from steward.adapters.ledger import Claims, LastRotations, Operations
    from steward.domain.run import Run


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    tags: ClusterTags
    power: ClusterPower
    claims: Claims
    operations: Operations
    rotations: LastRotations


def finish(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Do what is still missing; the answer's ``next`` is ``pausing`` or ``done``.

    Raises:
        ClusterBusy: Redshift refuses the tag or the pause for now; the state machine tries again.
    """
    run, name, now = run_from_event(event), event["item"]["cluster"], parse_moment(event["now"])
    operation = tools.operations.note(run, name, now, step="finishing")
    if operation.rotating_at is not None and operation.ended_at is None:
        operation = _keep(operation, run, now, event["watched"], tools)
    if operation.ended_at is not None and not operation.tagged:
        operation = _tag(operation, run, now, event["item"], tools)
    if operation.woken and _pause(operation, run, now, tools):
        return {"next": "pausing"}
    tools.operations.note(run, name, now, step="ended")
    tools.claims.release(name, run)
    return {"next": "done"}


def _keep(
    operation: Operation, run: Run, now: datetime, watched: Mapping[str, Any], tools: Tools
) -> Operation:
    """The record first, the tag later: a tag that can not be written does not undo a rotation."""
    began = operation.rotating_at or now
    seconds = round((now - began).total_seconds())
    tools.rotations.remember(operation.cluster, RotationRecord(now, operation.namespace_arn, seconds))
    return tools.operations.note(
        run,
        operation.cluster,
        now,
        ended_at=now,
        outcome=Outcome.ROTATED.value,
        polls=watched["polls"],
        overshoot_seconds=watched["overshoot_seconds"],
    )
