"""`steward watch`: a run on the terminal while it goes, from any number of terminals at once."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from cli.ledger_history import past_seconds
from cli.output import cell, console, emit, note, say
from cli.runs import start
from cli.runs.progress_table import progress_table
from cli.runs.report import tell, verdict, written
from cli.runs.run_progress import RUNNING, WatchedRun
from cli.runs.time_left import seconds_left
from steward.domain.durations import humanize

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console, RenderableType

    from cli.aws import Deployed
    from cli.exit_codes import Exit
    from cli.runs.run_progress import Row

ABOVE = 4
"""Lines above the table of clusters."""

USUAL_WIDTH = 5
"""How many clusters are worked on at once where the deployed policy does not say."""


def watch(stack: Deployed, arn: str, *, as_json: bool = False) -> Exit:
    """Show a run until it ends; the exit code says how it ended."""
    run = WatchedRun(stack, arn)
    try:
        _follow(stack, run, quiet=as_json)
    except KeyboardInterrupt:
        note(f"{run.run.name} goes on; come back to it: steward watch {run.run.name}")
        raise
    report = written(stack, run.run)
    if as_json:
        emit(report)
    else:
        tell(report, run.report_address())
    return verdict(report)


def _follow(stack: Deployed, run: WatchedRun, *, quiet: bool) -> None:
    """Look again and again until the run has ended."""
    out = console()
    view = _View(stack, run)
    if quiet or not out.is_terminal:
        seen: dict[str, Row] = {}
        while run.status() == RUNNING:
            if not quiet:
                _say_changes(out, run.rows(), seen, stack.now())
            time.sleep(start.LOOK_EVERY)
        return
    with Live(console=out, refresh_per_second=4, transient=True) as live:
        while run.status() == RUNNING:
            live.update(view.now(out.height))
            time.sleep(start.LOOK_EVERY)


def _say_changes(out: Console, rows: list[Row], seen: dict[str, Row], now: datetime) -> None:
    for row in rows:
        if row != seen.get(row.cluster) and (row.wave or row.cluster not in seen):
            told = row.outcome.replace("_", " ") or row.step
            say(out, f"{now:%Y-%m-%d %H:%M:%SZ}  {row.cluster}: {told}")
            seen[row.cluster] = row


class _View:
    """What the terminal shows of a run."""

    def __init__(self, stack: Deployed, run: WatchedRun) -> None:
        self._stack = stack
        self._run = run
        self._past: dict[str, float] | None = None
        self._at_once = int(stack.settings(run.run.workflow).get("max_concurrent") or USUAL_WIDTH)

    def now(self, height: int) -> RenderableType:
        """The run as it is now, in ``height`` lines."""
        rows, title = self._run.rows(), f"{self._run.run.workflow}, run {self._run.run.name}"
        if not rows:
            return cell(f"{title}: making the plan …")
        acting = [row for row in rows if row.wave]
        if self._past is None:
            self._past = past_seconds(self._stack, self._run.run.workflow, [row.cluster for row in acting])
        now = self._stack.now()
        left = seconds_left(rows, self._past, now, self._at_once)
        return Group(
            cell(title, "bold"),
            _bar(sum(bool(row.outcome) for row in acting), len(acting), left),
            cell(_by_step(acting), "cyan"),
            progress_table(acting, now, "", height - ABOVE),
        )


def _bar(done: int, whole: int, left: float | None) -> Table:
    grid = Table.grid(padding=(0, 1))
    told = "no telling how long" if left is None else f"about {humanize(left)} left"
    grid.add_row(ProgressBar(max(whole, 1), done, width=40), cell(f"{done} of {whole} clusters, {told}"))
    return grid


def _by_step(rows: list[Row]) -> str:
    """How many clusters are at each step or have ended in each way."""
    counts: Counter[Any] = Counter(row.outcome.replace("_", " ") or row.step for row in rows)
    return " · ".join(f"{count} {step}" for step, count in counts.most_common())
