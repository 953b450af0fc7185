"""What commands write on stdout: tables and sentences for people, or one JSON document for programs."""

from __future__ import annotations

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

WIDE = 4000
"""Columns where stdout is no terminal: a program or a file has lines of any length."""


def console() -> Console:
    """Stdout, with colours where it is a terminal and NO_COLOR is not set."""
    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else WIDE
    return Console(highlight=False, width=width, soft_wrap=False)


def emit(document: Any) -> None:
    """The one JSON document of ``--json``; ASCII only, so that it carries nothing that a terminal obeys."""
    sys.stdout.write(json.dumps(document, indent=2, default=_plain) + "\n")


def _plain(value: Any) -> Any:
    """DynamoDB's numbers and moments as JSON has them."""
    if isinstance(value, datetime):
        return format_moment(value)
    return int(value) if value == int(value) else float(value)


def cell(value: object, style: str = "") -> Text:
    """A cell of a table: text, never markup and never control characters."""
    return value if isinstance(value, Text) else Text(clean(value), style=style)


def table(*columns: str, folding: str = "") -> Table:
    """An empty table; only the column ``folding`` may break its lines."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        made.add_column(
            column, no_wrap=column != folding, overflow="fold" if column == folding else "ellipsis"
        )
    return made


def add(made: Table, *values: object) -> None:
    """One row, whose values may come from anywhere."""
    made.add_row(*(cell(value) for value in values))


def say(target: Console, sentence: object, style: str = "") -> None:
    """One line of text from anywhere."""
    target.print(cell(sentence, style), soft_wrap=True)


def note(sentence: object) -> None:
    """A line beside the result: on stderr, so that stdout stays what was asked for."""
    sys.stderr.write(clean(sentence) + "\n")
