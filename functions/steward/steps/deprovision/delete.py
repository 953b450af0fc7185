"""Delete: the one call that cannot be undone, made by a function of its own with a role of its own.

It takes nothing from Advance: it observes everything afresh, chooses the next move itself, and needs a permit
before it records the call and makes it.
"""

from dataclasses import dataclass, replace
from typing import Any

from steward.adapters.clock import Clock
from steward.adapters.deletion import ClusterDeletion
from steward.adapters.executions import Executions, ScheduledTasks
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.moves import Control, Delegate, Fact, Wait
from steward.domain.deprovision.next_move import LABELS, next_move
from steward.domain.deprovision.on_refused_call import on_refused_call
from steward.domain.deprovision.permit import permit_for
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.items import DeprovisionItem
from steward.domain.messages import AgainAnswer, DeleteAnswer, DeprovisionEvent, StepNext
from steward.domain.moments import format_moment
from steward.domain.retry_budget import pause_seconds
from steward.domain.status import Phase
from steward.steps.cluster_step import ClusterStep, answer_step, holds_lock, step_from_event
from steward.steps.deprovision.observe import ObservationTools, observe
from steward.steps.deprovision.observed_step import ObservedStep
from steward.steps.deprovision.record import OperationRecord
from steward.steps.deprovision.record_facts import record_fact

LOOK_SOON = 15
"""Seconds until the next observation after a call that was not answered."""


@dataclass(frozen=True)
class Tools(ObservationTools):
    deletion: ClusterDeletion
    locks: Locks
    operations: Operations
    executions: Executions
    scheduled_tasks: ScheduledTasks
    clock: Clock


def delete(event: DeprovisionEvent, tools: Tools) -> DeleteAnswer:
    """Call DeleteCluster if rules and permit agree; ``next`` is ``until_deleted`` or ``again``.

    Raises:
        NotPermitted: The rules allow the deletion and the permit does not.
    """
    step = step_from_event(event, event["item"], tools.clock)
    return answer_step(step, lambda: _delete(step, tools))


def _delete(step: ClusterStep[DeprovisionItem], tools: Tools) -> DeleteAnswer:
    if not holds_lock(step, tools.locks):
        return _again("the run no longer holds its lock", step)
    record = OperationRecord.open(step, tools.operations)
    situation = observe(step, record.progress, tools, thorough=True)
    chosen = next_move(situation)
    if chosen.move is Fact.STOPPED:
        # only this observation reads dependents and usage, so what it found must not get lost
        record_fact(situation, chosen, record)
    if chosen.move is not Delegate.DELETE:
        return _again(chosen.reason, step)
    permit = permit_for(situation)
    cancelled = tools.requests.commit(step.run, step.name, step.now)
    if cancelled:
        return _again(cancelled, step)
    before = record.commit(
        LABELS[Wait.UNTIL_DELETED], Delegate.DELETE, tools.executions, **_facts(situation, record)
    )
    result = tools.deletion.delete(permit)
    record.answer(Delegate.DELETE, result, before, ("delete",))
    situation = replace(situation, progress=record.progress)
    return _answer(result, ObservedStep(situation, step, record, tools))


def _facts(situation: Situation, record: OperationRecord) -> dict[str, Any]:
    called_at = Delete.of(situation.progress).called_at
    first = format_moment(called_at) if called_at else record.now
    inspected = situation.observed.inspection.as_json() if situation.observed.inspection else {}
    return {
        "delete": {"called_at": first, "asked_at": record.now, "final_snapshot": situation.final_name},
        "inspected": {"at": record.now, **inspected},
    }


def _answer(result: CallResult, c: ObservedStep[Tools]) -> DeleteAnswer:
    label = LABELS[Wait.UNTIL_DELETED]
    if result.outcome is CallOutcome.ACCEPTED:
        c.record.write(label, delete={"accepted_at": c.record.now, "request_id": result.request_id})
        return {"next": Wait.UNTIL_DELETED, "since": c.step.begun, "reason": "its deletion has begun"}
    if result.outcome is CallOutcome.LOST:
        c.record.write(label)
        return _again(result.text, c.step, LOOK_SOON)
    return _on_refusal(result, c)


def _on_refusal(result: CallResult, c: ObservedStep[Tools]) -> AgainAnswer:
    """Certainly not applied: the record has taken the call back, and the request can be cancelled again."""
    if c.situation.phase is Phase.PAUSED and result.outcome is CallOutcome.BUSY:
        c.record.write("refused", delete={"refused_paused": c.record.now})
        c.tools.requests.retract(c.step.run, c.step.name)
        return _again(result.text, c.step)
    chosen = on_refused_call(c.situation, Delegate.DELETE, result)
    if isinstance(chosen.move, Fact):
        record_fact(c.situation, chosen, c.record)
    else:
        c.record.write(LABELS[Control.AGAIN])
    c.tools.requests.retract(c.step.run, c.step.name)
    return _again(chosen.reason, c.step, chosen.seconds or pause_seconds(c.step.name, c.step.attempt))


def _again(reason: str, step: ClusterStep[DeprovisionItem], seconds: int = 0) -> AgainAnswer:
    return {"next": StepNext.AGAIN, "since": step.begun, "reason": reason, "wait_seconds": seconds}
