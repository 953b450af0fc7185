"""Remove the copy: the one cluster that is ever deleted without a final snapshot is a restore test's copy."""

from dataclasses import dataclass
from datetime import datetime

from steward.adapters.clock import Clock
from steward.adapters.deletion import CopyRemoval
from steward.adapters.executions import Executions, ScheduledTasks
from steward.adapters.inspection import DetailedClusters
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision.call_budget import pause_after
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.copies import COPY_TAG, copy_name
from steward.domain.deprovision.moves import Delegate, Wait
from steward.domain.deprovision.next_move import LABELS
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.items import DeprovisionItem
from steward.domain.messages import AgainAnswer, DeprovisionEvent, RemoveCopyAnswer, StepNext
from steward.domain.retry_budget import pause_seconds
from steward.steps.cluster_step import ClusterStep, answer_step, holds_lock, step_from_event
from steward.steps.deprovision.record import OperationRecord

SAME_MOMENT = 60
"""Seconds by which Redshift's clock may be behind the state machine's."""


@dataclass(frozen=True)
class Tools:
    clusters: DetailedClusters
    removal: CopyRemoval
    operations: Operations
    locks: Locks
    executions: Executions
    scheduled_tasks: ScheduledTasks
    clock: Clock


def remove_copy(event: DeprovisionEvent, tools: Tools) -> RemoveCopyAnswer:
    """Delete the copy if name, tag and age prove it to be one; ``next``: ``until_copy_gone`` or ``again``."""
    step = step_from_event(event, event["item"], tools.clock)
    return answer_step(step, lambda: _remove(step, tools))


def _remove(step: ClusterStep[DeprovisionItem], tools: Tools) -> RemoveCopyAnswer:
    if not holds_lock(step, tools.locks):
        return _again("the run no longer holds its lock", step)
    record = OperationRecord.open(step, tools.operations)
    copy = tools.clusters.one(copy_name(step.name, step.run.arn))
    if copy is None or not _is_ours(copy, step.run.name, Copy.of(record.progress).called_at):
        return _again("there is no copy of this run to delete", step)
    label = LABELS[Delegate.REMOVE_COPY]
    before = record.commit(label, Delegate.REMOVE_COPY, tools.executions)
    result = tools.removal.remove(copy.name)
    record.answer(Delegate.REMOVE_COPY, result, before)
    record.write(label)
    if result.outcome is not CallOutcome.ACCEPTED:
        pause = pause_after(record.progress, Delegate.REMOVE_COPY, result, step.now)
        return _again(result.text, step, pause or pause_seconds(copy.name, step.attempt))
    reason = "the copy is being deleted"
    return {"next": Wait.UNTIL_COPY_GONE, "since": step.begun, "reason": reason, "copy": copy.name}


def _again(reason: str, step: ClusterStep[DeprovisionItem], seconds: int = 0) -> AgainAnswer:
    return {"next": StepNext.AGAIN, "since": step.begun, "reason": reason, "wait_seconds": seconds}


def _is_ours(copy: ClusterDetails, run: str, called_at: datetime | None) -> bool:
    created = copy.cluster.created_at
    if called_at is None or created is None or copy.cluster.tags.get(COPY_TAG) != run:
        return False
    return (called_at - created).total_seconds() < SAME_MOMENT
