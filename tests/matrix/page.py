"""docs/fault-matrix.md, and its counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tests.matrix.faults import FAULTS
from tests.matrix.games import GAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.matrix.cells import Cell


class Mark(StrEnum):
    KEPT = "✓"
    BROKEN = "✗"
    NOTHING_TO_STRIKE = "○"
    NOT_ENTERED = "·"


@dataclass(frozen=True)
class Row:
    """A cell with its mark and its broken promises."""

    cell: Cell
    mark: Mark
    broken: list[str]


WHY_NOT_ENTERED = {
    "deprovision": {
        "No failure": "Abandon ends a deprovision only after errors of days, which count as a failure."
    },
}
"""By workflow and state that no game enters: why."""

INTRODUCTION = """# The fault matrix

Each fault of local AWS, armed at the moment at which a run enters each state of the three synthesized state
machines. The run is played to its end on local AWS, then another one without faults; then promises 1 to 6 and
14 are checked. `make faults` writes this page.

- ✓ the fault struck, and the promises were kept
- ✗ a promise was broken
- ○ the run makes no call after it has entered the state that the fault could strike
- · no reference game (`tests/matrix/games.py`) enters the state

A fault that begins in one of several states without such a call between them strikes the same call of the
same run. These cells are played once, and each has the mark of that play.
"""


def page(machines: Mapping[str, Iterable[str]], rows: list[Row]) -> str:
    """The page of the whole matrix."""
    marks = {(row.cell.workflow, row.cell.state, row.cell.fault): row.mark for row in rows}
    lines = [INTRODUCTION, summary(rows), ""]
    for workflow, names in machines.items():
        lines += [f"\n## {workflow}\n", f"| state | {' | '.join(FAULTS)} |", "|---|" + ":-:|" * len(FAULTS)]
        lines += [
            f"| {state} | {' | '.join(marks[workflow, state, fault] for fault in FAULTS)} |"
            for state in names
        ]
        lines += [f"\n{state}: {why}" for state, why in _not_entered(workflow, rows).items()]
    return "\n".join(lines) + "\n"


def _not_entered(workflow: str, rows: list[Row]) -> dict[str, str]:
    here = (row.cell.state for row in rows if row.cell.workflow == workflow and not row.cell.game)
    reasons = WHY_NOT_ENTERED.get(workflow, {})
    return {state: reasons.get(state, "no reason is known: a game is missing.") for state in here}


def summary(rows: list[Row]) -> str:
    """The counts in a sentence."""
    counts = Counter(row.mark for row in rows)
    plays = len({row.cell.play for row in rows if row.cell.play})
    return (
        f"{len(rows)} cells: {counts[Mark.KEPT]} kept, {counts[Mark.BROKEN]} broken, "
        f"{counts[Mark.NOTHING_TO_STRIKE]} with nothing to strike, {counts[Mark.NOT_ENTERED]} in states that "
        f"no game enters. {plays} plays of {len(GAMES)} games stand for them."
    )
