"""The run's page in a browser: filters, sorting, details, keyboard, print, and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from steward.pages.run_page import run_page
from tests.browser import samples

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.devtools import Browser

SHOWN = "[...document.querySelectorAll('tr.c:not([hidden]) .open bdi')].map((name) => name.textContent)"
FOCUS = "document.activeElement.className || document.activeElement.id || document.activeElement.tagName"
TIP = "document.querySelector('#tip').hidden ? '' : document.querySelector('#tip').textContent"


def is_folded(number: int) -> str:
    """An expression: whether the details of a row are hidden."""
    return f"!document.querySelectorAll('.d')[{number}].firstElementChild.checkVisibility()"


@pytest.fixture(scope="module")
def page(pages: Path) -> Path:
    """A run of rotate-keys over 24 clusters."""
    file = pages / "rotation.html"
    file.write_text(run_page(samples.rotation()), encoding="utf-8")
    return file


def console_errors(browser: Browser) -> list[Any]:
    """Errors and console messages since the page was opened."""
    kinds = {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}
    return [event["params"] for event in browser.events if event.get("method") in kinds]


def requested_urls(browser: Browser) -> list[str]:
    """The URLs requested since the page was opened."""
    sent = [event for event in browser.events if event.get("method") == "Network.requestWillBeSent"]
    return [event["params"]["request"]["url"] for event in sent]


def test_it_needs_no_network_and_breaks_no_rule_of_its_own(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert [url for url in requested_urls(browser) if not url.startswith("data:")] == [page.as_uri()]
    assert console_errors(browser) == []


def test_a_counter_filters_and_shows_all_again(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.click(".chip[data-show=refused]")
    assert browser.evaluate(SHOWN) == ["payments-prod", "support-prod"]
    assert browser.evaluate("document.querySelector('#shown').textContent") == "2 of 24 clusters"
    assert browser.evaluate("document.querySelector('.chip[aria-pressed=true]').dataset.show") == "refused"
    assert browser.evaluate("location.hash") == "#show=refused"
    browser.click(".chip[data-show=refused]")
    assert len(browser.evaluate(SHOWN)) == 24


def test_a_slash_leads_to_the_search_which_reads_reasons_and_evidence(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "find"
    browser.call("Input.insertText", text="CREATEGRANT 9c8e-0004")
    browser.settle()
    assert browser.evaluate(SHOWN) == ["fraud-prod"]
    browser.call("Input.insertText", text=" nowhere")
    browser.settle()
    assert browser.evaluate(SHOWN) == []
    assert browser.evaluate("document.querySelector('#nothing').hidden") is False
    browser.press("Escape")
    assert len(browser.evaluate(SHOWN)) == 24


def test_an_address_opens_the_page_filtered_or_at_a_cluster(browser: Browser, page: Path) -> None:
    browser.open(page, "#show=skipped&find=blackout")
    assert browser.evaluate(SHOWN) == ["risk-prod"]
    browser.open(page, "#cluster=sales-prod")
    assert browser.evaluate("document.activeElement.textContent.trim()") == "sales-prod"
    assert browser.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"


def test_columns_sort_both_ways_and_back_and_what_has_no_value_stays_last(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    first, state = browser.evaluate(SHOWN), "document.querySelector('th:has([data-key=took])').ariaSort"
    browser.click("[data-key=took]")
    assert (browser.evaluate(SHOWN)[0], browser.evaluate(state)) == ("pricing-prod", "descending")
    browser.click("[data-key=took]")
    ascending = browser.evaluate(SHOWN)
    assert (ascending[0], browser.evaluate(state)) == ("fraud-prod", "ascending")
    assert set(ascending[-6:]) == set(first[-6:])
    browser.click("[data-key=took]")
    assert (browser.evaluate(SHOWN), browser.evaluate(state)) == (first, "none")
    browser.click("[data-key=name]")
    assert browser.evaluate(SHOWN) == sorted(first)


def test_details_open_by_mouse_and_by_key_and_all_at_once(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.evaluate(is_folded(0)) is True
    browser.click(".open")
    assert browser.evaluate(is_folded(0)) is False
    assert browser.evaluate("document.querySelector('.d').textContent").count("9c8e-0004") == 1
    browser.press("Enter", text="\r")
    assert browser.evaluate(is_folded(0)) is True
    browser.click("#unfold")
    assert browser.evaluate("document.querySelectorAll('.open[aria-expanded=true]').length") == 24


def test_what_the_browser_finds_in_folded_details_is_unfolded(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.evaluate("location.hash = 'd4'")
    browser.settle()
    assert browser.evaluate("document.querySelectorAll('.open[aria-expanded=true]').length") == 1


def test_a_bar_tells_its_times_under_the_pointer(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.evaluate(TIP) == ""
    browser.hover("tr.c:nth-child(2) .track .work")
    assert browser.evaluate(TIP) == "Rotating · 22:22:05 to 23:03:05 · 41 min"
    browser.hover("h1")
    assert browser.evaluate(TIP) == ""


def test_everything_is_reached_and_told_by_keys_alone(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.press("Tab")
    assert browser.evaluate(FOCUS) == "skip"
    browser.press("Enter", text="\r")
    assert browser.evaluate("document.activeElement.id") == "clusters"
    browser.evaluate("document.querySelector('.track[tabindex=\"0\"]').focus()")
    assert browser.evaluate(TIP) == "Locked · 22:10:39 to 22:10:41 · 2 s"
    browser.press("ArrowRight")
    assert browser.evaluate(TIP).startswith("Calling · ")
    browser.press("ArrowDown")
    assert (
        browser.evaluate("document.activeElement.closest('tr').querySelector('bdi').textContent")
        == "pricing-prod"
    )
    assert browser.evaluate("document.querySelectorAll('.track[tabindex=\"0\"]').length") == 1
    browser.press("Escape")
    assert browser.evaluate(TIP) == ""


def test_without_scripts_everything_is_seen_and_nothing_pretends_to_work(
    browser: Browser, page: Path
) -> None:
    browser.open(page, scripts=False)
    hidden = "[...document.querySelectorAll('.d')].filter((d) => !d.checkVisibility()).length"
    assert browser.evaluate(hidden) == 0
    assert browser.evaluate("document.querySelectorAll('button:not([disabled])').length") == 2
    assert browser.evaluate("document.querySelector('.tools').checkVisibility()") is False


def test_markup_that_came_through_would_not_run(browser: Browser, page: Path, pages: Path) -> None:
    broken = pages / "broken.html"
    markup = (
        "<script>window.ran = 1</script><img src=x onerror='window.ran = 2'><style>h1 { color: red }</style>"
    )
    text = page.read_text(encoding="utf-8").replace("is paused, and the policy says paused: skip", markup)
    broken.write_text(text, encoding="utf-8")
    browser.open(broken)
    assert browser.evaluate("window.ran === undefined") is True
    assert browser.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(255, 0, 0)"
    assert any("Content Security Policy" in str(complaint) for complaint in console_errors(browser))
    assert len(browser.evaluate(SHOWN)) == 24


def test_of_a_thousand_clusters_only_those_in_sight_are_laid_out(browser: Browser, pages: Path) -> None:
    file = pages / "thousand.html"
    file.write_text(run_page(samples.rotation(1000, at_once=20)), encoding="utf-8")
    browser.open(file)
    assert len(browser.evaluate(SHOWN)) == 1000
    drawn = "document.querySelectorAll('tr .pill')[{}].checkVisibility({{contentVisibilityAuto: true}})"
    assert [browser.evaluate(drawn.format(row)) for row in (0, 400, 800)] == [True, False, False]
    browser.click(".chip[data-show=failed]")
    assert len(browser.evaluate(SHOWN)) == 42


def test_on_paper_it_is_light_without_controls_and_keeps_its_columns(browser: Browser, page: Path) -> None:
    browser.open(page, dark=True)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("document.querySelector('.tools').checkVisibility()") is False
    columns = "getComputedStyle(document.querySelector('.c')).gridTemplateColumns.split(' ').length"
    assert browser.evaluate(columns) == 5
    assert browser.print().startswith(b"%PDF-")
