"""`steward runs`: the latest executions of all state machines, and how they ended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cli.output import add, cell, console, emit, say, table
from cli.runs.executions import recent, side_by_side
from cli.runs.run_progress import RUNNING, WatchedRun, read_document
from steward.domain.durations import humanize

if TYPE_CHECKING:
    from cli.aws import Deployed
    from cli.runs.executions import Execution

COLOURS = {"RUNNING": "cyan", "SUCCEEDED": "green", "FAILED": "red", "TIMED_OUT": "red", "ABORTED": "yellow"}
"""Of each status of an execution."""


def show(stack: Deployed, workflow: str | None, most: int, *, as_json: bool) -> None:
    """List them."""
    executions = recent(stack, workflow, most)
    lines = side_by_side(lambda each: _line(stack, each), executions)
    if as_json:
        emit({"environment": stack.environment, "runs": lines})
        return
    if not lines:
        say(console(), "there has been no run yet; the schedule starts one, or `steward run`")
        return
    made = table("run", "workflow", "began (UTC)", "took", "status", "headline", folding="headline")
    for line, each in zip(lines, executions, strict=True):
        took = humanize(((each.ended_at or stack.now()) - each.started_at).total_seconds())
        began = f"{each.started_at:%Y-%m-%d %H:%M}"
        status = cell(each.status.lower().replace("_", " "), COLOURS.get(each.status, ""))
        add(made, each.name, each.workflow, began, took, status, line["headline"])
    console().print(made)


def _line(stack: Deployed, each: Execution) -> dict[str, Any]:
    """One run as ``--json`` has it."""
    headline, outcomes = _under_way(stack, each) if each.status == RUNNING else _ended(stack, each)
    return {
        "run": each.name,
        "workflow": each.workflow,
        "execution": each.arn,
        "status": each.status,
        "started_at": each.started_at,
        "ended_at": each.ended_at,
        "headline": headline,
        "outcomes": dict(outcomes),
    }


def _ended(stack: Deployed, each: Execution) -> tuple[str, Counter[str]]:
    report = read_document(stack, each.run.report_key)
    if report is None:
        return "ended without a report", Counter()
    return str(report["headline"]), Counter(line["outcome"] for line in report["clusters"])


def _under_way(stack: Deployed, each: Execution) -> tuple[str, Counter[str]]:
    rows = WatchedRun(stack, each.arn).rows()
    acting = [row for row in rows if row.wave]
    done = sum(bool(row.outcome) for row in acting)
    said = f"{done} of {len(acting)} clusters are done" if rows else "making its plan"
    return said, Counter(row.outcome or "under_way" for row in rows)
