"""`steward history`: every operation on one cluster, from the ledger."""

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


def show_history(stack: DeployedStack, cluster: str, *, as_json: bool) -> None:
    """Print the cluster's operations, the newest first.

    Raises:
        CliError: Neither the ledger nor Redshift knows the cluster.
    """
    name = cluster.strip().lower()
    records = sorted(
        stack.operation_history.of_cluster(name),
        key=lambda each: ledger_history.identity(each)[1],
        reverse=True,
    )
    if not records:
        require_clusters(stack, [name])
    operations = [{**operation_document(each), **_evidence(each)} for each in records]
    if as_json:
        print_json({"cluster": name, "operations": operations})
        return
    if not operations:
        print_line(console(), f"No operations on {name} yet.")
        return
    rows = new_table("began (UTC)", "workflow", "outcome", "took", "run", "reason", folding="reason")
    for each in operations:
        add_row(rows, _when(each), each["workflow"], _outcome(each), _took(each), each["run"], _reason(each))
    console().print(rows)


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
