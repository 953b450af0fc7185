"""Evidence, JSON of any shape, as a tree that the templates render: fields, lists, tables, moments, codes."""

import json
import re
from dataclasses import dataclass
from typing import Any

from steward.domain.durations import humanize
from steward.pages.texts import as_number, label, size
from steward.pages.times import Zone, iso, moment

DEEPEST, MOST_ITEMS, MOST_COLUMNS = 6, 200, 6
"""Deeper values are shown as JSON, longer lists are cut, and wider records become fields, not table rows."""

CODE = re.compile(r"arn:aws|[\w-]*\d[\w-]*$|[a-z][a-z0-9]+:[\w:.*-]+$")
"""Machine names: ARNs, identifiers with digits, tags."""

FIELD = re.compile(r"[a-z][a-z0-9_]*")
"""A field name; other keys (ARNs, tags) are data."""

LONGEST_CODE = 300
"""Characters; a longer text is no machine name, and the pattern is not run on it."""

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
GAINED = {"added", "add", "to_add", "missing", "granted"}
LOST = {"removed", "remove", "to_remove", "extra", "unwanted", "lost"}
"""Fields that list additions and removals."""


@dataclass(frozen=True)
class Node:
    """One piece of evidence.

    Attributes:
        form: text, code, moment, amount, none, list, words (a list on one line), fields, table or json.
        text: The text of a scalar; for a list "+" (additions), "-" (removals) or empty.
        items: The nodes of a list, the pairs of label and node of fields, or the rows of a table.
        columns: The headings of a table.
        more: How many items were cut off.
    """

    form: str
    text: str = ""
    items: tuple[Any, ...] = ()
    columns: tuple[str, ...] = ()
    more: int = 0


FEW, WORD = 3, 30
"""A list of more than FEW texts of at most WORD characters is written on one line."""

NOTHING = Node("none", "none")


def has_content(value: Any) -> bool:
    """False for None, empty texts and lists, and records of nothing else."""
    if isinstance(value, dict):
        return any(has_content(entry) for entry in value.values())
    return value is not None and value not in ("", [], ())


def node(value: Any, zone: Zone, name: str = "", depth: int = 0) -> Node:
    """The tree of ``value``; ``name`` is its field, whose ending gives a number's unit."""
    if isinstance(value, dict | list | tuple) and value and depth >= DEEPEST:
        return Node("json", json.dumps(value, ensure_ascii=False, default=str))
    if isinstance(value, dict):
        return _fields(value, zone, depth) if has_content(value) else NOTHING
    if isinstance(value, list | tuple):
        return _list(list(value), zone, name, depth) if value else NOTHING
    return _scalar(value, zone, name)


def _scalar(value: Any, zone: Zone, name: str) -> Node:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return Node("text", "yes" if value else "no")
    amount = as_number(value)
    if amount is not None:
        return Node("amount", _amount(amount, name))
    text = str(value)
    when = moment(text) if MOMENT.match(text) else None
    if when is not None:
        return Node("moment", zone.full(when), (iso(when),))
    return Node("code" if len(text) <= LONGEST_CODE and CODE.match(text) else "text", text)


def _amount(value: float, name: str) -> str:
    """A number in the unit that the field's name ends with: seconds or megabytes."""
    if name.endswith("seconds"):
        return humanize(value)
    if name.endswith("_mb") or "megabytes" in name:
        return size(value)
    return f"{value:,}"


def _fields(value: dict[str, Any], zone: Zone, depth: int) -> Node:
    if depth:
        value = {name: entry for name, entry in value.items() if has_content(entry)}
    shown = list(value.items())[:MOST_ITEMS]
    if _is_lookup(value):
        rows = tuple((_scalar(name, zone, ""), _scalar(entry, zone, "")) for name, entry in shown)
        return Node("table", items=rows, columns=("Name", "Value"), more=len(value) - len(shown))
    items = tuple((_field(str(name)), node(entry, zone, str(name), depth + 1)) for name, entry in shown)
    return Node("fields", items=items, more=len(value) - len(shown))


def _is_lookup(value: dict[str, Any]) -> bool:
    """Whether the keys are data, not field names: roles with a status, tags with a value."""
    flat = not any(isinstance(entry, dict | list | tuple) for entry in value.values())
    return flat and not all(FIELD.fullmatch(str(name)) for name in value)


def _field(name: str) -> str:
    """The label of a field; a key that is data (an ARN, a tag) is kept as it is."""
    for unit in ("_seconds", "_mb"):
        name = name.removesuffix(unit)
    return label(name) if FIELD.fullmatch(name) else name


def _list(value: list[Any], zone: Zone, name: str, depth: int) -> Node:
    shown, more = value[:MOST_ITEMS], max(0, len(value) - MOST_ITEMS)
    columns = _columns(shown)
    if columns:
        rows = tuple(tuple(node(row.get(c), zone, c, depth + 2) for c in columns) for row in shown)
        return Node("table", items=rows, columns=tuple(_field(c) for c in columns), more=more)
    if len(shown) > FEW and all(isinstance(entry, str) and len(entry) <= WORD for entry in shown):
        return Node("words", items=tuple(_scalar(entry, zone, name) for entry in shown), more=more)
    sign = "+" if name in GAINED else "-" if name in LOST else ""
    return Node("list", sign, tuple(node(entry, zone, name, depth + 1) for entry in shown), more=more)


def _columns(rows: list[Any]) -> list[str]:
    """The columns of a list of flat records; empty for any other list."""
    if len(rows) < 1 or not all(isinstance(row, dict) and row for row in rows):
        return []
    columns = list(dict.fromkeys(str(name) for row in rows for name in row))
    flat = all(not isinstance(entry, dict | list | tuple) for row in rows for entry in row.values())
    return columns if flat and len(columns) <= MOST_COLUMNS else []
