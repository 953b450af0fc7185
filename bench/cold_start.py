"""What a cold start spends on imports, handler by handler: `python -m bench.cold_start [times]`.

The interpreter's own start is taken off. Relative numbers matter: a function of 512 MB has about 0.3 of a
CPU.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

from bench.measure import ROOT, medians, table

FUNCTIONS = ROOT / "functions"
HANDLERS = sorted(path.stem for path in (FUNCTIONS / "steward" / "handlers").glob("[!_]*.py"))
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")
SHOWN = 5


def command(program: str, *options: str) -> list[str]:
    """A fresh interpreter that sees the functions' folder first."""
    return [sys.executable, *options, "-c", f"import sys; sys.path.insert(0, {str(FUNCTIONS)!r}); {program}"]


def shares(handler: str) -> list[tuple[str, float]]:
    """The packages that take most of the import, in milliseconds of their own."""
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
    """Print median import times and where they go."""
    bare = medians(command("pass"), times)[0]
    rows = []
    for handler in HANDLERS:
        median = medians(command(f"import steward.handlers.{handler}"), times)[0] - bare
        where = ", ".join(f"{package} {ms:.0f}" for package, ms in shares(handler))
        rows.append([handler, f"{1000 * median:.0f} ms", where])
    domain = medians(command("import steward.domain.rotation_step, steward.domain.report"), times)[0] - bare
    rows.append(["the domain alone", f"{1000 * domain:.0f} ms", ""])
    table(("handler", f"import, median of {times}", "of which (ms)"), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
