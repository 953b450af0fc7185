"""What a run that was stopped has left half done, and the run that finishes it or puts it back.

What is committed (a rotation that has begun, a DeleteCluster that was made) is watched to its end; everything
else is undone. The recovery run goes on with the stopped run's own records.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from steward.domain.authority import ExecutionFacts
from steward.domain.decision import Decision, act, skip
from steward.domain.deprovision.progress import Stopping
from steward.domain.deprovision.rollback import open_ends
from steward.domain.operation import Operation, Outcome
from steward.domain.run import Run
from steward.domain.workflows import DEPROVISION, WORKFLOWS

KEPT_OF_NAME = 60
"""Characters; an execution's name has 80 at most (Step Functions API reference, StartExecution)."""

MOST_TRIES = 5
"""Recovery runs of one run that may end before they have a plan; then a person has to see what ends them."""

STOPPED = skip("stopped", "the run was stopped before anything was done that cannot be undone")
LEFT_RUNNING = "; it was paused before this run and is left running"
NOT_RECOVERED = "not_recovered"
ROLL_BACK = Stopping(Outcome.CANCELLED, STOPPED.code, STOPPED.reason)


@dataclass(frozen=True)
class Recovery:
    """What goes on with the clusters that a run has left half done.

    Attributes:
        names: The recovery run by cluster; empty when there is none, or no further one.
        failed: The names of those before it that ended without a plan, and so have recovered nothing.
        is_open: Whether it has no plan yet: as long as that is so, it may have to be replaced.
        given_up: The operations, by cluster, with which no run goes on.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    is_open: bool = False
    given_up: Mapping[str, Operation] = field(default_factory=dict)

    def changed_lines(self, lines: Iterable[Mapping[str, Any]], run: Run) -> dict[str, dict[str, Any]]:
        """The lines of the report of ``run``, by cluster, that name a recovery which recovers nothing."""
        stale = [line for line in lines if line.get("recovered_by", "") in {"", *self.failed}]
        renamed = {
            line["cluster"]: _renamed(line, self.names[line["cluster"]])
            for line in stale
            if line.get("recovered_by") and line["cluster"] in self.names
        }
        return renamed | {
            line["cluster"]: self._given_up_line(line, run)
            for line in stale
            if line["cluster"] in self.given_up and line["code"] != NOT_RECOVERED
        }

    def _given_up_line(self, line: Mapping[str, Any], run: Run) -> dict[str, Any]:
        operation = self.given_up[line["cluster"]]
        reason = (
            f"the run left it at step {operation.step}{left_open(operation)}; its {len(self.failed)} recovery"
            f" runs ended before they had a plan, the last one {self.failed[-1]}, and no other is started:"
            f' see what ended them, then start the state machine with the input {{"continue": "{run.arn}"}}'
        )
        kept = {key: value for key, value in line.items() if key != "recovered_by"}
        return kept | {"code": NOT_RECOVERED, "reason": reason}


def _renamed(line: Mapping[str, Any], recovery: str) -> dict[str, Any]:
    reason = line["reason"].replace(line["recovered_by"], recovery)
    return {**line, "recovered_by": recovery, "reason": reason}


def is_half_done(operation: Operation, workflow: str) -> bool:
    """Whether the operation has changed something, or may have, and did not come to its own end."""
    if "continue" not in WORKFLOWS[workflow].own_input:
        return False
    if operation.abandoned_by and operation.step != "ended":
        return bool(left_open(operation))
    if operation.outcome:
        return is_left_running(operation)
    if workflow == DEPROVISION.name:
        return bool(operation.evidence)
    return operation.resumed or operation.called_at is not None or operation.has_begun


def is_left_running(operation: Operation) -> bool:
    """Whether a cluster that was resumed has still to be paused again, also if its outcome is known."""
    return operation.resumed and not operation.finished and operation.outcome != Outcome.GONE


def left_open(operation: Operation) -> str:
    """What an operation that was abandoned may have left changed: the end of a sentence, or empty."""
    return open_ends(operation.evidence) + (LEFT_RUNNING if is_left_running(operation) else "")


def told_as_paused_again(reason: str) -> str:
    """The reason of an abandoned operation once its recovery has paused the cluster again."""
    return reason.partition(LEFT_RUNNING)[0] + "; put back: it was paused again"


def is_recoverable_by_itself(operation: Operation, run: Run, owner: Run) -> bool:
    """Whether its recovery starts without being asked for; what a recovery abandoned is left to people."""
    return owner.arn == run.arn or operation.abandoned_by != run.arn


def recovery_of(run: Run, started_at: str, taken: int = 0) -> Run:
    """The run that recovers ``run``: always the same one, so that it is started once.

    ``taken`` counts the names before it that belong to other executions (`is_recovery`), or to recovery runs
    that ended without a plan.
    """
    digest = sha256(f"{run.arn}/{taken}".encode() if taken else run.arn.encode()).hexdigest()
    name = f"{run.name[:KEPT_OF_NAME]}-recovery-{digest[:8]}"
    return Run(f"{run.arn.rpartition(':')[0]}:{name}", name, started_at, run.workflow)


def is_recovery(found: ExecutionFacts, run: Run, ended_at: datetime) -> bool:
    """Whether an execution of a recovery's name is that of ``run``, which ended at ``ended_at``.

    Whoever may start runs can take the name: with another input, or before the run has ended, when the
    execution is refused, and so recovers nothing.
    """
    began_after = found.is_running or found.started_at >= ended_at
    return began_after and found.input == {"continue": run.arn}


def recovery_lines(
    lines: Iterable[Mapping[str, Any]], half_done: Mapping[str, Operation], run: Run
) -> list[dict[str, Any]]:
    """The recovery's lines of the plan, from those of the stopped ``run``."""
    return [_line(line, half_done[line["cluster"]], run) for line in lines if line["cluster"] in half_done]


def _line(line: Mapping[str, Any], operation: Operation, run: Run) -> dict[str, Any]:
    decision = _decision(operation)
    began = {"arn": run.arn, "name": run.name, "started_at": run.started_at, "workflow": run.workflow}
    return {
        **line,
        "action": decision.action.value,
        "code": decision.code,
        "reason": decision.reason,
        "continues": line.get("continues") or began,
    }


def _decision(operation: Operation) -> Decision:
    why = "was abandoned" if operation.abandoned_by else f"its run was stopped at step {operation.step}"
    return act("recovery", f"{why}; what it began is finished or put back")
