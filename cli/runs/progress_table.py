"""Runs on the terminal, with rich: colours where there is a terminal, plain text where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from cli.output import cell
from cli.runs.run_progress import elapsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cli.runs.run_progress import Row

COLOURS = {
    "rotated": "green",
    "synced": "green",
    "in_sync": "green",
    "drifted": "yellow",
    "deleted": "green",
    "would_rotate": "green",
    "would_sync": "green",
    "would_delete": "green",
    "skipped": "bright_black",
    "refused": "yellow",
    "rejected": "yellow",
    "expired": "yellow",
    "still_wanted": "magenta",
    "cancelled": "yellow",
    "gone": "magenta",
    "failed": "red",
    "timed_out": "red",
    "not_reached": "yellow",
}
"""Of each outcome."""

HEADING = 5
"""Lines of the table that are no rows."""


def outcome_text(outcome: str) -> Text:
    """An outcome in words and in its colour."""
    return Text(outcome.replace("_", " "), style=COLOURS.get(outcome, ""))


def progress_table(rows: Sequence[Row], now: datetime, title: str, height: int = 100) -> Table:
    """The clusters of a run under way; where ``height`` lines do not hold all, those at work go first.

    Names and reasons come from outside: they are text, never markup.
    """
    whole = len(rows)
    if whole + HEADING > height:
        at_work_first = sorted(rows, key=lambda row: (bool(row.outcome), row.since is None))
        rows = at_work_first[: max(height - HEADING - 1, 1)]
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("cluster", no_wrap=True)
    table.add_column("step", no_wrap=True, min_width=34)
    table.add_column("for", justify="right", no_wrap=True, min_width=11)
    table.add_column("outcome", no_wrap=True, min_width=9)
    for row in rows:
        step = cell(row.step, "cyan" if row.since else "bright_black")
        table.add_row(cell(row.cluster), step, Text(elapsed(row, now)), outcome_text(row.outcome))
    if len(rows) < whole:
        table.add_row(Text(f"and {whole - len(rows)} more", style="bright_black"))
    return table


def outcome_table(lines: Iterable[tuple[str, str, str, str]]) -> Table:
    """One entry a cluster: its name and outcome, and what its situation was above why it ended so."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("cluster", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("situation, and why it ended so", overflow="fold")
    for cluster, situation, outcome, reason in lines:
        told = Text(f"{situation}\n", style="italic") if situation else Text()
        table.add_row(Text(cluster), outcome_text(outcome), told + Text(reason, style="default not italic"))
    return table
