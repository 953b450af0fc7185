"""Time to render the pages in Python, and to open and use them in Chromium: `python -m bench.pages`."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import print_table
from steward.pages.fleet_page import fleet_page
from steward.pages.run_page import run_page
from tests.browser import samples
from tests.browser.chromium import chromium
from tests.browser.devtools import SETTLED, Browser
from tests.browser.fleet_sample import fleet

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 5
SCROLL = f"scrollBy(0, innerHeight), {SETTLED}"
HEADINGS = (
    "page",
    "clusters",
    "rendered, processor",
    "size",
    "opened",
    "filtered",
    "sorted",
    "scrolled a screen",
)


def least(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest of `TIMES` durations, in milliseconds."""
    spent = []
    for _ in range(TIMES):
        began = clock()
        work()
        spent.append((clock() - began) * 1000)
    return min(spent)


def row(browser: Browser, name: str, clusters: int, draw: Callable[[], str], folder: Path) -> list[str]:
    """One row of the table, in the order of `HEADINGS`."""
    drawn, page = least(draw, time.process_time), draw()
    file = folder / f"{name}-{clusters}.html"
    file.write_text(page, encoding="utf-8")
    spent = [
        drawn,
        least(lambda: browser.open(file)),
        least(lambda: browser.click(".chip.bad")),
        least(lambda: browser.click("[data-key=name]")),
    ]
    browser.click(".chip[data-show='']")
    spent.append(least(lambda: browser.evaluate(SCROLL)))
    texts = [f"{milliseconds:.0f} ms" for milliseconds in spent]
    return [name, f"{clusters:,}", texts[0], f"{len(page.encode()) / 1000:,.0f} kB", *texts[1:]]


def main() -> None:
    """Print a row for each page and fleet size."""
    with tempfile.TemporaryDirectory() as work, Browser(chromium(), Path(work) / "profile") as browser:
        rows = []
        for clusters, at_once in ((24, 6), (1000, 20)):
            report = samples.rotation(clusters, at_once=at_once)
            rows.append(row(browser, "run", clusters, partial(run_page, report), Path(work)))
            rows.append(row(browser, "fleet", clusters, partial(fleet_page, fleet(clusters)), Path(work)))
    print_table(HEADINGS, rows)


if __name__ == "__main__":
    main()
