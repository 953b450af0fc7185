"""How long `make demo` takes once everything is installed: `python -m bench.demo [times]`."""

from __future__ import annotations

import sys

from bench.measure import medians, table


def main(times: int) -> None:
    """Print the median, fastest and slowest demo; a demo that fails ends the bench."""
    found = medians(["make", "--silent", "demo"], times)
    table(
        ("demo", f"median of {times}", "fastest", "slowest"), [["make demo", *(f"{s:.0f} s" for s in found)]]
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
