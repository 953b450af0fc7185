"""One turn at one cluster: what the steps that lock, look and act share over all workflows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from steward.domain.decision import skip
from steward.domain.events import OPERATION_FINISHED, operation_finished
from steward.domain.messages import StepNext
from steward.domain.moments import parse_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import pause_seconds, within_retry_budget
from steward.domain.run import run_from_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.adapters.executions import Executions
    from steward.adapters.ledger.locks import Locks
    from steward.adapters.ledger.operations import Operations
    from steward.adapters.notices import Events
    from steward.domain.decision import Decision
    from steward.domain.messages import StepAnswer
    from steward.domain.operation import Operation
    from steward.domain.run import Run

GONE = skip("gone", "no longer exists")


class FinishingTools(Protocol):
    """What every step that ends an operation may touch besides its own tools."""

    @property
    def locks(self) -> Locks:
        """Who may change the cluster."""

    @property
    def operations(self) -> Operations:
        """What has been done to it."""

    @property
    def events(self) -> Events:
        """Where programs are told."""


class LockingTools(FinishingTools, Protocol):
    """What every step that acts on a cluster may touch besides its own tools."""

    @property
    def executions(self) -> Executions:
        """Whether a lock's owner still runs."""


@dataclass(frozen=True)
class ClusterStep:
    """One look at one cluster: which, in which run, when, since when and for which time."""

    run: Run
    item: Mapping[str, Any]
    now: datetime
    since: datetime
    attempt: int
    execution: str = ""
    """ARN of the cluster's child execution."""

    @property
    def name(self) -> str:
        """The cluster's identifier."""
        return str(self.item["cluster"])


def step_from_event(event: Mapping[str, Any]) -> ClusterStep:
    """The turn in a step's input; the first one has no ``since`` yet."""
    return ClusterStep(
        run_from_event(event),
        event["item"],
        parse_moment(event["now"]),
        parse_moment(event.get("since") or event["now"]),
        event.get("attempt", 0),
        event.get("execution", ""),
    )


def take_lock(step: ClusterStep, tools: LockingTools) -> StepAnswer | None:
    """Take the lock, also from a run that no longer lives; else the answer to give instead of acting."""
    holder = tools.locks.take(step.name, step.run, step.now)
    if holder is not None and not tools.executions.is_running(holder):
        holder = tools.locks.take(step.name, step.run, step.now, instead_of=holder)
    return None if holder is None else _locked_by(holder, step, tools)


def _locked_by(holder: str, step: ClusterStep, tools: LockingTools) -> StepAnswer:
    why = skip("locked", f"is locked by another run, {holder}")
    if within_retry_budget(step.since, step.now):
        return retry_later(why, step, tools)
    return end_operation(why, Outcome.SKIPPED, step, tools)


def open_record(step: ClusterStep, tools: LockingTools) -> Operation:
    """The operation's record, which says from now on that the cluster is locked."""
    return tools.operations.update(step.run, step.name, step.now, step="locked", **identity(step))


def identity(step: ClusterStep) -> dict[str, str]:
    """What a record says of which cluster it is about, and of who works on it."""
    cluster = {key: step.item[key] for key in ("namespace_arn", "created_at")}
    return cluster | {"execution": step.execution}


def retry_later(
    why: Decision, step: ClusterStep, tools: LockingTools, seconds: int | None = None
) -> StepAnswer:
    """Look once more, after ``seconds`` or after a pause that grows with the attempts."""
    tools.operations.update(step.run, step.name, step.now, step="waiting", waiting_for=why.reason)
    wait = pause_seconds(step.name, step.attempt) if seconds is None else seconds
    return {"next": StepNext.AGAIN, "reason": why.reason, "wait_seconds": wait}


def end_operation(why: Decision, outcome: Outcome, step: ClusterStep, tools: LockingTools) -> StepAnswer:
    """End with the cluster as it is, and give its lock back."""
    finish_operation(step.run, step.name, step.now, tools, **ending(why, outcome))
    return {"next": StepNext.DONE, "reason": why.reason}


def finish_operation(run: Run, cluster: str, now: datetime, tools: FinishingTools, **facts: Any) -> Operation:
    """Nothing more is done to the cluster: record it, give the lock back if it is ours, tell programs."""
    operation = tools.operations.update(run, cluster, now, **facts)
    tools.locks.release(cluster, run)
    tools.events.put(OPERATION_FINISHED, operation_finished(run, operation))
    return operation


def ending(why: Decision, outcome: Outcome) -> dict[str, str]:
    """What a record says of an operation that has ended."""
    return {"step": "ended", "outcome": outcome.value, "code": why.code, "reason": why.reason}
