"""Remove the copy: the restore test's own cluster goes, without a snapshot; nothing else ever does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.deletion import CopyRemoval
from steward.adapters.inspection import DetailedClusters
from steward.adapters.ledger.operations import Operations
from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.moves import COPY_TAG
from steward.domain.moments import format_moment, parse_moment
from steward.domain.retry_budget import pause_seconds
from steward.steps.cluster_step import step_from_event
from steward.steps.deprovision.advance import open_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.cluster_details import ClusterDetails
    from steward.steps.deprovision.record import OperationRecord


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: DetailedClusters
    removal: CopyRemoval
    operations: Operations


def remove_copy(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Delete the copy, if it is one: by its name, its tag, and its age; ``next`` is what to wait for."""
    turn = step_from_event(event)
    record = open_record(turn, event["item"], tools.operations)
    copy = tools.clusters.one(copy_name(turn.name, turn.run.arn))
    if copy is None or not _is_ours(copy, turn.run.name, record):
        return {"next": "again", "wait_seconds": 0, "reason": "there is no copy of this run's to delete"}
    reply = tools.removal.remove(copy.name)
    record.called("remove_copy", reply)
    record.write("restore test", waiting=_waiting(reply, record))
    if reply.outcome is CallOutcome.ACCEPTED:
        gone = {"next": "until_copy_gone", "wait_seconds": 0, "copy": copy.name}
        return {**gone, "reason": "the copy is being deleted"}
    return {"next": "again", "wait_seconds": pause_seconds(copy.name, turn.attempt), "reason": reply.text}


def _waiting(reply: CallResult, record: OperationRecord) -> dict[str, str]:
    """Since when it has been refused: Advance's patience with that has an end."""
    if reply.outcome is CallOutcome.ACCEPTED:
        return {"code": "", "since": ""}
    before = record.progress.waiting
    since = before.since if before.code == REFUSED else None
    return {"code": REFUSED, "since": format_moment(since) if since else record.now}


def _is_ours(copy: ClusterDetails, run: str, record: OperationRecord) -> bool:
    called_at = record.evidence.get("copy", {}).get("called_at")
    created = copy.cluster.created_at
    if not called_at or created is None or copy.cluster.tags.get(COPY_TAG) != run:
        return False
    return (parse_moment(called_at) - created).total_seconds() < SAME_MOMENT


REFUSED = "remove_copy"
"""What is waited for when the copy can not be deleted yet."""

SAME_MOMENT = 60
"""Seconds by which Redshift's clock may be behind that of the state machine."""
