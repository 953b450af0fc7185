"""What the steps on one cluster share over all workflows: the lock, the record, waiting, and ending."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from steward.adapters.clock import Clock
from steward.adapters.clusters import Clusters
from steward.adapters.executions import Executions, ScheduledTasks
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.notices import Events
from steward.domain.call_outcome import CallResult
from steward.domain.cluster import Cluster
from steward.domain.decision import Decision, skip
from steward.domain.errors import ClusterStayedBusy, RunEnded, Superseded
from steward.domain.events import OPERATION_FINISHED, operation_finished
from steward.domain.freshness import moment_of_decision
from steward.domain.items import ClusterItem
from steward.domain.messages import AgainAnswer, ChildEvent, DoneAnswer, EndOrAgain, StepEvent, StepNext
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.recovery import is_left_running
from steward.domain.retry_budget import (
    FIRST_PAUSE,
    OUTAGE_BUDGET,
    outage_pause,
    pause_seconds,
    within_retry_budget,
)
from steward.domain.run import Run, run_from_event

AnswerT = TypeVar("AnswerT")
ItemT = TypeVar("ItemT", bound=ClusterItem)
ItemT_co = TypeVar("ItemT_co", bound=ClusterItem, covariant=True)

GONE = skip("gone", "no longer exists")
RECOVERY_WAITS = timedelta(days=2)
"""For how long a recovery waits for a lock of another run."""

RECOVERY_LOOKS_EVERY = 900
"""Seconds between two looks of a recovery at the lock, after the retry budget."""

STAYED_OUT = "AWS throttled the change, or did not answer, for half a day; its last answer"
STAYED_BUSY = "Redshift kept refusing until the retry budget ran out; its last answer"


@dataclass(frozen=True)
class FinishingTools:
    locks: Locks
    operations: Operations
    events: Events
    scheduled_tasks: ScheduledTasks


@dataclass(frozen=True)
class LockingTools(FinishingTools):
    """A lock is taken over when its owner's execution no longer runs; a step decides by ``clock``."""

    executions: Executions
    clock: Clock


@dataclass(frozen=True)
class OpeningTools(LockingTools):
    clusters: Clusters


@dataclass
class RecordClaim:
    """The version of the operation's record that this invocation wrote last; None before its first write."""

    version: int | None = None


@dataclass(frozen=True)
class ClusterStep(Generic[ItemT_co]):
    """One invocation of a step for one cluster.

    Attributes:
        item: The cluster's item of the run's plan.
        now: The moment by which it decides (`steward.domain.freshness`).
        since: When this run first came to the cluster; budgets and deadlines count from it.
        attempt: How many invocations of the step came before it.
        execution: ARN of the cluster's child execution.
        claim: This invocation's claim to the record, from `claim_record` on.
    """

    run: Run
    item: ItemT_co
    now: datetime
    since: datetime
    attempt: int
    execution: str
    claim: RecordClaim = field(default_factory=RecordClaim)

    @property
    def name(self) -> str:
        return self.item["cluster"]

    @property
    def begun(self) -> str:
        """``since`` as the step answers it, for the next invocation."""
        return format_moment(self.since)


def step_from_event(event: StepEvent, item: ItemT, clock: Clock) -> ClusterStep[ItemT]:
    """The step in the input of a function; the first invocation has no ``since`` yet, and begins it.

    Every step that changes a cluster begins here, before it reads or writes anything. ``item`` is the
    event's, whose type differs by workflow.

    Raises:
        StaleEvent: The event is too old to act on; the state machine comes again with a new one.
    """
    return ClusterStep(
        run_from_event(event),
        item,
        moment_of_decision(parse_moment(event["now"]), clock.now()),
        parse_moment(event["since"] or event["now"]),
        event["attempt"],
        event["execution"],
    )


def step_without_retry(event: ChildEvent, item: ItemT) -> ClusterStep[ItemT]:
    """As `step_from_event`, for a step that does not answer ``again``: each invocation is its first."""
    now = parse_moment(event["now"])
    return ClusterStep(run_from_event(event), item, now, now, 0, event["execution"])


def open_step(
    step: ClusterStep[ClusterItem],
    tools: OpeningTools,
    act: Callable[[Operation, Cluster], AnswerT],
    gone: Callable[[Operation], AnswerT] | None = None,
) -> AnswerT | EndOrAgain:
    """The answer of ``act`` on the record and the cluster as it is now, once record and lock are this run's.

    Without the lock the answer is the step's own and ``act`` is not called; without the cluster it is that of
    ``gone``, or the step's own, too.
    """
    return answer_step(step, lambda: _open(step, tools, act, gone))


