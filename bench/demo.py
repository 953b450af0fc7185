"""Duration of `make demo` with everything installed: `python -m bench.demo [times]`."""

from __future__ import annotations

import sys

from bench.measure import HEADINGS, print_table, time_repeatedly, timing_cells


def main(times: int) -> None:
    """Print the durations; a failing demo fails the benchmark."""
    print_table(
        ("", *HEADINGS), [["make demo", *timing_cells(time_repeatedly(["make", "--silent", "demo"], times))]]
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
