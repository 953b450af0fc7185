"""Expected situation and actual outcome of each cluster, as a table."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.runs.outcomes import outcome_text

Line = tuple[str, str, str, str]
"""Cluster, situation, outcome and reason."""

HEADINGS = ("cluster", "outcome")
GAPS = 8
"""What the table's three columns leave between them and at its edges."""


def outcome_table(lines: Sequence[Line], width: int) -> Table:
    """A row per cluster; all four parts are printed as text, never as markup.

    Where the longest word does not fit beside cluster and outcome, situation and reason stand below them: no
    line is broken inside a word.

    Args:
        lines: What to show.
        width: Columns of the terminal.
    """
    names = _longest([HEADINGS[0], *(line[0] for line in lines)])
    outcomes = _longest([HEADINGS[1], *(line[2] for line in lines)])
    words = (word for line in lines for part in (line[1], line[3]) for word in part.split())
    narrow = width - names - outcomes - GAPS < _longest(words)
    table = Table(box=None if narrow else box.SIMPLE_HEAD, pad_edge=False, show_header=not narrow)
    if narrow:
        table.add_column(overflow="fold")
    else:
        for heading in HEADINGS:
            table.add_column(heading, no_wrap=True)
        table.add_column("situation and reason", overflow="fold")
    for cluster, situation, outcome, reason in lines:
        explanation = Text(f"{situation}\n" if situation else "", style="italic")
        explanation += Text(reason, style="default not italic")
        if narrow:
            head = Text.assemble(Text(cluster, style="bold"), "  ", outcome_text(outcome))
            table.add_row(Group(head, Padding(explanation, (0, 0, 0, 2))))
        else:
            table.add_row(Text(cluster), outcome_text(outcome), explanation)
    return table


def _longest(words: Iterable[str]) -> int:
    return max(map(len, words), default=0)
