"""The report of a run: every selected cluster with its outcome and the reason for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from steward.domain.decision import Action
from steward.domain.failure import run_sentence
from steward.domain.messages import ErrorInfo, RunEnd
from steward.domain.moments import parse_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.recovery import LEFT_RUNNING, is_left_running
from steward.domain.retry import retry_command
from steward.domain.run import SCHEMA_VERSION, Run

DONE, STOPPED, REFUSED, PLANNED = "done", "stopped", "refused", "planned"
"""Status of a run: it went through; it stopped before its end; its input was refused; it was a dry run."""

NOT_REACHED = "was not reached: the run stopped before it came to this cluster"


def cluster_line(
    verdict: Mapping[str, Any],
    operation: Operation | None,
    *,
    would: Outcome | None = None,
    recovery: str = "",
) -> dict[str, Any]:
    """The line about one cluster, from the plan's verdict and the ledger's record, if there is one.

    Args:
        verdict: The plan's line, see `steward.domain.plan.verdict`.
        operation: What the run did to the cluster.
        recovery: The run that goes on with the cluster, because this one has left it half done; or empty.
        would: In a dry run, how a cluster that it would act on ends (`Workflow.dry_run_outcome`).
    """
    line = {"cluster": verdict["cluster"], "wave": verdict["wave"], **verdict.get("about", {})}
    if operation is not None:
        return line | _from_operation(operation, recovery)
    return line | _from_verdict(verdict, would or Outcome.NOT_REACHED)


def _from_verdict(verdict: Mapping[str, Any], acting: Outcome) -> dict[str, Any]:
    outcomes = {Action.SKIP: Outcome.SKIPPED, Action.REFUSE: Outcome.REFUSED, Action.ACT: acting}
    named = verdict.get("outcome")
    outcome = Outcome(named) if named else outcomes[Action(verdict["action"])]
    if outcome is Outcome.NOT_REACHED:
        return {"outcome": outcome.value, "code": "not_reached", "reason": NOT_REACHED}
    return {"outcome": outcome.value, "code": verdict["code"], "reason": verdict["reason"]}


def _from_operation(operation: Operation, recovery: str) -> dict[str, Any]:
    unfinished = {
        "outcome": Outcome.NOT_REACHED.value,
        "code": "interrupted",
        "reason": f"the run ended while it was at step {operation.step}; "
        + (f"{recovery} finishes what it began or puts it back" if recovery else "the next run picks it up"),
    }
    reason = operation.reason + _still_to_pause(operation, recovery)
    ended = {"outcome": operation.outcome, "code": operation.code, "reason": reason}
    facts = {
        "recovered_by": recovery,
        "note": operation.note,
        "execution": operation.execution,
        "evidence": operation.evidence,
        "timeline": list(operation.timeline),
    }
    besides = {name: value for name, value in facts.items() if value}
    return (ended if operation.outcome else unfinished) | besides | _timing(operation)


def _still_to_pause(operation: Operation, recovery: str) -> str:
    """What the reason of a known outcome does not say; that of an abandoned operation says it itself."""
    if not operation.outcome or operation.abandoned_by or not is_left_running(operation):
        return ""
    return LEFT_RUNNING + (f"; {recovery} pauses it again" if recovery else ": pause it again")


def _timing(operation: Operation) -> dict[str, Any]:
    if operation.begun_at is None or operation.ended_at is None:
        return {}
    return {
        "begun_at": operation.begun_at.isoformat(),
        "ended_at": operation.ended_at.isoformat(),
        "seconds": round((operation.ended_at - operation.begun_at).total_seconds()),
        "polls": operation.polls,
        "overshoot_seconds": operation.overshoot_seconds,
    }


def headline(lines: Sequence[Mapping[str, Any]], status: str, cause: str) -> str:
    """The run in one sentence."""
    whole = _counts(lines)
    if status in {STOPPED, REFUSED}:
        return f"The run was {status}: {cause} ({whole})"
    return f"Dry run, nothing was touched. {whole}" if status == PLANNED else whole


def _counts(lines: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(line["outcome"] for line in lines)
    by_outcome = ", ".join(
        f"{counts[o.value]} {o.value.replace('_', ' ')}" for o in Outcome if counts[o.value]
    )
    selected = f"{len(lines)} cluster{'s' if len(lines) != 1 else ''} selected"
    return f"{selected}: {by_outcome}" if by_outcome else selected


def status_of(error: Mapping[str, Any], *, dry_run: bool) -> str:
    """How a run ended that ended with this error, empty for none."""
    if error.get("Error") == "BadInput":
        return REFUSED
    if error:
        return STOPPED
    return PLANNED if dry_run else DONE


def report_document(
    run: Run,
    plan: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    error: ErrorInfo,
    end: RunEnd,
) -> dict[str, Any]:
    """report.json: the run, how it ended, and its lines."""
    status = status_of(error, dry_run=plan["dry_run"])
    document = {
        "schema_version": SCHEMA_VERSION,
        "workflow": run.workflow,
        "run": run.name,
        "execution": run.arn,
        "input": end["input"],
        "status": status,
        "headline": headline(lines, status, run_sentence(error, end["now"]) if error else ""),
        "started_at": run.started_at,
        "ended_at": end["now"],
        "timezone": plan.get("timezone", "UTC"),
        "seconds": run_seconds(run.started_at, parse_moment(end["now"])),
        "not_selected": plan["not_selected"],
        "clusters": list(lines),
    }
    return document | {"retry": retry_command(document)}


def after_recovery(document: Mapping[str, Any], recovered: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """report.json of a stopped run with what its recovery has made of its clusters: lines by cluster."""
    before = document["clusters"]
    lines = [recovered.get(line["cluster"], line) for line in before]
    headline = document["headline"].replace(_counts(before), _counts(lines))
    updated = {**document, "clusters": lines, "headline": headline}
    return updated | {"retry": retry_command(updated)}


def scheduled_moment(document: Mapping[str, Any]) -> str:
    """Which moment of the schedule the run fulfilled: empty for a run that failed, and for one on demand."""
    asked = document["input"]
    fulfilled = document["status"] in {DONE, PLANNED} and isinstance(asked, dict)
    return str(asked.get("scheduled_at", "")) if fulfilled else ""


def run_seconds(started_at: str, now: datetime) -> int:
    return round((now - parse_moment(started_at)).total_seconds())
