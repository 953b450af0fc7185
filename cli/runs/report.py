"""`steward report`: a run's report on the terminal, as a page, or as JSON."""

import tempfile
import webbrowser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.output import add_row, cell, console, new_table, print_json, print_line, print_note
from cli.runs.executions import resolve_run
from cli.runs.outcomes import outcome_text
from cli.runs.run_progress import RUNNING, read_run_document
from steward.domain.operation import NEEDS_ATTENTION
from steward.domain.run import Run
from steward.domain.workflows import WORKFLOWS

SUCCEEDED = {"done", "planned"}
"""Status of the report of a run that was neither refused nor stopped."""


def show_report(
    stack: DeployedStack, run: Run, *, as_json: bool, html: Path | None, open_it: bool
) -> ExitCode:
    """Write or open the page if asked to, else print the report; the exit code reflects the outcome."""
    report = read_report(stack, run)
    if html or open_it:
        page = html or Path(tempfile.mkdtemp(prefix="steward-")) / f"{run.name}.html"
        page.write_bytes(_read_page(stack, run))
        print_note(f"Report written to {page}")
        if open_it:
            webbrowser.open(page.resolve().as_uri())
    if as_json:
        print_json(report)
    elif not html and not open_it:
        print_report(report, stack.documents.address(run.report_key))
    return exit_code_of(report)


def exit_code_of(report: Mapping[str, Any]) -> ExitCode:
    """`ExitCode.ATTENTION` when the run was refused or stopped, or a cluster needs attention."""
    unfinished = any(line["outcome"] in NEEDS_ATTENTION for line in report["clusters"])
    return ExitCode.OK if report["status"] in SUCCEEDED and not unfinished else ExitCode.ATTENTION


def print_report(report: Mapping[str, Any], address: str) -> None:
    """The clusters, those that need attention first, then the headline."""
    out = console()
    if report["clusters"]:
        rows = new_table("cluster", "outcome", "reason", folding="reason")
        for line in sorted(report["clusters"], key=lambda line: line["outcome"] not in NEEDS_ATTENTION):
            add_row(rows, line["cluster"], outcome_text(line["outcome"]), _reason(line))
        out.print(rows)
    print_line(out, report["headline"], "bold" if exit_code_of(report) is ExitCode.OK else "bold red")
    if report.get("retry"):
        print_line(out, f"To retry: {report['retry']}")
    out.print(cell(f"report: {address}", "bright_black"), soft_wrap=True)


def _reason(line: Mapping[str, Any]) -> str:
    return f"{line['reason']} ({line['note']})" if line.get("note") else str(line["reason"])


def find_run(stack: DeployedStack, name: str, workflow: str | None = None) -> Run:
    """The run that ``name`` denotes, also after Step Functions has deleted the execution.

    Raises:
        CliError: There is no such run.
    """
    try:
        return resolve_run(stack, name, workflow).run
    except CliError as error:
        archived = (
            _find_in_bucket(stack, name.rpartition(":")[2]) if error.code is ExitCode.NOT_FOUND else None
        )
        if archived is None:
            raise
        return archived


def read_report(stack: DeployedStack, run: Run) -> dict[str, Any]:
    """The run's report.json.

    Raises:
        CliError: It does not exist.
    """
    report = read_run_document(stack, run.report_key)
    if report is not None:
        return report
    status = resolve_run(stack, run.arn).status
    if status == RUNNING:
        raise CliError(
            f"{run.name} is still running and has no report yet; follow it with: steward watch {run.name}",
            ExitCode.NOT_FOUND,
        )
    raise CliError(
        f"{run.name} ended as {status} without a report; see the execution's history: {run.arn}",
        ExitCode.NOT_FOUND,
    )


def _read_page(stack: DeployedStack, run: Run) -> bytes:
    s3 = stack.client("s3")
    try:
        return bytes(s3.get_object(Bucket=stack.outputs["RunsBucket"], Key=run.page_key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        raise CliError(f"{run.name} has no HTML page, only report.json", ExitCode.NOT_FOUND) from None


def _find_in_bucket(stack: DeployedStack, name: str) -> Run | None:
    """A run by its objects in the bucket: ``runs/<workflow>/<date>/<name>/report.json``."""
    for workflow in WORKFLOWS:
        for key in _keys(stack, f"runs/{workflow}/"):
            if key.endswith(f"/{name}/report.json"):
                document = read_run_document(stack, key)
                if document is not None:
                    return Run(document["execution"], name, document["started_at"], workflow)
    return None


def _keys(stack: DeployedStack, prefix: str) -> Iterable[str]:
    pages = stack.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=stack.outputs["RunsBucket"], Prefix=prefix):
        yield from (each["Key"] for each in page.get("Contents", []))
