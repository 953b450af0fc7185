"""Takes the screenshots for the documentation, docs/pictures/*.png: `python -m docs.pictures`."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from steward.pages.fleet_page import fleet_page
from steward.pages.run_page import run_page
from tests.browser import samples
from tests.browser.chromium import chromium
from tests.browser.devtools import Browser
from tests.browser.fleet_sample import fleet

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class Picture:
    """One picture: which page, in which colors, how many pixels high, and which clusters are unfolded."""

    name: str
    draw: Callable[[], str]
    height: int
    dark: bool = False
    unfolded: tuple[int, ...] = ()


PICTURES = (
    Picture("run-light", lambda: run_page(samples.rotation()), 1000),
    Picture("run-dark", lambda: run_page(samples.rotation()), 1000, dark=True, unfolded=(1,)),
    Picture("deprovision", lambda: run_page(samples.deprovision()), 900, unfolded=(2,)),
    Picture("fleet", lambda: fleet_page(fleet()), 1000),
)


def take(browser: Browser, picture: Picture, folder: Path) -> bytes:
    """A screenshot as PNG."""
    file = folder / f"{picture.name}.html"
    file.write_text(picture.draw(), encoding="utf-8")
    browser.open(file, width=1440, height=picture.height, dark=picture.dark)
    for row in picture.unfolded:
        browser.evaluate(f"document.querySelectorAll('.open')[{row}].click()")
    return browser.screenshot()


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as work, Browser(chromium(), Path(work) / "profile") as browser:
        for picture in PICTURES:
            png = take(browser, picture, Path(work))
            (FOLDER / f"{picture.name}.png").write_bytes(png)
            sys.stdout.write(f"{picture.name}.png: {len(png) // 1024} kB\n")


if __name__ == "__main__":
    main()