def _open(
    step: ClusterStep[ClusterItem],
    tools: OpeningTools,
    act: Callable[[Operation, Cluster], AnswerT],
    gone: Callable[[Operation], AnswerT] | None,
) -> AnswerT | EndOrAgain:
    claimed = claim_record(step, tools.operations)
    locked = take_lock(step, tools)
    if locked is not None:
        return locked
    operation = write_record(step, tools.operations, step="locked", **forgotten_end(claimed, step))
    cluster = tools.clusters.one(step.name)
    if cluster is None:
        return gone(operation) if gone else end_operation(GONE, Outcome.GONE, step, tools)
    return act(operation, cluster)


def take_lock(step: ClusterStep[ClusterItem], tools: LockingTools) -> EndOrAgain | None:
    """Take the lock; None when it is ours, else the step's answer."""
    holder = try_lock(step, tools)
    return None if holder is None else answer_while_locked(holder, step, tools)


def try_lock(step: ClusterStep[ClusterItem], tools: LockingTools, name: str = "") -> str | None:
    """Take the lock, also from a run that no longer runs; None when it is ours, else the holder's ARN.

    ``name`` is the cluster's when it is no longer the planned one.
    """
    cluster = name or step.name
    holder = tools.locks.take(cluster, step.run, step.now)
    if holder is not None and not tools.executions.is_running(holder):
        holder = tools.locks.take(cluster, step.run, step.now, instead_of=holder)
    return holder


def holds_lock(step: ClusterStep[ClusterItem], locks: Locks) -> bool:
    """For a step that comes after the one that took it: the lock is not taken, nor taken over."""
    return locks.holder(step.name) == step.run.holder


def answer_while_locked(holder: str, step: ClusterStep[ClusterItem], tools: LockingTools) -> EndOrAgain:
    """Come again while the retry budget lasts, then leave the cluster to the run that has the lock."""
    if step.run.is_stopped and holder == step.run.arn:
        return {
            "next": StepNext.DONE,
            "since": step.begun,
            "reason": "its run was redriven and goes on itself",
        }
    why = skip("locked", f"is locked by another run, {holder}")
    if within_retry_budget(step.since, step.now):
        return retry_later(why, step, tools)
    if step.run.is_stopped:
        # a recovery waits longer, and does not overwrite how the operation ended
        if step.now - step.since < RECOVERY_WAITS:
            return retry_later(why, step, tools, RECOVERY_LOOKS_EVERY)
        raise ClusterStayedBusy(why.reason)
    return end_operation(why, Outcome.SKIPPED, step, tools)


def answer_step(step: ClusterStep[ClusterItem], act: Callable[[], AnswerT]) -> AnswerT | AgainAnswer:
    """The answer of ``act``; ``again`` when another invocation has taken over, or when the run has ended."""
    try:
        return act()
    except (Superseded, RunEnded) as error:
        return {
            "next": StepNext.AGAIN,
            "since": step.begun,
            "reason": str(error),
            "wait_seconds": FIRST_PAUSE,
        }


def claim_record(
    step: ClusterStep[ClusterItem], operations: Operations, clock: datetime | None = None
) -> Operation:
    """Claim the operation's record for this invocation, and read it; created by the run's first invocation.

    From here on an earlier invocation of the run for this cluster cannot write any more, and so cannot call.
    ``clock`` is the time of day when the step's ``now`` is not.

    Raises:
        CallUnanswered: An earlier one may be about to make a call, so nothing is done or concluded yet.
    """
    operation = operations.open(step.run, step.name, clock or step.now, **identity(step))
    step.claim.version = operation.version
    return operation


def write_record(step: ClusterStep[ClusterItem], operations: Operations, /, **values: Any) -> Operation:
    """Write to the record if it is still as this invocation left it; a call that it knew of is answered.

    Raises:
        Superseded: Another invocation has claimed it since.
    """
    values = {"unanswered_since": None} | values
    operation = operations.update(step.run, step.name, step.now, version=step.claim.version, **values)
    step.claim.version = operation.version
    return operation


def forgotten_end(operation: Operation, step: ClusterStep[ClusterItem]) -> dict[str, None]:
    """The attributes to remove when the run comes again to a cluster whose operation it has already ended.

    Its answer was lost, or it was redriven, and by now the decision may be another one. An outcome that
    stays would hide from whoever hears of a stop what was begun after it. A rotation that was seen to end,
    and what a recovery goes on with, stay as they are.
    """
    settled = operation.finished or operation.outcome in {"", Outcome.ROTATED}
    if settled or (step.run.is_stopped and (operation.abandoned_by or is_left_running(operation))):
        return {}
    return dict.fromkeys(("outcome", "code", "reason", "ended_at", "abandoned_by"))


