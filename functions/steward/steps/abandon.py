"""Abandon: whatever went wrong with a cluster, record why, and release its lock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from steward.adapters.clock import Clock
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.rollback import open_ends
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.errors import CallUnanswered, ClusterBusy
from steward.domain.failure import outcome_of, sentence_of
from steward.domain.messages import AbandonAnswer, AbandonEvent
from steward.domain.moments import parse_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.recovery import LEFT_RUNNING, left_open
from steward.domain.run import Run, run_from_event
from steward.steps.cluster_step import FinishingTools, finish_operation

LEFT_TO_RECOVERY = "; a recovery run finishes this or puts it back as soon as this run has ended"
LEFT_TO_PEOPLE = "; check it: a later run of deprovision that does not delete it puts it back, too"
PAUSE_IT = ": pause it again"


@dataclass(frozen=True)
class Tools(FinishingTools):
    """Those of every step that ends an operation, and the time of day."""

    clock: Clock


def abandon(event: AbandonEvent, tools: Tools) -> AbandonAnswer:
    """Record the outcome unless there is one already; ``failed`` says whether it counts as a failure.

    Raises:
        ClusterBusy: A call of another invocation may be about to be made; the state machine tries again.
    """
    run, name, now = run_from_event(event), event["item"]["cluster"], parse_moment(event["now"])
    outcome, sentence = outcome_of(event["error"]), sentence_of(event["error"])
    _wait_for_open_call(run, name, tools)
    operation = tools.operations.update(run, name, now, step="abandoned", error=event["error"]["Error"])
    if operation.outcome:
        before = operation.reason.removesuffix(LEFT_TO_RECOVERY).removesuffix(LEFT_RUNNING)
        sentence = f"{before}; afterwards: {sentence}"
        outcome = Outcome(operation.outcome)
    code = operation.code if operation.outcome else outcome.value
    if open_ends(operation.evidence):
        tools.operations.update(run, name, now, evidence=_evidence(operation, outcome, code, sentence))
    left = left_open(replace(operation, outcome=outcome.value))
    if left:
        to_people = PAUSE_IT if operation.resumed else LEFT_TO_PEOPLE
        sentence += left + (to_people if run.is_stopped else LEFT_TO_RECOVERY)
    facts = {"outcome": outcome.value, "code": code, "reason": sentence, "abandoned_by": run.holder}
    finish_operation(run, name, now, tools, **facts)
    return {"failed": outcome.is_failure, "error": event["error"]["Error"], "cause": sentence}


def _wait_for_open_call(run: Run, cluster: str, tools: Tools) -> None:
    """Conclude nothing while a function that is not told of the end may be about to call.

    The clock counts here: the event of a retry is as old as that of the first invocation.
    """
    try:
        tools.operations.open(run, cluster, tools.clock.now())
    except CallUnanswered as error:
        raise ClusterBusy(str(error)) from error


def _evidence(operation: Operation, outcome: Outcome, code: str, reason: str) -> Mapping[str, Any]:
    """With the reason for which its recovery rolls it back, unless it is already, or a deletion is open."""
    progress = Progress(operation.evidence)
    if progress.stopping is not None or Delete.of(progress).is_open:
        return operation.evidence
    return {**operation.evidence, "stopping": Stopping(outcome, code, reason).as_json()}
