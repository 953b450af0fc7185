"""`steward runs`: the latest executions of all state machines."""

from collections import Counter
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.output import add_row, cell, console, new_table, print_json, print_line
from cli.parallel import map_in_parallel
from cli.runs.executions import Execution, recent_executions
from cli.runs.run_progress import RUNNING, RunProgress, read_run_document
from steward.domain.durations import humanize

COLORS = {"RUNNING": "cyan", "SUCCEEDED": "green", "FAILED": "red", "TIMED_OUT": "red", "ABORTED": "yellow"}


def list_runs(stack: DeployedStack, workflow: str | None, limit: int, *, as_json: bool) -> None:
    """Print the latest ``limit`` runs, of all workflows unless one is named."""
    executions = recent_executions(stack, workflow, limit)
    documents = map_in_parallel(lambda each: _run_document(stack, each), executions)
    if as_json:
        print_json({"environment": stack.environment, "runs": documents})
        return
    if not documents:
        print_line(console(), "No runs yet. The schedule starts one, or: steward run WORKFLOW")
        return
    rows = new_table("run", "workflow", "started (UTC)", "took", "status", "headline", folding="headline")
    for document, each in zip(documents, executions, strict=True):
        took = humanize(((each.ended_at or stack.now()) - each.started_at).total_seconds())
        started = f"{each.started_at:%Y-%m-%d %H:%M}"
        status = cell(each.status.lower().replace("_", " "), COLORS.get(each.status, ""))
        add_row(rows, each.name, each.workflow, started, took, status, document["headline"])
    console().print(rows)


def _run_document(stack: DeployedStack, each: Execution) -> dict[str, Any]:
    summarize = _summarize_running if each.status == RUNNING else _summarize_ended
    headline, outcomes = summarize(stack, each)
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


def _summarize_ended(stack: DeployedStack, each: Execution) -> tuple[str, Counter[str]]:
    report = read_run_document(stack, each.run.report_key)
    if report is None:
        return "ended without a report", Counter()
    return str(report["headline"]), Counter(line["outcome"] for line in report["clusters"])


def _summarize_running(stack: DeployedStack, each: Execution) -> tuple[str, Counter[str]]:
    rows = RunProgress(stack, each.arn).rows()
    acted_on = [row for row in rows if row.wave]
    done = sum(bool(row.outcome) for row in acted_on)
    headline = f"{done} of {len(acted_on)} clusters done" if rows else "planning"
    return headline, Counter(row.outcome or "under_way" for row in rows)
