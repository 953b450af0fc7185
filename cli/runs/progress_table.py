"""The clusters of a running workflow as a table."""

from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.table import Table
from rich.text import Text

from cli.output import cell
from cli.runs.outcomes import outcome_text
from cli.runs.run_progress import ClusterProgress, duration_text

FRAME_LINES = 5
"""Lines of the table besides its rows."""


def progress_table(rows: Sequence[ClusterProgress], now: datetime, title: str, height: int = 100) -> Table:
    """A row per cluster; where ``height`` lines are too few, running clusters come first.

    Names and reasons are untrusted: they are printed as text, never as markup.
    """
    total = len(rows)
    if total + FRAME_LINES > height:
        running_first = sorted(rows, key=lambda row: (bool(row.outcome), row.since is None))
        rows = running_first[: max(height - FRAME_LINES - 1, 1)]
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("cluster", no_wrap=True)
    table.add_column("step", no_wrap=True, min_width=27)
    table.add_column("for", justify="right", no_wrap=True, min_width=11)
    table.add_column("outcome", no_wrap=True, min_width=9)
    for row in rows:
        step = cell(row.step, "cyan" if row.since else "bright_black")
        table.add_row(cell(row.cluster), step, Text(duration_text(row, now)), outcome_text(row.outcome))
    if len(rows) < total:
        table.add_row(Text(f"and {total - len(rows)} more", style="bright_black"))
    return table
