"""Import time of each handler in a cold start: `python -m bench.cold_start [times]`.

The interpreter's own start is subtracted. Compare the numbers with each other only: a function of 512 MB has
about 0.3 of a CPU.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

from bench.measure import ROOT, least, print_table, time_repeatedly

if TYPE_CHECKING:
    from bench.measure import Timing

FUNCTIONS = ROOT / "functions"
FOLDER = FUNCTIONS / "steward" / "handlers"
HANDLERS = sorted(
    ".".join(path.relative_to(FOLDER).with_suffix("").parts)
    for path in FOLDER.rglob("[!_]*.py")
    if path.stem not in {"log", "factory"}
)
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")
SHOWN = 5


def command(program: str, *options: str) -> list[str]:
    """A fresh interpreter with the functions' folder first on its path."""
    return [sys.executable, *options, "-c", f"import sys; sys.path.insert(0, {str(FUNCTIONS)!r}); {program}"]


def shares(handler: str) -> list[tuple[str, float]]:
    """The `SHOWN` packages with the longest own import time, in milliseconds."""
    done = subprocess.run(  # noqa: S603  # our own program
        command(f"import steward.handlers.{handler}", "-X", "importtime"),
        capture_output=True,
        text=True,
        check=True,
    )
    spent: Counter[str] = Counter()
    for microseconds, module in LINE.findall(done.stderr):
        spent[module.split(".")[0]] += int(microseconds)
    return [(package, microseconds / 1000) for package, microseconds in spent.most_common(SHOWN)]


def main(times: int) -> None:
    """Print each handler's import time and its largest parts."""
    bare = least(time_repeatedly(command("pass"), times))
    rows = []
    for handler in HANDLERS:
        taken = least(time_repeatedly(command(f"import steward.handlers.{handler}"), times))
        where = ", ".join(f"{package} {ms:.0f}" for package, ms in shares(handler))
        rows.append([handler, *_beyond(bare, taken), where])
    domain = least(
        time_repeatedly(command("import steward.domain.rotate_keys.step, steward.domain.report"), times)
    )
    rows.append(["the domain alone", *_beyond(bare, domain), ""])
    print_table(("handler", f"import, fastest of {times}", "processor", "of which, in ms"), rows)


def _beyond(bare: Timing, taken: Timing) -> list[str]:
    return [f"{1000 * (taken.wall - bare.wall):.0f} ms", f"{1000 * (taken.cpu - bare.cpu):.0f} ms"]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
