"""Delete: the one call that can not be taken back, made by a function of its own with a role of its own.

It believes nothing that it is told: it looks at everything afresh, chooses the next move itself, and asks for
a permit, before it writes down that it calls, and calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.cloudtrail import Trail
from steward.adapters.deletion import ClusterDeletion
from steward.adapters.inspection import ClusterMetrics, Dependents, Warehouses
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.requests import Requests
from steward.adapters.snapshots import Snapshots
from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision.moves import Move
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import after
from steward.domain.deprovision.permit import permit_for
from steward.domain.moments import format_moment
from steward.domain.retry_budget import pause_seconds
from steward.domain.status import Phase
from steward.steps.cluster_step import step_from_event
from steward.steps.deprovision.advance import opened
from steward.steps.deprovision.observe import case_of
from steward.steps.deprovision.record_facts import KEEPS, keep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.moves import Case
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import Book

LOOK_SOON = 15
"""Seconds until the look after a call of which no answer came."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    warehouses: Warehouses
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
    book = opened(turn, event["item"], tools.operations)
    case = case_of(turn, event["settings"], book.progress, tools, thorough=True)
    step = next_move(case)
    if step.move is Move.STOP:
        # only this look asks who depends on it and uses it, so what it found must not get lost
        keep(case, step, book)
    if step.move is not Move.DELETE:
        return _again(step.reason)
    permit = permit_for(case)
    cancelled = tools.requests.commit(turn.run, turn.name, turn.now)
    if cancelled:
        return _again(cancelled)
    _about_to_call(case, book)
    return _answered(tools.deletion.delete(permit), case, turn, book, tools)


def _about_to_call(case: Case, book: Book) -> None:
    called_at = case.progress.delete.called_at
    first = format_moment(called_at) if called_at else book.now
    inspected = case.sight.inspection.as_json() if case.sight.inspection else {}
    book.write(
        "deleting",
        delete={"called_at": first, "asked_at": book.now, "final_snapshot": case.final_name},
        inspected={"at": book.now, **inspected},
    )


def _answered(reply: CallResult, case: Case, turn: ClusterStep, book: Book, tools: Tools) -> dict[str, Any]:
    book.called("delete", reply)
    if reply.outcome is CallOutcome.ACCEPTED:
        book.write("deleting", delete={"accepted_at": book.now, "request_id": reply.request_id})
        return {"next": Move.UNTIL_DELETED.value, "wait_seconds": 0, "reason": "its deletion has begun"}
    if reply.outcome is CallOutcome.LOST:
        book.write("deleting")
        return _again(reply.text, LOOK_SOON)
    return _refused(reply, case, turn, book, tools)


def _refused(reply: CallResult, case: Case, turn: ClusterStep, book: Book, tools: Tools) -> dict[str, Any]:
    """Certainly not applied: the record forgets the call, and the request can be cancelled again."""
    earlier = case.progress.delete.called_at is not None
    book.write("refused", forget=("delete.asked_at",) if earlier else ("delete.asked_at", "delete.called_at"))
    tools.requests.retract(turn.run, turn.name)
    if case.phase is Phase.PAUSED and reply.outcome is CallOutcome.BUSY:
        book.write("refused", delete={"refused_paused": book.now})
        return _again(reply.text)
    step = after(case, Move.DELETE, reply)
    if step.move in KEEPS:
        keep(case, step, book)
        return _again(step.reason)
    since = case.progress.waiting.since if case.progress.waiting.code == step.code else None
    book.write("waiting", waiting={"code": step.code, "since": format_moment(since or turn.now)})
    return _again(step.reason, pause_seconds(turn.name, turn.attempt))


def _again(reason: str, seconds: int = 0) -> dict[str, Any]:
    return {"next": "again", "reason": reason, "wait_seconds": seconds}
