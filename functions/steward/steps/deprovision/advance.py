"""Advance: look at one cluster, make the next move towards its deletion or back, say what to wait for.

Level-triggered: each call begins with the record and a fresh look, so it may be repeated at any time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from steward.adapters.cloudtrail import Trail
from steward.adapters.clusters import ClusterPower, KeyRotation
from steward.adapters.deletion import DeletionTags, Restore
from steward.adapters.executions import Executions
from steward.adapters.inspection import Alarms, ClusterMetrics, Dependents, DetailedClusters, Leftovers
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.requests import Requests
from steward.adapters.notices import Events
from steward.adapters.snapshots import GuardSnapshots, Snapshots, SnapshotTags
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.findings import LeftBehind
from steward.domain.deprovision.moves import Move, NextMove
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import on_error
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import pause_seconds
from steward.steps.cluster_step import ClusterStep, finish_operation, identity, step_from_event, take_lock
from steward.steps.deprovision.calls import CALLS, make_call
from steward.steps.deprovision.observe import observe
from steward.steps.deprovision.record import OperationRecord
from steward.steps.deprovision.record_facts import FACTS, record_fact, record_rotation, retract_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.deprovision.moves import Situation
    from steward.domain.deprovision.progress import Progress

DEFAULT_GROUP = "default"
"""Subnet and parameter groups that begin so are not the cluster's own."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: DetailedClusters
    snapshots: Snapshots
    dependents: Dependents
    keys: KmsKeys
    metrics: ClusterMetrics
    trail: Trail
    leftovers: Leftovers
    alarms: Alarms
    requests: Requests
    guards: GuardSnapshots
    snapshot_tags: SnapshotTags
    tags: DeletionTags
    power: ClusterPower
    rotation: KeyRotation
    rotations: LastRotations
    restores: Restore
    locks: Locks
    executions: Executions
    operations: Operations
    events: Events


