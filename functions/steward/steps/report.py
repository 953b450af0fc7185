"""Report: whatever happened, say of every selected cluster what became of it and why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from steward.adapters.documents import Documents
from steward.adapters.executions import Executions, ScheduledTasks
from steward.adapters.ledger.decisions import Decisions
from steward.adapters.ledger.locks import Locks, LocksIndex
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events, Notices
from steward.adapters.reading import Unreadable, attempt
from steward.domain.errors import ReportIncomplete
from steward.domain.events import RUN_FINISHED, run_finished
from steward.domain.failure import run_sentence
from steward.domain.messages import ErrorInfo, ReportAnswer, ReportEvent, RunEnd
from steward.domain.operation import Operation
from steward.domain.report import after_recovery, cluster_line, report_document, scheduled_moment
from steward.domain.run import Run, run_from_event, run_of
from steward.domain.run_decisions import run_decisions
from steward.domain.run_notice import subject, text
from steward.domain.watch import Lock
from steward.domain.workflows import DRY_RUN_OUTCOMES, WORKFLOWS
from steward.pages.run_page import run_page
from steward.steps.recovery import handed_over_clusters, operations_of, planned_recovery

NO_RECOVERY: Mapping[str, str] = {}
NO_PLAN: dict[str, Any] = {"clusters": [], "dry_run": False, "not_selected": 0}


@dataclass(frozen=True)
class ReportTools:
    """Those of every report, whoever asks for it."""

    documents: Documents
    operations: Operations
    locks: Locks
    held_locks: LocksIndex
    decisions: Decisions
    schedule: ScheduleMoments
    notices: Notices
    events: Events
    executions: Executions


@dataclass(frozen=True)
class Tools(ReportTools):
    """With the history that shows that the run calls for its report."""

    scheduled_tasks: ScheduledTasks


def report(event: ReportEvent, tools: Tools) -> ReportAnswer:
    """Write report.json, and tell of it: page, notice, event, schedule; each survives the failure of another.

    ``status`` of the answer is one of `steward.domain.report`'s four.

    Raises:
        ReportIncomplete: Something of it failed, or a child execution is still under way; another try does
            what is missing.
    """
    reported = attempt(lambda: _report(event, tools))
    if isinstance(reported, Unreadable):
        raise ReportIncomplete(f"report.json could not be written: {reported.reason}")
    return reported


def _report(event: ReportEvent, tools: ReportTools) -> ReportAnswer:
    run = run_from_event(event)
    plan = tools.documents.find(run.plan_key) or NO_PLAN
    _must_have_ended(run, plan, tools)
    recovery = planned_recovery(run, plan, event["now"], tools.operations)
    return conclude_run(run, plan, event["error"], event, tools, recovery)


def _must_have_ended(run: Run, plan: Mapping[str, Any], tools: ReportTools) -> None:
    """A report releases the locks of operations that did not end, so nobody may have one while they go on."""
    for operation in tools.operations.of_run(run, [each["cluster"] for each in plan["clusters"]]).values():
        child = "" if operation.step == "ended" else operation.execution
        if child and tools.executions.is_running(child):
            raise ReportIncomplete(f"{child} is still under way; the report waits for it")


def conclude_run(
    run: Run,
    plan: Mapping[str, Any],
    error: ErrorInfo,
    end: RunEnd,
    tools: ReportTools,
    recovery: Mapping[str, str] = NO_RECOVERY,
) -> ReportAnswer:
    """The report of a run with this plan, which ended with this error, if with any.

    ``recovery`` names the run that goes on with a cluster that this one has left half done.
    """
    operations = operations_of(run, plan["clusters"], tools.operations)
    would = WORKFLOWS[run.workflow].dry_run_outcome if plan["dry_run"] else None
    lines = [
        cluster_line(
            each,
            operations.get(each["cluster"]),
            would=would,
            recovery=recovery.get(each["cluster"], ""),
        )
        for each in plan["clusters"]
    ]
    handed_over = [] if lines else handed_over_clusters(run, end["input"], tools.documents, tools.executions)
    for name in [*clusters_to_release(lines, operations), *handed_over]:
        tools.locks.release(name, run)
    release_locks(tools.held_locks.all(), run, tools.locks)
    document = report_document(run, plan, lines, error, end)
    tools.documents.write(run.report_key, document)
    _update_reports_of_stopped_runs(run, plan, lines, tools)
    deliver(run, document, tools)
    return {
        "status": document["status"],
        "headline": document["headline"],
        "report": tools.documents.address(run.report_key),
        "error": error.get("Error", ""),
        "cause": run_sentence(error, end["now"]) if error else "",
    }


def _update_reports_of_stopped_runs(
    run: Run, plan: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], tools: ReportTools
) -> None:
    """A recovery run says in the stopped run's report, too, what became of its clusters."""
    by_name = {line["cluster"]: {"recovered_by": run.name, **line} for line in lines}
    for stopped in {run_of(each, run) for each in plan["clusters"] if each.get("continues")}:
        document = tools.documents.find(stopped.report_key)
        if document is not None:
            document = after_recovery(document, by_name)
            tools.documents.write(stopped.report_key, document)
            tools.documents.write_page(stopped.page_key, run_page(document))


