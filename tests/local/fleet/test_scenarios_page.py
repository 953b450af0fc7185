"""The page on writing scenarios shows what works: fleets, requests and programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.fleet import parse_fleet
from local.fleet.reading import parse_faults

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "scenarios.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("fleet", blocks("yaml"))
def test_every_fleet_on_the_page_is_one(fleet: str) -> None:
    assert parse_fleet(fleet).clusters


def test_every_request_on_the_page_would_be_taken() -> None:
    bodies = [json.loads(body) for text in blocks("console") for body in re.findall(r"-d '(.*?)'", text)]

    assert bodies
    for body in bodies:
        assert parse_faults(body if isinstance(body, list) else [body])


@pytest.mark.parametrize("program", blocks("python"))
def test_every_program_on_the_page_runs(program: str) -> None:
    exec(compile(program, "docs/scenarios.md", "exec"), {})  # noqa: S102  # our own page


def test_what_the_page_links_to_exists() -> None:
    links = re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", PAGE)

    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_states_that_executions_are_stopped_at_are_the_machines_own() -> None:
    stopped_at = re.findall(r"fault: stop execution,.*? state: (\w+)", PAGE)
    drawn = re.findall(r'state "\S+ (.+?)" as', (DOCS / "workflows.md").read_text(encoding="utf-8"))

    assert stopped_at
    assert set(stopped_at) <= set(drawn)
