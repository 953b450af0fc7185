"""Report: whatever happened, say of every selected cluster what became of it and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.documents import Documents
from steward.adapters.ledger import Claims, Operations
from steward.adapters.notices import Events, Notices
from steward.domain.failure import sentence_of
from steward.domain.moments import parse_moment
from steward.domain.operation import WOULD
from steward.domain.report import (
    DONE,
    PLANNED,
    REFUSED,
    STOPPED,
    cluster_line,
    headline,
    run_seconds,
)
from steward.domain.run import run_from_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from steward.domain.operation import Operation


FINISHED = "Steward Run Finished"
"""``detail-type`` of the event that a run has ended."""

LISTED = 50
"""Troubled clusters that a notice lists: a person reads no more, and SNS takes no more than 256 KiB."""

NO_PLAN: dict[str, Any] = {"clusters": [], "dry_run": False, "not_selected": 0}


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    documents: Documents
    operations: Operations
    claims: Claims
    notices: Notices
    events: Events


def report(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write report.json, tell people and programs; ``status`` is one of `steward.domain.report`'s four."""
    run, error = run_from_event(event), event.get("error") or {}
    plan = tools.documents.read(run.plan_key) if event["planned"] else NO_PLAN
    operations = tools.operations.of_run(run, [verdict["cluster"] for verdict in plan["clusters"]])
    would = WOULD[run.workflow] if plan["dry_run"] else None
    lines = [
        cluster_line(verdict, operations.get(verdict["cluster"]), would=would) for verdict in plan["clusters"]
    ]
    for name in unfinished(lines, operations):
        tools.claims.release(name, run)
    status = _status(error, dry_run=plan["dry_run"])
    cause = sentence_of(error) if error else ""
    document = {
        "workflow": run.workflow,
        "run": run.name,
        "execution": run.arn,
        "input": event["input"],
        "status": status,
        "headline": headline(lines, status, cause),
        "started_at": run.started_at,
        "ended_at": event["now"],
        "seconds": run_seconds(run.started_at, parse_moment(event["now"])),
        "not_selected": plan["not_selected"],
        "clusters": lines,
    }
    tools.documents.write(run.report_key, document)
    address = tools.documents.address(run.report_key)
    _tell(document, address, tools)
    return {
        "status": status,
        "headline": document["headline"],
        "report": address,
        "error": error.get("Error", ""),
        "cause": cause,
    }


def unfinished(lines: Iterable[Mapping[str, Any]], operations: Mapping[str, Operation]) -> list[str]:
    """Clusters whose child execution did not get to its end, and so could not give its claim back.

    Step Functions stops the children that are under way when too many others have failed.
    """
    ended = {name for name, operation in operations.items() if operation.step == "ended"}
    acted_on = (line["cluster"] for line in lines if line["wave"] and line["outcome"] not in WOULD.values())
    return [name for name in acted_on if name not in ended]


def _status(error: Mapping[str, Any], *, dry_run: bool) -> str:
    if error.get("Error") == "BadInput":
        return REFUSED
    if error:
        return STOPPED
    return PLANNED if dry_run else DONE


def _tell(document: Mapping[str, Any], address: str, tools: Tools) -> None:
    """A notice for people and an event for programs; neither carries the whole list, both say where it is."""
    subject = f"{document['workflow']} {document['status']}: {document['headline']}"
    troubled = [
        f"- {line['cluster']}: {line['outcome']}, {line['reason']}"
        for line in document["clusters"]
        if line["outcome"] in {"failed", "timed_out", "not_reached"}
    ]
    if len(troubled) > LISTED:
        troubled[LISTED:] = [f"- and {len(troubled) - LISTED} more, all of them in the report"]
    text = "\n".join([document["headline"], "", *troubled, "", f"Report: {address}", document["execution"]])
    tools.notices.publish(subject, text)
    kept = ("workflow", "run", "execution", "status", "headline", "started_at", "ended_at")
    tools.events.put(FINISHED, {"version": 1, "report": address} | {key: document[key] for key in kept})
