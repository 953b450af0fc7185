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
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.matrix.cells import FAULTS, cells, machine_states, play
from tests.support import environment  # noqa: F401  # sets it
from tests.support.console import say
from tests.support.stage import deployed_stage

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "fault-matrix.md"
WORKERS = 2
KEPT, BROKEN, NOT_ENTERED = "✓", "✗", "·"


def play_share(share: int, every: int, words: str) -> Iterator[dict[str, Any]]:
    """The results of every `WORKERS`-th cell from this one on, of each so many-th that has ``words``."""
    with closing(deployed_stage()) as stages:
        stage = next(stages)
        for cell in list(cells(stage, words))[::every][share::WORKERS]:
            broken = play(stage, cell) if cell.game else []
            mark = NOT_ENTERED if cell.game is None else BROKEN if broken else KEPT
            place = {"workflow": cell.workflow, "state": cell.state, "fault": cell.fault}
            yield {**place, "cell": cell.name, "mark": mark, "broken": broken}


def results(words: str, every: int) -> list[dict[str, Any]]:
    """All shares' results; what is broken is printed as it comes."""
    command = [sys.executable, "-m", "tests.matrix.run", "--share"]
    shares = [
        subprocess.Popen(
            [*command, f"{share}", "--every", f"{every}", words], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for share in range(WORKERS)
    ]
    found = []
    for process in shares:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            found.append(json.loads(line))
            if found[-1]["broken"]:
                say(f"{found[-1]['cell']}: {'; '.join(found[-1]['broken'])}")
        if process.wait():
            raise SystemExit(f"a share of the cells ended with {process.returncode}")
    return found


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
- · no reference game enters the state (`tests/matrix/cells.py`)
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
    say(summary(found))
    return 1 if any(each["broken"] for each in found) else 0


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = f"{ROOT / 'functions'}{os.pathsep}{ROOT}"
    raise SystemExit(main())
