"""Whatever stands in tags, names, reasons and errors is shown on a page, and nothing of it works there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.domain.operation import Outcome
from steward.pages.fleet_page import fleet_page
from steward.pages.render import digest, policy, source
from steward.pages.run_page import run_page
from tests.browser import samples
from tests.browser.fleet_sample import fleet
from tests.browser.parsed import Parsed

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "<!-- ]]> --><base href=//evil.example>",
    "\u202etxt.exe\u2066",
    "\x00\x07\x1b[2J\x7f",
    "x" * 10_000,
    "1" * 10_000 + "!",
    "\ud83d half",
    "<a href='https://evil.example'>here</a>",
]
KNOWN_TAGS = set(
    re.findall(
        r"\w+",
        """html head meta title link style body header main section footer script
        svg defs symbol circle path rect line use pattern g text
        a p b h1 h2 span bdi code time div dl dt dd ul ol li
        button label input table caption thead tbody tr th td""",
    )
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text()
    | st.sampled_from(HOSTILE)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OUTCOMES = st.sampled_from(list(Outcome)).map(lambda outcome: outcome.value)
STEPS = st.lists(
    st.fixed_dictionaries(
        {"step": st.text() | st.just("rotating"), "at": JSON | st.just("2026-11-21T21:00:00Z")}
    )
)
LINES = st.dictionaries(
    st.sampled_from(
        ["cluster", "wave", "reason", "note", "seconds", "polls", "begun_at", "ended_at", "timeline"]
    )
    | st.sampled_from(["evidence", "about", "execution", "kms_key", "overshoot_seconds"]),
    JSON,
) | st.fixed_dictionaries({"cluster": st.text(), "outcome": OUTCOMES, "timeline": STEPS, "evidence": JSON})
REPORTS = st.fixed_dictionaries(
    {
        "workflow": JSON,
        "run": JSON,
        "status": JSON,
        "headline": JSON,
        "clusters": st.lists(LINES, max_size=4) | JSON,
    },
    optional={
        "input": JSON,
        "execution": JSON,
        "started_at": JSON,
        "ended_at": JSON,
        "seconds": JSON,
        "timezone": JSON,
    },
)

MEMBERS = st.dictionaries(
    st.sampled_from(["identifier", "status", "encrypted", "key_age_days", "max_age_days"])
    | st.sampled_from(["drift", "lock", "last", "snapshots"]),
    JSON,
)
FLEETS = st.fixed_dictionaries({"clusters": st.lists(MEMBERS, max_size=3)}, optional={"snapshots": JSON})


def check_harmless(page: str) -> Parsed:
    """The page, in which nothing is executed but our own script."""
    page.encode()
    parsed = Parsed(page)
    assert {element.tag for element in parsed.elements} <= KNOWN_TAGS
    assert [element.text for element in parsed.all("script")] == [source("first.js"), source("page.js")]
    assert [element.text for element in parsed.all("style")] == [source("page.css")]
    for element in parsed.elements:
        assert not [
            name for name in element.attributes if name.startswith("on") or name in {"style", "srcdoc"}
        ]
        assert "src" not in element.attributes
        assert re.match(
            r"#|https://[\w.-]+/states/home\?|data:image/svg", element.attributes.get("href", "#")
        )
    return parsed


def replace_texts(value: Any, document: Any) -> Any:
    """The document with ``value`` for each of its texts but moments, steps, outcomes and workflow."""
    if isinstance(document, dict):
        kept = {"outcome", "at", "step", "workflow", "status", "started_at", "ended_at", "begun_at"}
        return {k: v if k in kept else replace_texts(value, v) for k, v in document.items()}
    if isinstance(document, list):
        return [replace_texts(value, entry) for entry in document]
    return value if isinstance(document, str) else document


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("sample", [samples.rotation, samples.roles, samples.deprovision])
def test_a_hostile_text_anywhere_in_a_report_stays_text(text: str, sample: Any) -> None:
    parsed = check_harmless(run_page(replace_texts(text, sample())))
    assert len(parsed.all("tr", "c")) == len(sample()["clusters"])


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_anywhere_in_a_fleet_stays_text(text: str) -> None:
    check_harmless(fleet_page(replace_texts(text, fleet())))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><svg onload=alert(1)>', "{{ 7 * 7 }}"])
def test_a_hostile_text_is_shown_as_it_is(text: str) -> None:
    line = {
        "cluster": text,
        "outcome": "failed",
        "reason": text,
        "note": text,
        "wave": "",
        "evidence": {text: [text]},
    }
    parsed = check_harmless(run_page(samples.report("rotate-keys", [line], samples.START)))
    (row,) = parsed.all("tr", "c")
    assert row.text.count(text) >= 5


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_a_page_is_drawn_from_any_report(report: dict[str, Any]) -> None:
    check_harmless(run_page(report))


@settings(max_examples=60, deadline=None)
@given(FLEETS)
def test_a_page_is_drawn_from_any_fleet(fleet: dict[str, Any]) -> None:
    check_harmless(fleet_page(fleet))


@pytest.mark.parametrize("endless", [float("nan"), float("inf"), -float("inf"), 10**400, True])
def test_a_number_that_measures_nothing_is_left_out(endless: Any) -> None:
    names = ("seconds", "polls", "overshoot_seconds")
    line = {"cluster": "sales", "outcome": "rotated", "evidence": {"size_mb": endless}}
    parsed = check_harmless(
        run_page({"clusters": [line | dict.fromkeys(names, endless)], "seconds": endless})
    )
    assert parsed.texts("td", "num") == [""]
    member = {"identifier": "sales", "key_age_days": endless, "max_age_days": 90}
    assert "Age unknown" in check_harmless(fleet_page({"clusters": [member]})).texts("span", "pill")


def test_the_page_s_policy_allows_its_own_style_and_scripts_and_nothing_else() -> None:
    (found,) = [
        element.attributes["content"]
        for element in Parsed(run_page(samples.roles())).all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert found == policy(source("page.css"), source("first.js"), source("page.js"))
    rules = dict(rule.split(" ", 1) for rule in found.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == f"'{digest(source('page.css'))}'"
    assert rules["script-src"].split() == [f"'{digest(source(n))}'" for n in ("first.js", "page.js")]
    assert "unsafe" not in found
    assert (rules["form-action"], rules["base-uri"], rules["img-src"]) == ("'none'", "'none'", "data:")


def test_our_own_files_hold_nothing_that_would_end_their_element() -> None:
    for name in ("page.css", "first.js", "page.js"):
        assert "</" not in source(name)
        assert "<!--" not in source(name)