def advance(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Make the next move; ``next`` names what the state machine does then."""
    turn = step_from_event(event)
    held = take_lock(turn, tools)
    answer = {} if held else _advance(turn, event, tools)
    return {"since": format_moment(turn.since), "wait_seconds": 0, **(held or answer)}


def _advance(turn: ClusterStep, event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    record = open_record(turn, event["item"], tools.operations)
    thorough = needs_full_inspection(record.progress)
    situation = observe(turn, event["settings"], record.progress, tools, thorough=thorough)
    if thorough:
        _note_inspection(situation, record)
    error = event.get("error") or {}
    while True:
        chosen = next_move(situation)
        if error:
            chosen, error = on_error(situation, chosen, error), {}
        if chosen.move not in FACTS:
            break
        record_fact(situation, chosen, record)
        record_rotation(situation, chosen, turn, tools.rotations)
        retract_request(chosen, turn, tools.requests)
        if chosen.move is Move.FORGET_CALL:
            # while a call is open nobody asks what stands in the way, and now that counts again
            return {"next": Move.AGAIN.value, "reason": chosen.reason}
        situation = replace(situation, progress=record.progress)
    return _made(situation, chosen, turn, record, tools)


def needs_full_inspection(progress: Progress) -> bool:
    """Whether others are asked about: before anything is done, and in quarantine.

    The minutes in between change nothing, and `delete` asks again right before the call.
    """
    return progress.guard.called_at is None or progress.quarantined_since is not None


def open_record(turn: ClusterStep, item: Mapping[str, Any], operations: Operations) -> OperationRecord:
    """The book of this run about the cluster; the first turn opens it."""
    operation = operations.update(turn.run, turn.name, turn.now, **identity(turn))
    record = OperationRecord(turn, operations, operation)
    if not operation.evidence:
        asked = {"request": item["request"], "plan": item["plan"], "inspected": item["inspected"]}
        record.write("locked", **asked)
    return record


def _note_inspection(situation: Situation, record: OperationRecord) -> None:
    if situation.observed.inspection is not None:
        record.evidence["inspected"] = {"at": record.now, **situation.observed.inspection.as_json()}


def _made(
    situation: Situation, chosen: NextMove, turn: ClusterStep, record: OperationRecord, tools: Tools
) -> dict[str, Any]:
    if chosen.move in CALLS:
        followed = make_call(situation, chosen, turn, record, tools)
        if isinstance(followed, NextMove):
            return _followed(replace(situation, progress=record.progress), followed, turn, record, tools)
        chosen = replace(chosen, move=followed)
    return _answer(situation, chosen, turn, record, tools)


def _followed(
    situation: Situation, chosen: NextMove, turn: ClusterStep, record: OperationRecord, tools: Tools
) -> dict[str, Any]:
    """After a refusal: what it led to is written down, and the next look decides."""
    if chosen.move in FACTS:
        record_fact(situation, chosen, record)
        return {"next": "again", "reason": chosen.reason, "wait_seconds": 0}
    return _answer(situation, chosen, turn, record, tools)


def _answer(
    situation: Situation, chosen: NextMove, turn: ClusterStep, record: OperationRecord, tools: Tools
) -> dict[str, Any]:
    if chosen.move is Move.END:
        return _end(situation, chosen, turn, record, tools)
    if chosen.move is Move.DELETE:
        record.write("about to delete", left_behind=_left_behind(situation, tools))
    elif chosen.move is Move.REMOVE_COPY:
        record.write(NAMES[chosen.move])
    else:
        record.write(NAMES.get(chosen.move, chosen.move.value), waiting=_waiting(situation, chosen))
    answer: dict[str, Any] = {"next": chosen.move.value, "reason": chosen.reason}
    if chosen.move is Move.AGAIN:
        return answer | {"wait_seconds": chosen.seconds or pause_seconds(turn.name, turn.attempt)}
    if chosen.move in {Move.ASK, Move.REGISTER, Move.HOLD}:
        return answer | _question(situation, chosen)
    names = {"snapshot": situation.guard_name, "final": situation.final_name}
    return answer | {"wait_seconds": chosen.seconds, "copy": copy_name(turn.name, turn.run.arn), **names}


def _waiting(situation: Situation, chosen: NextMove) -> dict[str, str]:
    """Since when the same thing has been waited for; whatever moves on begins anew."""
    if chosen.move is not Move.AGAIN:
        return {"code": "", "since": ""}
    before = situation.progress.waiting
    since = before.since if before.code == chosen.code and before.since else situation.now
    return {"code": chosen.code, "since": format_moment(since), "reason": chosen.reason}


def _question(situation: Situation, chosen: NextMove) -> dict[str, Any]:
    waived = situation.observed.inspection.waived if situation.observed.inspection else ()
    return {
        "timeout_seconds": max(1, chosen.seconds),
        "plan_hash": situation.plan_hash,
        "blockers_waived": [blocker.as_json() for blocker in waived],
    }


def _left_behind(situation: Situation, tools: Tools) -> list[str]:
    details = situation.details
    if details is None:
        return []
    own = tuple(group for group in details.parameter_groups if not group.startswith(DEFAULT_GROUP))
    subnets = details.subnet_group
    left = LeftBehind(
        scheduled_actions=tools.leftovers.scheduled_actions(details.name),
        alarms=tools.alarms.about(details.name),
        reserved_nodes=tools.leftovers.reserved_nodes(details.node_type),
        subnet_group="" if subnets.startswith(DEFAULT_GROUP) else subnets,
        parameter_groups=own,
    )
    return left.sentences()


def _end(
    situation: Situation, chosen: NextMove, turn: ClusterStep, record: OperationRecord, tools: Tools
) -> dict[str, Any]:
    """Keep how it ended, close the request, give the lock back."""
    outcome = chosen.outcome or Outcome.FAILED
    if situation.observed.final is not None and situation.progress.delete.called_at is not None:
        verified = {"verified_at": record.now} if outcome is Outcome.DELETED else {}
        record.evidence["final"] = evidence_of(situation.observed.final) | verified
    if situation.observed.consent is not None:
        consent = situation.observed.consent
        record.evidence["approval"] = {
            "status": consent.status,
            "by": consent.by,
            "plan_hash": consent.plan_hash,
        }
    undone = "".join(f"; {sentence}" for sentence in record.evidence.get("left_undone", []))
    facts = record.last_entry(replace(chosen, outcome=outcome, reason=chosen.reason + undone))
    tools.requests.close(turn.run, turn.name, turn.now, outcome.value)
    finish_operation(turn.run, turn.name, turn.now, tools, **facts)
    ended = {"error": chosen.code, "cause": f"{turn.name} {chosen.reason}{undone}"}
    return {"next": "failed" if outcome.is_failure else "done", "reason": chosen.reason, **ended}


NAMES = {
    Move.ASK: "approval",
    Move.REGISTER: "approval",
    Move.HOLD: "quarantine",
    Move.AGAIN: "waiting",
    Move.UNTIL_SNAPSHOT: "guard snapshot",
    Move.UNTIL_RESTORED: "restore test",
    Move.REMOVE_COPY: "restore test",
    Move.UNTIL_COPY_GONE: "restore test",
    Move.UNTIL_ROTATED: "key rotation",
    Move.UNTIL_PAUSED: "pausing",
    Move.UNTIL_RESUMED: "resuming",
    Move.UNTIL_DELETED: "deleting",
    Move.UNTIL_FINAL: "final snapshot",
}
"""What the record calls a step; the timeline is made of them."""
