"""Abandon: whatever went wrong with a cluster, record why, and release its lock."""

from dataclasses import dataclass

from steward.domain.deprovision.rollback import open_ends
from steward.domain.failure import outcome_of, sentence_of
from steward.domain.messages import AbandonAnswer, AbandonEvent
from steward.domain.moments import parse_moment
from steward.domain.operation import Outcome
from steward.domain.run import run_from_event
from steward.steps.cluster_step import FinishingTools, finish_operation

LEFT_RUNNING = "; it was paused before this run and is left running: pause it again"


@dataclass(frozen=True)
class Tools(FinishingTools):
    """Those of every step that ends an operation are enough."""


def abandon(event: AbandonEvent, tools: Tools) -> AbandonAnswer:
    """Record the outcome unless there is one already; ``failed`` says whether it counts as a failure."""
    run, name, now = run_from_event(event), event["item"]["cluster"], parse_moment(event["now"])
    outcome, sentence = outcome_of(event["error"]), sentence_of(event["error"])
    operation = tools.operations.update(run, name, now, step="abandoned", error=event["error"]["Error"])
    if operation.outcome:
        sentence = f"{operation.reason}; afterwards: {sentence}"
        outcome = Outcome(operation.outcome)
    if operation.resumed and outcome is not Outcome.GONE:
        sentence += LEFT_RUNNING
    sentence += open_ends(operation.evidence)
    code = operation.code if operation.outcome else outcome.value
    finish_operation(run, name, now, tools, outcome=outcome.value, code=code, reason=sentence)
    return {"failed": outcome.is_failure, "error": event["error"]["Error"], "cause": sentence}
