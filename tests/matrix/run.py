"""Play the fault matrix, or some of its cells, and write docs/fault-matrix.md.

    python -m tests.matrix.run                          # the whole matrix, and its page
    python -m tests.matrix.run "rotate-keys/Start/slow"  # cells whose names have this in them, no page
    python -m tests.matrix.run --every 10               # each tenth cell, no page

Two processes with a local AWS each share the cells. Exit code 1 if a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from tests.matrix.cells import FAULTS, NotEnteredError, cells, machine_states, play
from tests.support import environment  # noqa: F401  # sets it
from tests.support.console import say
from tests.support.stage import deployed_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.matrix.cells import Cell
    from tests.support.stage import Stage

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fault-matrix.md"
WORKERS = 2
SLOW = 60
"""Real seconds of a cell that is worth a line."""
KEPT, BROKEN, NOT_ENTERED = "✓", "✗", "·"


def play_share(share: int, every: int, words: str) -> Iterator[dict[str, Any]]:
    """The results of every `WORKERS`-th cell from this one on, of each so many-th that has ``words``."""
    with closing(deployed_stage()) as stages:
        stage = next(stages)
        for cell in list(cells(stage, words))[::every][share::WORKERS]:
            began = monotonic()
            mark, broken = result_of(stage, cell)
            place = {"workflow": cell.workflow, "state": cell.state, "fault": cell.fault}
            took = round(monotonic() - began, 1)
            yield {**place, "cell": cell.name, "mark": mark, "broken": broken, "seconds": took}


def result_of(stage: Stage, cell: Cell) -> tuple[str, list[str]]:
    """The mark and the broken promises; a cell whose game went another way does not end the others."""
    try:
        broken = play(stage, cell)
    except NotEnteredError as error:
        return NOT_ENTERED, [f"not played: {error}"] if cell.game else []
    return BROKEN if broken else KEPT, broken


def results(words: str, every: int) -> list[dict[str, Any]]:
    """All shares' results."""
    with ThreadPoolExecutor(WORKERS) as pool:
        shares = pool.map(lambda share: results_of_share(share, words, every), range(WORKERS))
        return [result for share in shares for result in share]


def results_of_share(share: int, words: str, every: int) -> list[dict[str, Any]]:
    """Each result is printed as it comes if it is broken, or took long.

    Raises:
        RuntimeError: The process ended badly.
    """
    command = [sys.executable, "-m", "tests.matrix.run", "--share", f"{share}", "--every", f"{every}", words]
    found = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        for line in process.stdout or ():
            if line.startswith("{"):
                found.append(json.loads(line))
                tell(found[-1])
    if process.returncode:
        raise RuntimeError(f"a share of the cells ended with {process.returncode}")
    return found


def tell(result: dict[str, Any]) -> None:
    """Say what is broken; and which cell is slow, for one that hangs looks like that."""
    if result["broken"]:
        say(f"{result['cell']}: {'; '.join(result['broken'])}")
    elif result["seconds"] > SLOW:
        say(f"{result['cell']} took {result['seconds']} s")


def page(found: list[dict[str, Any]]) -> str:
    """docs/fault-matrix.md."""
    marks = {(each["workflow"], each["state"], each["fault"]): each["mark"] for each in found}
    lines = [INTRODUCTION, summary(found), ""]
    for workflow, names in machine_states().items():
        lines += [f"\n## {workflow}\n", f"| state | {' | '.join(FAULTS)} |", "|---|" + ":-:|" * len(FAULTS)]
        lines += [
            f"| {state} | {' | '.join(marks.get((workflow, state, fault), '') for fault in FAULTS)} |"
            for state in names
        ]
    return "\n".join(lines) + "\n"


INTRODUCTION = """# The fault matrix

Each fault of local AWS, armed at the moment at which a run enters each state of the three synthesized state
machines. The run is played to its end on local AWS, then another one without faults; then promises 1 to 6 and
14 are checked. The page is written by `make faults`.

- ✓ the promises are kept
- ✗ a promise is broken
- · no reference game enters the state (`tests/matrix/cells.py`), or the game went another way
"""


def summary(found: list[dict[str, Any]]) -> str:
    """The counts in a sentence."""
    counts = Counter(each["mark"] for each in found)
    return (
        f"{len(found)} cells: {counts[KEPT]} kept, {counts[BROKEN]} broken, "
        f"{counts[NOT_ENTERED]} in states that no reference game enters."
    )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="?", default="", help="cells whose names have this in them")
    parser.add_argument("--every", type=int, default=1, help="play each so many-th cell")
    parser.add_argument("--share", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.share is not None:
        for result in play_share(arguments.share, arguments.every, arguments.words):
            say(json.dumps(result))
        return 0
    found = results(arguments.words, arguments.every)
    if not arguments.words and arguments.every == 1:
        PAGE.write_text(page(found), encoding="utf-8")
    say(f"{summary(found)} {sum(each['seconds'] for each in found):.0f} s of one process.")
    return 1 if any(each["broken"] for each in found) else 0


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = f"{ROOT / 'functions'}{os.pathsep}{ROOT}"
    raise SystemExit(main())
