"""Stdout: tables and sentences for people, or one JSON document for programs."""

import json
import os
import sys
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.text import clean
from steward.domain.moments import format_moment

UNLIMITED_WIDTH = 4000
"""Columns where stdout is no terminal, so that no line is wrapped in a pipe or a file."""


def console() -> Console:
    """Stdout, with colors on a terminal unless NO_COLOR is set."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else UNLIMITED_WIDTH
    return Console(highlight=False, width=width, soft_wrap=False)


def print_json(document: Any) -> None:
    """The document of ``--json``; ASCII only, so that no terminal interprets anything in it."""
    sys.stdout.write(json.dumps(document, indent=2, default=_to_json) + "\n")


def _to_json(value: Any) -> Any:
    """Moments and DynamoDB's Decimals."""
    if isinstance(value, datetime):
        return format_moment(value)
    return int(value) if value == int(value) else float(value)


def cell(value: object, style: str = "") -> Text:
    """Text without markup or control characters."""
    return value if isinstance(value, Text) else Text(clean(value), style=style)


def new_table(*columns: str, folding: str = "") -> Table:
    """An empty table; only the column ``folding`` wraps its text."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            column, no_wrap=column != folding, overflow="fold" if column == folding else "ellipsis"
        )
    return table


def add_row(table: Table, *values: object) -> None:
    """One row of untrusted values."""
    table.add_row(*(cell(value) for value in values))


def print_line(target: Console, sentence: object, style: str = "") -> None:
    """One line of untrusted text, never wrapped."""
    target.print(cell(sentence, style), soft_wrap=True)


def print_note(sentence: object) -> None:
    """A line on stderr, which keeps stdout for the result."""
    sys.stderr.write(clean(sentence) + "\n")
