"""What the benches share: medians of wall times, tables, and where the repository is."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parent.parent


def seconds_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Wall time of a program that is run once in the repository.

    Raises:
        subprocess.CalledProcessError: The program failed, so its time means nothing.
    """
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)  # noqa: S603  # the benches' own commands
    return time.perf_counter() - started


def medians(command: Sequence[str], times: int) -> tuple[float, float, float]:
    """Median, fastest and slowest wall time of a program, in seconds."""
    found = [seconds_of(command) for _ in range(times)]
    return statistics.median(found), min(found), max(found)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, as it stands in README.md."""
    for line in (header, ["---"] * len(header), *rows):
        say("| " + " | ".join(str(cell) for cell in line) + " |")


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201  # what a bench is for
