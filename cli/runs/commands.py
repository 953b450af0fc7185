"""The commands `plan`, `run`, `watch`, `stop`, `retry`, `runs` and `report`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.options import AsJson, Clusters, OfWorkflow, RunName, Target, WorkflowName, Yes, with_target

PANEL = "Runs"


@app.command(rich_help_panel=PANEL)
@with_target
def plan(
    target: Target, workflow: WorkflowName, cluster: Clusters = None, *, as_json: AsJson = False
) -> None:
    """Show what a run would do to each cluster now, and why; no cluster is changed.

    Starts a dry run of the deployed state machine, so the answer is the one that the schedule would get.
    """
    from cli.deployed_stack import connect
    from cli.runs.start import plan_run

    raise typer.Exit(plan_run(connect(target), workflow, cluster or [], as_json=as_json))


@app.command(rich_help_panel=PANEL)
@with_target
def run(
    target: Target,
    workflow: WorkflowName,
    cluster: Clusters = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan and report only.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Include clusters that are not due (needs --cluster).")
    ] = False,
    ignore_window: Annotated[
        bool, typer.Option("--ignore-window", help="Run outside the change window (needs --cluster).")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Watch the run until it ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a run, as the schedule does.

    With --watch, --json writes the report at the end; otherwise it writes what was started.
    """
    from cli.deployed_stack import connect
    from cli.runs.start import start_run
    from cli.runs.watch import watch_run

    stack = connect(target)
    overrides = {"dry_run": dry_run, "force": force, "ignore_window": ignore_window}
    arn = start_run(stack, workflow, overrides, cluster or [], as_json=as_json, watching=watch)
    if watch:
        raise typer.Exit(watch_run(stack, arn, as_json=as_json))


@app.command(rich_help_panel=PANEL)
@with_target
def watch(target: Target, run: RunName, workflow: OfWorkflow = None, *, as_json: AsJson = False) -> None:
    """Watch a run until it ends; Ctrl-C stops the watching, not the run.

    With --json it waits and writes the report.
    """
    from cli.deployed_stack import connect
    from cli.runs.executions import resolve_run
    from cli.runs.watch import watch_run

    stack = connect(target)
    raise typer.Exit(watch_run(stack, resolve_run(stack, run, workflow).arn, as_json=as_json))


@app.command(rich_help_panel=PANEL)
@with_target
def stop(
    target: Target, run: RunName, workflow: OfWorkflow = None, *, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Stop a run: nothing new is begun; what was begun is finished or put back, by a recovery run.

    Shows first what becomes of each cluster.
    """
    from cli.deployed_stack import connect
    from cli.runs.executions import resolve_run
    from cli.runs.stop import stop_run

    stack = connect(target)
    stop_run(stack, resolve_run(stack, run, workflow), yes=yes, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def retry(
    target: Target, run: RunName, workflow: OfWorkflow = None, *, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Start a new run for the clusters of a run that failed, timed out, were not reached, or were stopped.

    Deletions are requested anew, as by `steward request`; only these ask for confirmation.
    """
    from cli.deployed_stack import connect
    from cli.runs.report import find_run
    from cli.runs.retry import retry_run

    stack = connect(target)
    retry_run(stack, find_run(stack, run, workflow), yes=yes, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def runs(
    target: Target,
    workflow: OfWorkflow = None,
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=1000, help="How many runs.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List the latest runs: start, status, and how many clusters had each outcome."""
    from cli.deployed_stack import connect
    from cli.runs.list_runs import list_runs

    list_runs(connect(target), workflow, most, as_json=as_json)


@app.command(rich_help_panel=PANEL)
@with_target
def report(
    target: Target,
    run: RunName,
    workflow: OfWorkflow = None,
    *,
    open_it: Annotated[bool, typer.Option("--open", help="Open the HTML page in the browser.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write the HTML page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a run's report: every selected cluster, its outcome and the reason."""
    from cli.deployed_stack import connect
    from cli.runs.report import find_run, show_report

    stack = connect(target)
    found = find_run(stack, run, workflow)
    raise typer.Exit(show_report(stack, found, as_json=as_json, html=html, open_it=open_it))
