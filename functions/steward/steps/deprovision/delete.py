"""Delete: the one call that can not be taken back, made by a function of its own with a role of its own.

It believes nothing that it is told: it looks at everything afresh, chooses the next move itself, and asks for
a permit, before it writes down that it calls, and calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.cloudtrail import Trail
from steward.adapters.deletion import ClusterDeletion
from steward.adapters.inspection import ClusterMetrics, Dependents, DetailedClusters
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.requests import Requests
from steward.adapters.snapshots import Snapshots
from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision.moves import Move
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import on_refused_call
from steward.domain.deprovision.permit import permit_for
from steward.domain.moments import format_moment
from steward.domain.retry_budget import pause_seconds
from steward.domain.status import Phase
from steward.steps.cluster_step import step_from_event
from steward.steps.deprovision.advance import open_record
from steward.steps.deprovision.observe import observe
from steward.steps.deprovision.record_facts import FACTS, record_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.moves import Situation
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import OperationRecord

LOOK_SOON = 15
"""Seconds until the look after a call of which no answer came."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: DetailedClusters
    snapshots: Snapshots
    dependents: Dependents
    keys: KmsKeys
    metrics: ClusterMetrics
    trail: Trail
    requests: Requests
    deletion: ClusterDeletion
    locks: Locks
    operations: Operations


def delete(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Call DeleteCluster if all is as it must be; ``next`` is ``until_deleted`` or ``again``.

    Raises:
        NotPermitted: The next move is to delete, and yet something is against it.
    """
    turn = step_from_event(event)
    if tools.locks.holder(turn.name) != turn.run.arn:
        return _again("the run does not hold the lock on it any more")
    record = open_record(turn, event["item"], tools.operations)
    situation = observe(turn, event["settings"], record.progress, tools, thorough=True)
    chosen = next_move(situation)
    if chosen.move is Move.STOP:
        # only this look asks who depends on it and uses it, so what it found must not get lost
        record_fact(situation, chosen, record)
    if chosen.move is not Move.DELETE:
        return _again(chosen.reason)
    permit = permit_for(situation)
    cancelled = tools.requests.commit(turn.run, turn.name, turn.now)
    if cancelled:
        return _again(cancelled)
    _about_to_call(situation, record)
    return _answered(tools.deletion.delete(permit), situation, turn, record, tools)


def _about_to_call(situation: Situation, record: OperationRecord) -> None:
    called_at = situation.progress.delete.called_at
    first = format_moment(called_at) if called_at else record.now
    inspected = situation.observed.inspection.as_json() if situation.observed.inspection else {}
    record.write(
        "deleting",
        delete={"called_at": first, "asked_at": record.now, "final_snapshot": situation.final_name},
        inspected={"at": record.now, **inspected},
    )


def _answered(
    reply: CallResult, situation: Situation, turn: ClusterStep, record: OperationRecord, tools: Tools
) -> dict[str, Any]:
    record.called("delete", reply)
    if reply.outcome is CallOutcome.ACCEPTED:
        record.write("deleting", delete={"accepted_at": record.now, "request_id": reply.request_id})
        return {"next": Move.UNTIL_DELETED.value, "wait_seconds": 0, "reason": "its deletion has begun"}
    if reply.outcome is CallOutcome.LOST:
        record.write("deleting")
        return _again(reply.text, LOOK_SOON)
    return _refused(reply, situation, turn, record, tools)


def _refused(
    reply: CallResult, situation: Situation, turn: ClusterStep, record: OperationRecord, tools: Tools
) -> dict[str, Any]:
    """Certainly not applied: the record forgets the call, and the request can be cancelled again."""
    earlier = situation.progress.delete.called_at is not None
    record.write(
        "refused", forget=("delete.asked_at",) if earlier else ("delete.asked_at", "delete.called_at")
    )
    tools.requests.retract(turn.run, turn.name)
    if situation.phase is Phase.PAUSED and reply.outcome is CallOutcome.BUSY:
        record.write("refused", delete={"refused_paused": record.now})
        return _again(reply.text)
    chosen = on_refused_call(situation, Move.DELETE, reply)
    if chosen.move in FACTS:
        record_fact(situation, chosen, record)
        return _again(chosen.reason)
    since = situation.progress.waiting.since if situation.progress.waiting.code == chosen.code else None
    record.write("waiting", waiting={"code": chosen.code, "since": format_moment(since or turn.now)})
    return _again(chosen.reason, pause_seconds(turn.name, turn.attempt))


def _again(reason: str, seconds: int = 0) -> dict[str, Any]:
    return {"next": "again", "reason": reason, "wait_seconds": seconds}
