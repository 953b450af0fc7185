"""Shared by the benchmarks: timing of programs, and tables in Markdown."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Timing:
    """Seconds of one run: wall-clock time, and CPU time of the program and its children."""

    wall: float
    cpu: float


def time_command(command: Sequence[str]) -> Timing:
    """Run a program once, in the repository's folder.

    Raises:
        subprocess.CalledProcessError: The program failed.
    """
    started, before = time.perf_counter(), _cpu()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603  # our own commands
    return Timing(time.perf_counter() - started, _cpu() - before)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def time_repeatedly(command: Sequence[str], times: int) -> list[Timing]:
    """Run a program ``times`` times, one after the other."""
    return [time_command(command) for _ in range(times)]


def median(runs: Sequence[Timing]) -> Timing:
    """Median wall time and median processor time."""
    return Timing(statistics.median(r.wall for r in runs), statistics.median(r.cpu for r in runs))


def least(runs: Sequence[Timing]) -> Timing:
    """Shortest wall time and least processor time: closest to those on an idle machine."""
    return Timing(min(r.wall for r in runs), min(r.cpu for r in runs))


HEADINGS = ("wall, median", "fastest", "slowest", "processors, median", "runs")


def timing_cells(runs: Sequence[Timing]) -> list[str]:
    """The cells of a row, in the order of `HEADINGS`."""
    walls, middle = [run.wall for run in runs], median(runs)
    seconds = [f"{value:.1f} s" for value in (middle.wall, min(walls), max(walls), middle.cpu)]
    return [*seconds, str(len(runs))]


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a Markdown table for README.md."""
    for line in (header, ["---"] * len(header), *rows):
        print_line("| " + " | ".join(str(cell) for cell in line) + " |")


def print_line(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)  # noqa: T201  # the benchmark's output