def check_running(step: ClusterStep[ClusterItem], executions: Executions) -> None:
    """Right before a call: stopping an execution does not stop a function that it has called.

    Raises:
        RunEnded: The run or the cluster's child execution no longer runs.
    """
    for arn in filter(None, (step.run.holder, step.execution)):
        if not executions.is_running(arn):
            raise RunEnded(f"the execution {arn} has ended, so nothing new is begun")


def commit_call(step: ClusterStep[ClusterItem], tools: LockingTools, /, **values: Any) -> Operation:
    """Write down a call right before it is made: of several invocations only one gets here.

    Until the next write, or until the call cannot be made any more, no other one gets to the record.

    Raises:
        Superseded: Another invocation has claimed the record.
        RunEnded: The run was stopped.
    """
    check_running(step, tools.executions)
    return write_record(step, tools.operations, unanswered_since=step.now, **values)


def identity(step: ClusterStep[ClusterItem]) -> dict[str, str]:
    """The attributes of a record that tell the cluster from another of its name, and the child execution."""
    item = step.item
    return {
        "namespace_arn": item["namespace_arn"],
        "created_at": item["created_at"],
        "execution": step.execution,
    }


def retry_later(
    why: Decision, step: ClusterStep[ClusterItem], tools: LockingTools, seconds: int | None = None
) -> AgainAnswer:
    """Answer ``again``, after ``seconds`` or else after a pause that grows with the attempts."""
    write_record(step, tools.operations, step="waiting", waiting_for=why.reason)
    wait = pause_seconds(step.name, step.attempt) if seconds is None else seconds
    return {"next": StepNext.AGAIN, "since": step.begun, "reason": why.reason, "wait_seconds": wait}


def wait_out_outage(
    result: CallResult, since: datetime, step: ClusterStep[ClusterItem], tools: LockingTools, least: int = 0
) -> AgainAnswer:
    """Answer ``again`` to a change that AWS throttles, or does not answer, since ``since``.

    The pauses are those after any refusal, later they grow to an hour, and none is shorter than ``least``.

    Raises:
        ClusterStayedBusy: It has lasted for as long as any outage is waited out.
    """
    if step.now - since >= OUTAGE_BUDGET:
        raise ClusterStayedBusy(f"{STAYED_OUT}: {result.quote}")
    short = within_retry_budget(since, step.now)
    seconds = pause_seconds(step.name, step.attempt) if short else outage_pause(since, step.now)
    return after_outage(
        retry_later(skip(result.outcome.value, result.text), step, tools, max(seconds, least))
    )


def after_outage(answer: AgainAnswer) -> AgainAnswer:
    """The answer with a pause that counts against no budget of the cluster's, as a state machine's."""
    since = parse_moment(answer["since"]) + timedelta(seconds=answer["wait_seconds"])
    return {**answer, "since": format_moment(since)}


def end_operation(
    why: Decision, outcome: Outcome, step: ClusterStep[ClusterItem], tools: LockingTools
) -> DoneAnswer:
    """Finish the operation with the cluster as it is, and answer ``done``."""
    finish_step(step, tools, **final_attributes(why, outcome))
    return {"next": StepNext.DONE, "since": step.begun, "reason": why.reason}


def finish_step(step: ClusterStep[ClusterItem], tools: FinishingTools, /, **facts: Any) -> Operation:
    """As `finish_operation`, if this invocation still has its claim to the record.

    Raises:
        Superseded: Another invocation works on the cluster; the lock is kept.
    """
    version = step.claim.version
    return finish_operation(step.run, step.name, step.now, tools, version=version, **facts)


def finish_operation(run: Run, cluster: str, now: datetime, tools: FinishingTools, **facts: Any) -> Operation:
    """Write the last facts to the record, release the lock if it is ours, publish the event."""
    operation = tools.operations.update(run, cluster, now, unanswered_since=None, **facts)
    tools.locks.release(cluster, run)
    tools.events.put(OPERATION_FINISHED, operation_finished(run, operation))
    return operation


def final_attributes(why: Decision, outcome: Outcome) -> dict[str, str]:
    """The attributes of a record that has ended."""
    return {"step": "ended", "outcome": outcome.value, "code": why.code, "reason": why.reason}
