"""Report: whatever happened, say of every selected cluster what became of it and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from steward.adapters.documents import Documents
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events, Notices
from steward.domain.events import RUN_FINISHED, run_finished
from steward.domain.failure import sentence_of
from steward.domain.operation import Operation
from steward.domain.report import cluster_line, report_document, scheduled_moment
from steward.domain.run import Run, run_from_event
from steward.domain.run_notice import subject, text
from steward.domain.workflows import DRY_RUN_OUTCOMES, WORKFLOWS
from steward.pages.run_page import run_page

NO_PLAN: dict[str, Any] = {"clusters": [], "dry_run": False, "not_selected": 0}


@dataclass(frozen=True)
class Tools:
    documents: Documents
    operations: Operations
    locks: Locks
    schedule: ScheduleMoments
    notices: Notices
    events: Events


def report(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write report.json and report.html, tell people and programs.

    ``status`` of the answer is one of `steward.domain.report`'s four.
    """
    run, error = run_from_event(event), event.get("error") or {}
    plan = tools.documents.read(run.plan_key) if event["planned"] else NO_PLAN
    return conclude_run(run, plan, error, event, tools)


def conclude_run(
    run: Run, plan: Mapping[str, Any], error: Mapping[str, Any], event: Mapping[str, Any], tools: Tools
) -> dict[str, Any]:
    """The report of a run with this plan, which ended with this error, if with any."""
    operations = tools.operations.of_run(run, [verdict["cluster"] for verdict in plan["clusters"]])
    would = WORKFLOWS[run.workflow].dry_run_outcome if plan["dry_run"] else None
    lines = [cluster_line(each, operations.get(each["cluster"]), would=would) for each in plan["clusters"]]
    for name in unfinished(lines, operations):
        tools.locks.release(name, run)
    document = report_document(run, plan, lines, error, event)
    tools.documents.write(run.report_key, document)
    address = tools.documents.address(run.report_key)
    if scheduled_at := scheduled_moment(document):
        tools.schedule.mark_succeeded(run, scheduled_at)
    _tell(run, document, address, tools)
    # last: should a page ever not be drawn, everything else is told
    tools.documents.write_page(run.page_key, run_page(document))
    return {
        "status": document["status"],
        "headline": document["headline"],
        "report": address,
        "error": error.get("Error", ""),
        "cause": sentence_of(error) if error else "",
    }


def unfinished(lines: Iterable[Mapping[str, Any]], operations: Mapping[str, Operation]) -> list[str]:
    """Clusters whose child execution did not end by itself, and so could not release its lock.

    Step Functions stops the children that are under way when too many others have failed.
    """
    ended = {name for name, operation in operations.items() if operation.step == "ended"}
    acted_on = (line["cluster"] for line in lines if line["wave"] and line["outcome"] not in DRY_RUN_OUTCOMES)
    return [name for name in acted_on if name not in ended]


def _tell(run: Run, document: Mapping[str, Any], address: str, tools: Tools) -> None:
    """A notice for people and an event for programs; neither carries the whole list, both say where it is."""
    tools.notices.publish(subject(document), text(document, address))
    tools.events.put(RUN_FINISHED, run_finished(run, document, address))
