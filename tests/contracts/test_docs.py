"""The documentation says what is so: pictures are of the deployed machines, records are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.draw import TARGET, drawing, page
from steward.domain.workflows import WORKFLOWS
from tests.support.synthesis import definition, states

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
LONGEST_RECORD = 60
"""Lines: one page."""


def test_the_pictures_show_the_machines_as_they_are_synthesized() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), "run .venv/bin/python -m docs.draw"


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_every_state_is_in_the_picture_wait_loops_as_one_and_no_condition_is_raw_code(workflow: str) -> None:
    drawn = drawing(definition(workflow))
    for name in states(definition(workflow)):
        loop = re.sub(r": (begin|pause|poll|decide|could not look|pause after error)$", "", name)
        assert f' {loop}"' in drawn
    assert "$" not in drawn


def test_records_of_decisions_are_numbered_without_gaps_and_say_three_things() -> None:
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))
    for path in RECORDS:
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], (
            path.name
        )
        assert text.startswith(f"# {path.name[:4]} ")
        assert len(text.splitlines()) <= LONGEST_RECORD, path.name


def test_what_records_point_at_exists() -> None:
    for path in [*RECORDS, ROOT / "bench" / "README.md"]:
        for pointed in re.findall(
            r"`((?:infra|functions|local|tests|bench|docs|cli)/[\w./-]+)`", path.read_text()
        ):
            assert (ROOT / pointed).exists(), f"{path.name} points at {pointed}"
