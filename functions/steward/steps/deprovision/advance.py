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
from steward.adapters.inspection import Alarms, ClusterMetrics, Dependents, Leftovers, Warehouses
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.requests import Requests
from steward.adapters.notices import Events
from steward.adapters.snapshots import GuardSnapshots, Snapshots, SnapshotTags
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.findings import LeftBehind
from steward.domain.deprovision.moves import Move, Step
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import after_error
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import pause_seconds
from steward.steps.cluster_step import ClusterStep, finish_operation, identity, step_from_event, take_lock
from steward.steps.deprovision.calls import CALLS, call
from steward.steps.deprovision.observe import case_of
from steward.steps.deprovision.record import Book
from steward.steps.deprovision.record_facts import KEEPS, keep, remembered, retracted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.deprovision.moves import Case
    from steward.domain.deprovision.progress import Progress

DEFAULT_GROUP = "default"
"""Subnet and parameter groups that begin so are not the cluster's own."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    warehouses: Warehouses
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
    book = opened(turn, event["item"], tools.operations)
    thorough = matters_now(book.progress)
    case = case_of(turn, event["settings"], book.progress, tools, thorough=thorough)
    if thorough:
        _note_inspection(case, book)
    error = event.get("error") or {}
    while True:
        step = next_move(case)
        if error:
            step, error = after_error(case, step, error), {}
        if step.move not in KEEPS:
            break
        keep(case, step, book)
        remembered(case, step, turn, tools.rotations)
        retracted(step, turn, tools.requests)
        if step.move is Move.FORGET_CALL:
            # while a call is open nobody asks what stands in the way, and now that counts again
            return {"next": Move.AGAIN.value, "reason": step.reason}
        case = replace(case, progress=book.progress)
    return _made(case, step, turn, book, tools)


def matters_now(progress: Progress) -> bool:
    """Whether others are asked about: before anything is done, and in quarantine.

    The minutes in between change nothing, and `delete` asks again right before the call.
    """
    return progress.guard.called_at is None or progress.quarantined_since is not None


def opened(turn: ClusterStep, item: Mapping[str, Any], operations: Operations) -> Book:
    """The book of this run about the cluster; the first turn opens it."""
    operation = operations.update(turn.run, turn.name, turn.now, **identity(turn))
    book = Book(turn, operations, operation)
    if not operation.evidence:
        asked = {"request": item["request"], "plan": item["plan"], "inspected": item["inspected"]}
        book.write("locked", **asked)
    return book


def _note_inspection(case: Case, book: Book) -> None:
    if case.sight.inspection is not None:
        book.evidence["inspected"] = {"at": book.now, **case.sight.inspection.as_json()}


def _made(case: Case, step: Step, turn: ClusterStep, book: Book, tools: Tools) -> dict[str, Any]:
    if step.move in CALLS:
        followed = call(case, step, turn, book, tools)
        if isinstance(followed, Step):
            return _followed(replace(case, progress=book.progress), followed, turn, book, tools)
        step = replace(step, move=followed)
    return _answer(case, step, turn, book, tools)


def _followed(case: Case, step: Step, turn: ClusterStep, book: Book, tools: Tools) -> dict[str, Any]:
    """After a refusal: what it led to is written down, and the next look decides."""
    if step.move in KEEPS:
        keep(case, step, book)
        return {"next": "again", "reason": step.reason, "wait_seconds": 0}
    return _answer(case, step, turn, book, tools)


def _answer(case: Case, step: Step, turn: ClusterStep, book: Book, tools: Tools) -> dict[str, Any]:
    if step.move is Move.END:
        return _end(case, step, turn, book, tools)
    if step.move is Move.DELETE:
        book.write("about to delete", left_behind=_left_behind(case, tools))
    elif step.move is Move.REMOVE_COPY:
        book.write(NAMES[step.move])
    else:
        book.write(NAMES.get(step.move, step.move.value), waiting=_waiting(case, step))
    answer: dict[str, Any] = {"next": step.move.value, "reason": step.reason}
    if step.move is Move.AGAIN:
        return answer | {"wait_seconds": step.seconds or pause_seconds(turn.name, turn.attempt)}
    if step.move in {Move.ASK, Move.REGISTER, Move.HOLD}:
        return answer | _question(case, step)
    names = {"snapshot": case.guard_name, "final": case.final_name}
    return answer | {"wait_seconds": step.seconds, "copy": copy_name(turn.name, turn.run.arn), **names}


def _waiting(case: Case, step: Step) -> dict[str, str]:
    """Since when the same thing has been waited for; whatever moves on begins anew."""
    if step.move is not Move.AGAIN:
        return {"code": "", "since": ""}
    before = case.progress.waiting
    since = before.since if before.code == step.code and before.since else case.now
    return {"code": step.code, "since": format_moment(since), "reason": step.reason}


def _question(case: Case, step: Step) -> dict[str, Any]:
    waived = case.sight.inspection.waived if case.sight.inspection else ()
    return {
        "timeout_seconds": max(1, step.seconds),
        "plan_hash": case.plan_hash,
        "blockers_waived": [blocker.as_json() for blocker in waived],
    }


def _left_behind(case: Case, tools: Tools) -> list[str]:
    warehouse = case.warehouse
    if warehouse is None:
        return []
    own = tuple(group for group in warehouse.parameter_groups if not group.startswith(DEFAULT_GROUP))
    subnets = warehouse.subnet_group
    left = LeftBehind(
        scheduled_actions=tools.leftovers.scheduled_actions(warehouse.name),
        alarms=tools.alarms.about(warehouse.name),
        reserved_nodes=tools.leftovers.reserved_nodes(warehouse.node_type),
        subnet_group="" if subnets.startswith(DEFAULT_GROUP) else subnets,
        parameter_groups=own,
    )
    return left.sentences()


def _end(case: Case, step: Step, turn: ClusterStep, book: Book, tools: Tools) -> dict[str, Any]:
    """Keep how it ended, close the request, give the lock back."""
    outcome = step.outcome or Outcome.FAILED
    if case.sight.final is not None and case.progress.delete.called_at is not None:
        verified = {"verified_at": book.now} if outcome is Outcome.DELETED else {}
        book.evidence["final"] = evidence_of(case.sight.final) | verified
    if case.sight.consent is not None:
        consent = case.sight.consent
        book.evidence["approval"] = {
            "status": consent.status,
            "by": consent.by,
            "plan_hash": consent.plan_hash,
        }
    undone = "".join(f"; {sentence}" for sentence in book.evidence.get("left_undone", []))
    facts = book.last_entry(replace(step, outcome=outcome, reason=step.reason + undone))
    tools.requests.close(turn.run, turn.name, turn.now, outcome.value)
    finish_operation(turn.run, turn.name, turn.now, tools, **facts)
    ended = {"error": step.code, "cause": f"{turn.name} {step.reason}{undone}"}
    return {"next": "failed" if outcome.is_failure else "done", "reason": step.reason, **ended}


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
