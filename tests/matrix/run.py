"""Play the fault matrix, or some of its cells, and write docs/fault-matrix.md.

    python -m tests.matrix.run                           # the whole matrix, and its page
    python -m tests.matrix.run "rotate-keys/Start/slow"  # cells whose names have this in them, no page
    python -m tests.matrix.run --sample 60               # so many plays at random, no page

Two processes with a local AWS each share the plays. What is done is kept under .build/fault-matrix by the
state of the sources: begun anew, it goes on where it ended. Exit code 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

from steward.domain.workflows import WORKFLOWS
from tests.matrix.cells import Cell, cells, machine_states
from tests.matrix.games import GAMES, Reference
from tests.matrix.page import Mark, Row, page, summary
from tests.matrix.player import ROOT
from tests.matrix.results import Results
from tests.support.console import say

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = ROOT / "docs" / "fault-matrix.md"


def state_of_sources() -> str:
    """Names the commit and what was changed since."""
    state = b"".join(_git(*each) for each in (("rev-parse", "HEAD"), ("diff", "HEAD", "--", ":!docs")))
    return hashlib.sha256(state).hexdigest()[:16]


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S607 - on the PATH, as make needs it


def references(results: Results, workflows: Iterable[str]) -> dict[tuple[str, str], Reference]:
    """Of each game of the workflows, by workflow and name.

    Raises:
        RuntimeError: A game does not come to its end without any fault of a cell.
    """
    games = [game for game in GAMES if game.workflow in workflows]
    answers = results.of([{"workflow": game.workflow, "reference": game.name} for game in games])
    found = {}
    for game, answer in zip(games, answers, strict=True):
        if "positions" not in answer:
            raise RuntimeError(f"{game.workflow}, {game.name}: {answer['broken']}")
        found[game.workflow, game.name] = Reference(answer["counts"], answer["positions"])
    return found


def rows(chosen: list[Cell], results: Results, sample: int) -> list[Row]:
    """Each cell with its mark; with a sample, only those cells that the plays of the sample stand for."""
    first: dict[str, Cell] = {}
    for cell in chosen:
        if cell.play:
            first.setdefault(cell.play, cell)
    plays = list(first)
    if sample:
        plays = Random(1).sample(plays, min(sample, len(plays)))  # noqa: S311 - repeatable, no secret
    answers = results.of([_request(first[name]) for name in plays])
    found = dict(zip(plays, answers, strict=True))
    return [Row(cell, *_marked(cell, found)) for cell in chosen if cell.play in found or not sample]


def _request(cell: Cell) -> dict[str, str]:
    return {"workflow": cell.workflow, "state": cell.state, "fault": cell.fault, "game": cell.game}


def _marked(cell: Cell, answers: dict[str, dict[str, Any]]) -> tuple[Mark, list[str]]:
    if not cell.game:
        return Mark.NOT_ENTERED, []
    if not cell.play:
        return Mark.NOTHING_TO_STRIKE, []
    answer = answers[cell.play]
    if answer["broken"]:
        return Mark.BROKEN, answer["broken"]
    return (Mark.KEPT if answer["struck"] else Mark.NOTHING_TO_STRIKE), []


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="?", default="", help="cells whose names have this in them")
    parser.add_argument("--sample", type=int, default=0, help="play only so many, at random")
    arguments = parser.parse_args()
    machines = machine_states()
    results = Results(ROOT / ".build" / "fault-matrix" / f"{state_of_sources()}.jsonl")
    with results:
        words = arguments.words
        workflows = [
            name for name in WORKFLOWS if words.startswith(name) or not words.startswith(tuple(WORKFLOWS))
        ]
        every = cells(machines, references(results, workflows))
        found = rows([cell for cell in every if words in cell.name], results, arguments.sample)
    for row in found:
        if row.broken:
            say(f"{row.cell.name}: {'; '.join(row.broken)}")
    if not words and not arguments.sample:
        PAGE.write_text(page(machines, found), encoding="utf-8")
    say(f"{summary(found)}\n{results.times()}")
    return 1 if Counter(row.mark for row in found)[Mark.BROKEN] else 0


if __name__ == "__main__":
    raise SystemExit(main())
