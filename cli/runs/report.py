"""A run's report: read, shown, opened in a browser."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.output import add, cell, console, emit, note, say, table
from cli.runs.executions import resolve
from cli.runs.progress_table import outcome_text
from cli.runs.run_progress import RUNNING, read_document
from steward.domain.operation import Outcome
from steward.domain.run import Run
from steward.domain.workflows import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cli.aws import Deployed

NOT_DONE = {Outcome.FAILED, Outcome.TIMED_OUT, Outcome.NOT_REACHED}
"""Outcomes after which somebody has something to do."""

WENT_WELL = {"done", "planned"}
"""Status of reports of runs that came to their end."""


def show(stack: Deployed, run: Run, *, as_json: bool, html: Path | None, open_it: bool) -> Exit:
    """`steward report`."""
    report = written(stack, run)
    if html or open_it:
        page = html or Path(tempfile.mkdtemp(prefix="steward-")) / f"{run.name}.html"
        page.write_bytes(_page(stack, run))
        note(f"the report is in {page}")
        if open_it:
            webbrowser.open(page.resolve().as_uri())
    if as_json:
        emit(report)
    elif not html and not open_it:
        tell(report, stack.documents.address(run.report_key))
    return verdict(report)


def verdict(report: Mapping[str, Any]) -> Exit:
    """What a report says to a shell script."""
    left = any(line["outcome"] in NOT_DONE for line in report["clusters"])
    return Exit.OK if report["status"] in WENT_WELL and not left else Exit.ATTENTION


def tell(report: Mapping[str, Any], address: str) -> None:
    """The report on the terminal."""
    out = console()
    if report["clusters"]:
        made = table("cluster", "outcome", "why", folding="why")
        for line in sorted(report["clusters"], key=lambda line: line["outcome"] not in NOT_DONE):
            add(made, line["cluster"], outcome_text(line["outcome"]), _why(line))
        out.print(made)
    say(out, report["headline"], "bold" if verdict(report) is Exit.OK else "bold red")
    out.print(cell(f"report: {address}", "bright_black"), soft_wrap=True)


def _why(line: Mapping[str, Any]) -> str:
    return f"{line['reason']} ({line['note']})" if line.get("note") else str(line["reason"])


def find(stack: Deployed, name: str, workflow: str | None = None) -> Run:
    """The run that ``name`` means; its documents outlive what Step Functions remembers.

    Raises:
        Trouble: There is no such run.
    """
    try:
        return resolve(stack, name, workflow).run
    except Trouble as trouble:
        kept = _kept(stack, name.rpartition(":")[2]) if trouble.code is Exit.NOT_FOUND else None
        if kept is None:
            raise
        return kept


def written(stack: Deployed, run: Run) -> dict[str, Any]:
    """The run's report.

    Raises:
        Trouble: It has not been written.
    """
    report = read_document(stack, run.report_key)
    if report is not None:
        return report
    status = resolve(stack, run.arn).status
    if status == RUNNING:
        raise Trouble(
            f"{run.name} still runs and has no report yet; `steward watch {run.name}` shows it",
            Exit.NOT_FOUND,
        )
    raise Trouble(
        f"{run.name} ended as {status} without a report; its execution's history says why: {run.arn}",
        Exit.NOT_FOUND,
    )


def _page(stack: Deployed, run: Run) -> bytes:
    s3 = stack.client("s3")
    try:
        return bytes(s3.get_object(Bucket=stack.outputs["RunsBucket"], Key=run.page_key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        raise Trouble(f"{run.name} has no page, only the report itself", Exit.NOT_FOUND) from None


def _kept(stack: Deployed, name: str) -> Run | None:
    """A run by what is in the bucket: ``runs/<workflow>/<date>/<name>/report.json``."""
    for workflow in WORKFLOWS:
        for key in _keys(stack, f"runs/{workflow}/"):
            if key.endswith(f"/{name}/report.json"):
                document = read_document(stack, key)
                if document is not None:
                    return Run(document["execution"], name, document["started_at"], workflow)
    return None


def _keys(stack: Deployed, prefix: str) -> Iterable[str]:
    pages = stack.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=stack.outputs["RunsBucket"], Prefix=prefix):
        yield from (each["Key"] for each in page.get("Contents", []))
