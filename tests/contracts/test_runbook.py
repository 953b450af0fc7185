"""The runbook has an entry for everything that the product can print, and none for what it cannot."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.contracts import reasons

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
TEXT = RUNBOOK.read_text(encoding="utf-8")
ENTRY = re.compile(r"^- \*\*`([^`]+)`\*\*: (.+?)(?=\n- |\n\n|\Z)", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^### `([^`]+)`\n\n(.+?)(?=\n#|\Z)", re.MULTILINE | re.DOTALL)
ENTRIES = ENTRY.findall(TEXT) + SECTION.findall(TEXT)
SHORTEST = 20
"""Characters of a meaning, and of what to do, below which an entry says nothing."""


@pytest.mark.parametrize(
    "source",
    [
        'skip("odd", "why")',
        'refuse("odd", f"why {x}")',
        'act("odd" if x else "even", "why")',
        'Decision(Action.SKIP, "odd", "why")',
        'stop(Outcome.FAILED, "odd", "why")',
        'ODD = "odd"\nstop(Outcome.FAILED, ODD, "why")',
        'NextMove(Control.END, "odd", "why")',
        'x = {"code": "odd"}',
        'code, reason = "odd", "why"',
        'code = "odd"',
    ],
)
def test_every_way_to_print_a_code_is_seen(source: str) -> None:
    assert "odd" in set(reasons._in(ast.parse(source)))


def test_every_reason_error_outcome_and_alarm_has_one_entry_and_every_entry_is_of_one() -> None:
    printed = reasons.codes() | reasons.error_names() | reasons.outcomes() | reasons.alarms()
    entries = Counter(name for name, _ in ENTRIES)
    assert sorted(printed - set(entries)) == [], "printed, and not in the runbook"
    assert sorted(set(entries) - printed) == [], "in the runbook, and never printed"
    assert [name for name, count in entries.items() if count > 1] == []


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_an_entry_says_what_it_means_and_what_to_do(name: str, entry: str) -> None:
    meaning, marked, todo = " ".join(entry.split()).partition(" *Do:* ")
    assert marked, f"{name} does not say what to do"
    assert len(meaning) >= SHORTEST
    assert todo
    assert len(re.findall(r"\*Do:\*", entry)) == 1
