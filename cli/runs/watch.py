"""`steward watch`: a run's progress on the terminal until it ends."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from cli.ledger_history import last_durations
from cli.output import cell, console, print_json, print_line, print_note
from cli.runs import start
from cli.runs.progress_table import progress_table
from cli.runs.report import exit_code_of, print_report, read_report
from cli.runs.run_progress import RUNNING, RunProgress
from cli.runs.time_left import remaining_seconds
from steward.domain.durations import humanize

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console, RenderableType

    from cli.deployed_stack import DeployedStack
    from cli.exit_codes import ExitCode
    from cli.runs.run_progress import ClusterProgress

HEADER_LINES = 4
"""Lines above the table of clusters: title, bar, counts."""

DEFAULT_CONCURRENCY = 5
"""``max_concurrent`` where the deployed policy has none."""


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
    """Poll until the run has ended: a live view on a terminal, a line per change in a pipe."""
    out = console()
    view = _View(stack, run)
    if quiet or not out.is_terminal:
        printed: dict[str, ClusterProgress] = {}
        while run.status() == RUNNING:
            if not quiet:
                _print_changes(out, run.rows(), printed, stack.now())
            time.sleep(start.POLL_SECONDS)
        return
    with Live(console=out, refresh_per_second=4, transient=True) as live:
        while run.status() == RUNNING:
            live.update(view.now(out.height))
            time.sleep(start.POLL_SECONDS)


def _print_changes(
    out: Console, rows: list[ClusterProgress], printed: dict[str, ClusterProgress], now: datetime
) -> None:
    for row in rows:
        if row != printed.get(row.cluster) and (row.wave or row.cluster not in printed):
            state = row.outcome.replace("_", " ") or row.step
            print_line(out, f"{now:%Y-%m-%d %H:%M:%SZ}  {row.cluster}: {state}")
            printed[row.cluster] = row


class _View:
    """The live view of a run."""

    def __init__(self, stack: DeployedStack, run: RunProgress) -> None:
        self._stack = stack
        self._run = run
        self._past: dict[str, float] | None = None
        self._concurrency = int(stack.settings(run.run.workflow).get("max_concurrent") or DEFAULT_CONCURRENCY)

    def now(self, height: int) -> RenderableType:
        """The current state in at most ``height`` lines."""
        rows, title = self._run.rows(), f"{self._run.run.workflow}, run {self._run.run.name}"
        if not rows:
            return cell(f"{title}: planning …")
        acted_on = [row for row in rows if row.wave]
        if self._past is None:
            self._past = last_durations(
                self._stack, self._run.run.workflow, [row.cluster for row in acted_on]
            )
        now = self._stack.now()
        left = remaining_seconds(rows, self._past, now, self._concurrency)
        return Group(
            cell(title, "bold"),
            _bar(sum(bool(row.outcome) for row in acted_on), len(acted_on), left),
            cell(_by_step(acted_on), "cyan"),
            progress_table(acted_on, now, "", height - HEADER_LINES),
        )


def _bar(done: int, total: int, seconds: float | None) -> Table:
    grid = Table.grid(padding=(0, 1))
    left = "time remaining unknown" if seconds is None else f"about {humanize(seconds)} left"
    grid.add_row(ProgressBar(max(total, 1), done, width=40), cell(f"{done} of {total} clusters, {left}"))
    return grid


def _by_step(rows: list[ClusterProgress]) -> str:
    """How many clusters are in each step or have each outcome, the most frequent first."""
    counts: Counter[Any] = Counter(row.outcome.replace("_", " ") or row.step for row in rows)
    return " · ".join(f"{count} {step}" for step, count in counts.most_common())
