"""Runs: plan, run, watch, runs, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, Clusters, OfWorkflow, RunName, Target, WorkflowName, on_aws

PANEL = "Runs"


@app.command(rich_help_panel=PANEL)
@on_aws
def plan(
    target: Target, workflow: WorkflowName, cluster: Clusters = None, *, as_json: AsJson = False
) -> None:
    """Show what a run would do now to which cluster, and why; nothing is touched.

    Starts a dry run of the deployed state machine, so the answer is the one that the schedule would get.
    """
    from cli.aws import connect
    from cli.runs import start

    raise typer.Exit(start.plan(connect(target), workflow, cluster or [], as_json=as_json))


@app.command(rich_help_panel=PANEL)
@on_aws
def run(
    target: Target,
    workflow: WorkflowName,
    cluster: Clusters = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan and report only.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also clusters that are not due (needs --cluster).")
    ] = False,
    ignore_window: Annotated[
        bool, typer.Option("--ignore-window", help="Although the change window is closed (needs --cluster).")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay and watch it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a run, as the schedule does.

    With --watch, --json writes the report at the end; without it, what was started.
    """
    from cli.aws import connect
    from cli.runs import start
    from cli.runs import watch as live

    stack = connect(target)
    wishes = {"dry_run": dry_run, "force": force, "ignore_window": ignore_window}
    arn = start.run(stack, workflow, wishes, cluster or [], as_json=as_json, watching=watch)
    if watch:
        raise typer.Exit(live.watch(stack, arn, as_json=as_json))


@app.command(rich_help_panel=PANEL)
@on_aws
def watch(target: Target, run: RunName, workflow: OfWorkflow = None, *, as_json: AsJson = False) -> None:
    """Watch a run until it ends; Ctrl-C leaves the run alone.

    With --json it waits and writes the report.
    """
    from cli.aws import connect
    from cli.runs import watch
    from cli.runs.executions import resolve

    stack = connect(target)
    raise typer.Exit(watch.watch(stack, resolve(stack, run, workflow).arn, as_json=as_json))


@app.command(rich_help_panel=PANEL)
@on_aws
def runs(
    target: Target,
    workflow: OfWorkflow = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=1000, help="How many.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List the latest runs: when, how they ended, how many clusters ended how."""
    from cli.aws import connect
    from cli.runs import list_runs

    list_runs.show(connect(target), workflow, most, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@on_aws
def report(
    target: Target,
    run: RunName,
    workflow: OfWorkflow = None,
    *,
    open_it: Annotated[bool, typer.Option("--open", help="Open its page in the browser.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write its page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a run's report: every selected cluster, how it ended and why."""
    from cli.aws import connect
    from cli.runs import report

    stack = connect(target)
    found = report.find(stack, run, workflow)
    raise typer.Exit(report.show(stack, found, as_json=as_json, html=html, open_it=open_it))
