"""Every row of the threat model's table is a test."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
TABLE = PAGE.partition("## What a right alone can do")[2].partition("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not line.startswith("| Right ")
]


def test_the_table_has_rows() -> None:
    assert len(ROWS) >= 10


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_the_worst_and_names_the_test_that_tries_it(row: list[str]) -> None:
    right, worst, why, test = row
    assert right
    assert worst
    assert why
    file, _, name = test.strip("`").partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (
        f"{file} has no test {name}: docs/threat-model.md names it for {right}"
    )
