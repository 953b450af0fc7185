"""`steward watch`: a run's progress on the terminal until it ends."""

import time

from rich.live import Live

from cli.deployed_stack import DeployedStack
from cli.exit_codes import ExitCode
from cli.output import console, print_json, print_note
from cli.runs import start
from cli.runs.progress_view import ChangeLog, LiveView
from cli.runs.report import exit_code_of, print_report, read_report
from cli.runs.run_progress import RUNNING, RunProgress


def watch_run(stack: DeployedStack, arn: str, *, as_json: bool = False) -> ExitCode:
    """Show progress until the run ends, then its report; Ctrl-C stops the watching, not the run."""
    run = RunProgress(stack, arn)
    try:
        _follow(stack, run, quiet=as_json)
    except KeyboardInterrupt:
        print_note(start.REATTACH.format(run.run.name))
        raise
    report = read_report(stack, run.run)
    if as_json:
        print_json(report)
    else:
        print_report(report, run.report_address())
    return exit_code_of(report)


def _follow(stack: DeployedStack, run: RunProgress, *, quiet: bool) -> None:
    out = console()
    if quiet:
        while run.status() == RUNNING:
            time.sleep(start.POLL_SECONDS)
    elif out.is_terminal:
        view, title = LiveView(stack, run), f"{run.run.workflow}, run {run.run.name}"
        with Live(console=out, refresh_per_second=4, transient=True) as live:
            while run.status() == RUNNING:
                live.update(view.render(run.rows(), title, out.height))
                time.sleep(start.POLL_SECONDS)
    else:
        changes = ChangeLog(out)
        while run.status() == RUNNING:
            changes.print_changes(run.rows(), f"{stack.now():%Y-%m-%d %H:%M:%SZ}")
            time.sleep(start.POLL_SECONDS)
