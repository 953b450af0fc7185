"""A running workflow on the terminal: a live view, or a line per change where stdout is no terminal."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table

from cli.deployed_stack import DeployedStack
from cli.ledger_history import last_durations
from cli.output import cell, print_line
from cli.runs.progress_table import progress_table
from cli.runs.run_progress import ClusterProgress, RunProgress
from cli.runs.time_left import remaining_seconds
from steward.domain.durations import humanize

HEADER_LINES = 5
"""Lines above the table of clusters: title, bar, counts by step, counts of the others."""

DEFAULT_CONCURRENCY = 5
"""``max_concurrent`` where the deployed policy has none."""


class LiveView:
    """Title, bar, counts by step, and the clusters that the run acts on."""

    def __init__(self, stack: DeployedStack, run: RunProgress) -> None:
        self._stack = stack
        self._run = run
        self._past: dict[str, float] | None = None
        self._concurrency = int(stack.settings(run.run.workflow).get("max_concurrent") or DEFAULT_CONCURRENCY)

    def render(self, rows: Sequence[ClusterProgress], title: str, height: int) -> RenderableType:
        """The rows in at most ``height`` lines."""
        if not rows:
            return cell(f"{title}: planning …")
        acted_on = [row for row in rows if row.wave]
        if self._past is None:
            names = [row.cluster for row in acted_on]
            self._past = last_durations(self._stack, self._run.run.workflow, names)
        now = self._stack.now()
        left = remaining_seconds(rows, self._past, now, self._concurrency)
        return Group(
            cell(title, "bold"),
            _bar(sum(bool(row.outcome) for row in acted_on), len(acted_on), left),
            cell(_counts(acted_on), "cyan"),
            cell(_not_acted_on(rows), "bright_black"),
            progress_table(acted_on, now, "", height - HEADER_LINES),
        )


class ChangeLog:
    """Prints a line for each change of a cluster that the run acts on; the others are counted once."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._printed: dict[str, ClusterProgress] = {}
        self._counted = False

    def print_changes(self, rows: Sequence[ClusterProgress], when: str) -> None:
        """Print what differs from the rows of the last call; ``when`` begins each line."""
        if rows and not self._counted:
            self._counted = True
            print_line(self._out, f"{when}  {_not_acted_on(rows)}")
        for row in rows:
            if row.wave and row != self._printed.get(row.cluster):
                self._printed[row.cluster] = row
                print_line(self._out, f"{when}  {row.cluster}: {_state(row)}")


def _bar(done: int, total: int, seconds: float | None) -> Table:
    grid = Table.grid(padding=(0, 1))
    left = "time remaining unknown" if seconds is None else f"about {humanize(seconds)} left"
    grid.add_row(ProgressBar(max(total, 1), done, width=30), cell(f"{done} of {total} clusters, {left}"))
    return grid


def _state(row: ClusterProgress) -> str:
    return row.outcome.replace("_", " ") or row.step


def _counts(rows: Sequence[ClusterProgress]) -> str:
    """How many clusters are in each step or have each outcome, the most frequent first."""
    return " · ".join(f"{count} {state}" for state, count in Counter(map(_state, rows)).most_common())


def _not_acted_on(rows: Sequence[ClusterProgress]) -> str:
    others = [row for row in rows if not row.wave]
    acted_on = f"acting on {len(rows) - len(others)} of {len(rows)} clusters"
    return f"{acted_on}; not on {_counts(others)}" if others else acted_on
