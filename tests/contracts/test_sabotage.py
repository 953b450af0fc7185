"""Every sabotage still fits the code, and every promise has at least two (`make sabotage` runs them)."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sabotage.catalog import SABOTAGES
from tests.support.promises import PROMISES

if TYPE_CHECKING:
    from tests.sabotage.catalog.sabotage import Sabotage

ROOT = Path(__file__).resolve().parents[2]


def test_each_promise_has_two_sabotages_at_least() -> None:
    counts = Counter(each.promise for each in SABOTAGES)

    assert set(counts) == set(PROMISES)
    assert min(counts.values()) >= 2


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda each: each.what)
def test_a_sabotage_breaks_one_place_and_names_tests_that_exist(sabotage: Sabotage) -> None:
    text = (ROOT / sabotage.file).read_text(encoding="utf-8")

    assert text.count(sabotage.old) == 1, (
        "the line has changed: adapt the sabotage to what keeps the promise now"
    )
    ast.parse(text.replace(sabotage.old, sabotage.new))
    for test in sabotage.tests:
        path, _, name = test.partition("::")
        assert (
            f"def {name}(" in (ROOT / path).read_text(encoding="utf-8") if name else (ROOT / path).is_file()
        )
