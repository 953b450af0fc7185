"""`steward history`: every operation on one cluster, and why runs left it alone, from the ledger."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from rich.text import Text

from cli import ledger_history
from cli.cluster_names import require_clusters
from cli.deployed_stack import DeployedStack
from cli.fleet.operation_document import operation_document
from cli.output import add_row, cell, console, new_table, print_json, print_line
from cli.runs.outcomes import outcome_text
from cli.runs.run_progress import step_label
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment
from steward.domain.run_decisions import RunDecision


def show_history(stack: DeployedStack, cluster: str, *, as_json: bool) -> None:
    """Print what runs did to the cluster, or why they did nothing, the newest first.

    Raises:
        CliError: Neither the ledger nor Redshift knows the cluster.
    """
    name = cluster.strip().lower()
    records = sorted(
        stack.operation_history.of_cluster(name),
        key=lambda each: ledger_history.identity(each)[1],
        reverse=True,
    )
    decisions = stack.decision_history.of_cluster(name)
    if not records and not decisions:
        require_clusters(stack, [name])
    operations = [{**operation_document(each), **_evidence(each)} for each in records]
    if as_json:
        documents = [each.document() for each in decisions]
        print_json({"cluster": name, "operations": operations, "decisions": documents})
        return
    if not operations and not decisions:
        print_line(console(), f"No run has worked on {name} yet, or decided about it.")
        return
    _print_table([*map(_operation_row, operations), *_decision_rows(decisions)])


def _print_table(rows: Iterable[Sequence[Any]]) -> None:
    table = new_table("began (UTC)", "workflow", "outcome", "took", "run", "reason", folding="reason")
    for row in sorted(rows, key=lambda row: str(row[0]), reverse=True):
        add_row(table, *row)
    console().print(table)


def _operation_row(each: dict[str, Any]) -> Sequence[Any]:
    return _when(each), each["workflow"], _outcome(each), _took(each), each["run"], _reason(each)


def _decision_rows(decisions: Iterable[RunDecision]) -> Iterable[Sequence[Any]]:
    """Decisions of one kind in a row are one row: the newest, and since when it has been so."""
    by_workflow = sorted(decisions, key=lambda each: each.workflow)
    for _, alike in groupby(by_workflow, key=lambda each: (each.workflow, each.outcome, each.code)):
        newest, *others = alike
        since = f" (also in runs since {others[-1].run_started_at[:10]})" if others else ""
        began = f"{parse_moment(newest.run_started_at):%Y-%m-%d %H:%M}"
        reason = f"{newest.reason}{since}"
        yield began, newest.workflow, outcome_text(newest.outcome), "", newest.run, reason


def _evidence(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "namespace_arn": record.get("namespace_arn") or None,
        "evidence": record.get("evidence") or {},
        "timeline": record.get("timeline") or [],
    }


def _when(each: dict[str, Any]) -> str:
    return f"{parse_moment(each['began_at'] or each['run_started_at']):%Y-%m-%d %H:%M}"


def _outcome(each: dict[str, Any]) -> Text:
    return outcome_text(each["outcome"]) if each["outcome"] else cell(step_label(each["step"]), "cyan")


def _took(each: dict[str, Any]) -> str:
    return humanize(each["seconds"]) if each["seconds"] is not None else ""


def _reason(each: dict[str, Any]) -> str:
    note = f" ({each['note']})" if each["note"] else ""
    return f"{each['reason'] or ''}{note}"