def deliver(run: Run, document: Mapping[str, Any], tools: ReportTools) -> None:
    """Tell of the run's end in every way; a way that has worked is not gone again by a retry.

    Raises:
        ReportIncomplete: A way failed; all others were tried.
    """
    earlier = tools.documents.find(run.delivery_key) or {}
    done = earlier["done"] if earlier.get("ended_at") == document["ended_at"] else []
    failures = {}
    for name, tell in _ways(run, document, tools).items():
        if name in done:
            continue
        try:
            tell()
        except Exception as error:  # noqa: BLE001 - each way survives whatever ends another; all are raised below
            failures[name] = f"{name}: {type(error).__name__}: {error}"
        else:
            done = [*done, name]
            tools.documents.write(run.delivery_key, {"ended_at": document["ended_at"], "done": done})
    if failures:
        raise ReportIncomplete("; ".join(failures.values()))


def _ways(run: Run, document: Mapping[str, Any], tools: ReportTools) -> dict[str, Callable[[], None]]:
    """How people and programs learn of the end; notice and event say where the whole list is."""
    address = tools.documents.address(run.report_key)
    ways: dict[str, Callable[[], None]] = {
        "event": lambda: tools.events.put(RUN_FINISHED, run_finished(run, document, address)),
        "page": lambda: tools.documents.write_page(run.page_key, run_page(document)),
        "decisions": lambda: tools.decisions.record(run_decisions(document)),
        "notice": lambda: tools.notices.publish(subject(document), text(document, address)),
    }
    if scheduled_at := scheduled_moment(document):
        ways["schedule"] = lambda: tools.schedule.mark_succeeded(run, scheduled_at)
    return ways


def release_locks(held: Iterable[Lock], run: Run, locks: Locks) -> None:
    """Release what the ended ``run`` still holds, whatever its records say.

    A child execution can be stopped between the last write to its record and the release of its lock. A lock
    that the run has taken anew since ``held`` was listed, in a redrive, stays.
    """
    for lock in held:
        if lock.run == run.arn:
            locks.release(lock.cluster, run, taken_at=lock.since)


def clusters_to_release(lines: Iterable[Mapping[str, Any]], operations: Mapping[str, Operation]) -> list[str]:
    """Clusters whose child execution did not end by itself, and so could not release its lock.

    Step Functions stops the children that are under way when too many others have failed.
    """
    ended = {name for name, operation in operations.items() if operation.step == "ended"}
    acted_on = (line["cluster"] for line in lines if line["wave"] and line["outcome"] not in DRY_RUN_OUTCOMES)
    return [name for name in acted_on if name not in ended]
