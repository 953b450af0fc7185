"""Every page in several window sizes and themes: axe-core finds no violation, and nothing overflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from steward.pages.fleet_page import fleet_page
from steward.pages.run_page import run_page
from tests.browser import samples
from tests.browser.fleet_sample import fleet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.devtools import Browser

FOUND = (
    "axe.run({resultTypes: ['violations'], preload: false}).then((found) => found.violations.map((v) =>"
    " `${v.impact} ${v.id}: ${v.help}: ${v.nodes[0].html}`))"
)
UNFOLD = "document.querySelector('#unfold').click()"
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES: dict[str, Callable[[], str]] = {
    "rotation": lambda: run_page(samples.rotation()),
    "roles": lambda: run_page(samples.roles()),
    "deprovision": lambda: run_page(samples.deprovision()),
    "refused": lambda: run_page(samples.report("rotate-keys", [], samples.START, status="refused")),
    "fleet": lambda: fleet_page(fleet()),
}
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LIGHT, DARK = {"dark": False}, {"dark": True}


@pytest.fixture(scope="module")
def files(pages: Path) -> dict[str, Path]:
    """Every page of `PAGES`, written to a file."""
    for name, drawn in PAGES.items():
        (pages / f"{name}.html").write_text(drawn(), encoding="utf-8")
    return {name: pages / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize(
    ("name", "shape", "unfolded"),
    [
        ("rotation", WIDE | LIGHT, False),
        ("rotation", NARROW | DARK, True),
        ("roles", WIDE | LIGHT, True),
        ("deprovision", WIDE | DARK, True),
        ("deprovision", NARROW | LIGHT, True),
        ("refused", WIDE | LIGHT, False),
        ("fleet", WIDE | LIGHT, True),
        ("fleet", NARROW | DARK, False),
    ],
)
def test_axe_finds_nothing(
    browser: Browser, axe: str, files: dict[str, Path], name: str, shape: dict[str, Any], *, unfolded: bool
) -> None:
    browser.open(files[name], **shape)
    if unfolded:
        browser.evaluate(UNFOLD)
    browser.evaluate(f"{axe};0")
    assert browser.evaluate(FOUND) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window(browser: Browser, files: dict[str, Path], name: str) -> None:
    browser.open(files[name])
    if name != "refused":
        browser.evaluate(UNFOLD)
    for width in (320, 390, 768, 1000, 1440, 2560):
        browser.size(width, 900)
        browser.settle()
        assert browser.evaluate(OVER) <= 0, width


def test_an_endless_word_does_not_widen_the_page(browser: Browser, pages: Path) -> None:
    word = "x" * 10_000
    line = {"cluster": word, "outcome": "failed", "reason": word, "evidence": {word: [word]}, "note": word}
    file = pages / "endless.html"
    file.write_text(run_page(samples.report("rotate-keys", [line], samples.START)), encoding="utf-8")
    browser.open(file, width=390)
    browser.evaluate(UNFOLD)
    browser.settle()
    assert browser.evaluate(OVER) <= 0
