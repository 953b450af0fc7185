"""Expected situation and actual outcome of each cluster, as a table."""

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from cli.runs.outcomes import outcome_text


def outcome_table(lines: Iterable[tuple[str, str, str, str]]) -> Table:
    """A row per (cluster, situation, outcome, reason); all four are printed as text, never as markup."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("cluster", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("situation and reason", overflow="fold")
    for cluster, situation, outcome, reason in lines:
        heading = Text(f"{situation}\n", style="italic") if situation else Text()
        table.add_row(
            Text(cluster), outcome_text(outcome), heading + Text(reason, style="default not italic")
        )
    return table
