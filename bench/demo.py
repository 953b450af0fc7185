"""Duration of `make demo` with everything installed, and whether its runs agree.

`python -m bench.demo --runs 20 --busy 10`: ten runs on the machine as it is, ten beside busy processes. Every
run must exit with 0, and all reports must be the same but for ids: how fast the machine is decides nothing.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import HEADINGS, ROOT, Timing, print_line, print_table, time_command, timing_cells

COMMAND = ["make", "--silent", "demo"]
REPORTS = ROOT / ".build" / "demo"
ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9A-Za-z]{52}\b|[0-9a-f]{8,64}"
)
"""UUIDs, request ids of moto, hashes of plans, and the random ends of names."""

Reports = dict[str, Any]
"""By workflow, the report of its judged run, without ids."""


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Processes that do nothing but use a processor each, while the block lasts."""
    command = [sys.executable, "-c", "while True: pass"]
    started = [subprocess.Popen(command) for _ in range(count)]  # noqa: S603  # our own
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def read_reports(folder: Path = REPORTS) -> Reports:
    """What the last demo reported."""
    return {
        path.stem: json.loads(ID.sub("ID", path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.json"))
    }


def differences(reports: Reports, others: Reports) -> list[str]:
    """Where two demos' reports differ, each as a path and both values."""
    return list(_differences("", reports, others))


def _differences(path: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from _differences(f"{path}/{key}", one.get(key), other.get(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{path}/{index}", left, right)
    elif one != other:
        yield f"{path}: {one!r} and {other!r}"


def main(runs: int, busy: int, processes: int) -> int:
    """Run the demos and print the durations; 1 if one failed or two disagree."""
    first: Reports = {}
    timings: dict[bool, list[Timing]] = {False: [], True: []}
    bad = 0
    for number in range(runs):
        beside = number >= runs - busy
        try:
            with busy_processes(processes if beside else 0):
                timings[beside].append(time_command(COMMAND))
        except subprocess.CalledProcessError as failure:
            bad += 1
            print_line(f"run {number + 1} failed:\n{failure.output.decode()}{failure.stderr.decode()}")
            continue
        first = first or read_reports()
        found = differences(first, read_reports())
        bad += bool(found)
        seconds = f"{timings[beside][-1].wall:.1f} s"
        print_line(f"run {number + 1}: {seconds}{', beside busy processes' if beside else ''}")
        for each in found:
            print_line(f"  differs from run 1 at {each}")
    titles = {False: "make demo", True: f"make demo beside {processes} busy processes"}
    print_table(("", *HEADINGS), [[titles[b], *timing_cells(found)] for b, found in timings.items() if found])
    return 1 if bad else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="how many in all")
    parser.add_argument(
        "--busy", type=int, default=0, help="how many of them beside busy processes, the last ones"
    )
    parser.add_argument("--processes", type=int, default=4, help="how many busy processes")
    given = parser.parse_args()
    sys.exit(main(given.runs, given.busy, given.processes))
