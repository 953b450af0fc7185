"""The run's page shows the outcome of every cluster, when it happened, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.domain.operation import Outcome
from steward.pages.outcomes import BADGES, Tone
from steward.pages.run_page import run_page
from steward.pages.timeline import kind_of
from tests.browser import samples
from tests.browser.parsed import Parsed
from tests.browser.samples import START, iso

SHORT: dict[str, Any] = {
    "cluster": "sales",
    "wave": "main",
    "outcome": "rotated",
    "code": "due",
    "reason": "is old",
}


def page_of(*lines: dict[str, Any], **more: Any) -> Parsed:
    """The page of a run of an hour with these lines."""
    return Parsed(run_page(samples.report("rotate-keys", list(lines), START + timedelta(hours=1), **more)))


def facts(page: Parsed) -> dict[str, str]:
    """The facts at the top, by their term."""
    return dict(zip(page.texts("dt"), page.texts("dd"), strict=True))


def at(minutes: float, step: str) -> dict[str, str]:
    return {"step": step, "at": iso(START + timedelta(minutes=minutes))}


def test_the_headline_is_the_report_s_and_the_facts_are_in_the_policy_s_time() -> None:
    page = page_of(timezone="Europe/Berlin")
    assert page.texts("h1") == ["0 clusters selected:"]
    assert facts(page) == {
        "Started": "Sat 21 Nov 2026, 22:00:00 CET",
        "Ended": "Sat 21 Nov 2026, 23:00:00 CET",
        "Duration": "1 h",
        "Started by": "the schedule, for 22:00",
        "Account": "123456789012 · eu-central-1",
        "Execution": "efdf26bb-f9fd-53c2-8aaa-a22225e0271a",
    }


def test_the_command_that_retries_is_shown_when_there_is_something_to_retry() -> None:
    assert facts(page_of(retry="steward retry run-1"))["Retry with"] == "steward retry run-1"
    assert "Retry with" not in facts(page_of(retry=""))


def test_without_a_zone_times_are_utc() -> None:
    assert facts(page_of(timezone=None))["Started"] == "Sat 21 Nov 2026, 21:00:00 UTC"


@pytest.mark.parametrize(
    ("asked", "term", "text"),
    [
        ({}, "Started by", "on demand"),
        ({"clusters": ["a"], "requested_by": "ann"}, "Requested by", "ann"),
        ({"drift": {"by": "terraform-ci"}}, "Started by", "a role change by terraform-ci"),
        ({"drift": {"cluster": "a"}}, "Started by", "a role change by an unknown identity"),
        (["nonsense"], "Started by", "on demand"),
    ],
)
def test_it_says_who_or_what_started_the_run(asked: Any, term: str, text: str) -> None:
    assert facts(page_of(input=asked))[term] == text


def test_an_input_that_says_more_than_the_schedule_is_shown() -> None:
    assert '{"dry_run": true}' in page_of(input={"dry_run": True}).texts("p", "input")[0]
    assert page_of(input={"scheduled_at": iso(START)}).texts("p", "input") == []


@pytest.mark.parametrize(
    ("status", "lines", "text"),
    [
        ("done", [SHORT], "Done"),
        ("done", [SHORT, SHORT | {"outcome": "failed"}], "Done, with failures"),
        ("stopped", [SHORT], "Stopped early"),
        ("refused", [], "Refused"),
        ("planned", [], "Dry run"),
        ("a_new_one", [], "A new one"),
    ],
)
def test_the_status_is_beside_the_headline(status: str, lines: list[Any], text: str) -> None:
    assert page_of(*lines, status=status).texts("span", "pill")[0] == text


def test_every_outcome_has_a_badge_and_urgency_is_not_shown_by_color_alone() -> None:
    assert set(BADGES) == {outcome.value for outcome in Outcome}
    for badge in BADGES.values():
        assert (badge.tone is Tone.BAD) == Outcome(badge.name).is_failure
    symbols = {tone: {badge.symbol for badge in BADGES.values() if badge.tone is tone} for tone in Tone}
    assert not symbols[Tone.BAD] & symbols[Tone.GOOD]


def test_an_outcome_that_this_version_does_not_know_is_shown_by_its_name() -> None:
    page = page_of(SHORT | {"outcome": "moved_elsewhere"})
    assert page.texts("span", "pill")[1] == "Moved elsewhere"
    assert page.texts("button", "chip") == ["All 1", "Moved elsewhere 1"]


def test_outcomes_are_counted_those_that_need_a_person_first() -> None:
    page = Parsed(run_page(samples.rotation()))
    expected = ["All 24", "Failed 1", "Timed out 1", "Refused 2", "Rotated 16", "Skipped 4"]
    assert page.texts("button", "chip") == expected


def test_trouble_stands_first_then_what_was_done_in_its_order_then_what_was_left_alone() -> None:
    page = page_of(
        SHORT | {"cluster": "left", "outcome": "skipped"},
        SHORT | {"cluster": "second", "timeline": [at(9, "rotating"), at(20, "ended")]},
        SHORT | {"cluster": "first", "timeline": [at(3, "rotating"), at(40, "ended")]},
        SHORT | {"cluster": "bad", "outcome": "failed", "timeline": [at(30, "calling"), at(31, "abandoned")]},
    )
    assert page.texts("button", "open") == ["bad", "first", "second", "left"]


def test_steps_are_bars_from_their_beginning_to_the_next_one() -> None:
    line = SHORT | {"timeline": [at(0, "locked"), at(6, "calling"), at(15, "rotating"), at(45, "ended")]}
    page = page_of(line, timezone=None)
    drawn = [
        e.attributes
        for e in page.elements
        if e.tag == "rect" and e.attributes.get("rx") == "2" and "x" in e.attributes
    ]
    assert [(bar["class"], bar["x"], bar["width"]) for bar in drawn] == [
        ("brief", "0%", "10%"),
        ("brief", "10%", "15%"),
        ("work", "25%", "50%"),
    ]
    titles = [text for text in page.texts("title") if "·" in text and "Steward" not in text]
    assert titles[2] == "Rotating · 21:15:00 to 21:45:00 · 30 min"


def test_the_same_times_are_in_a_list_for_those_who_do_not_see_bars() -> None:
    line = SHORT | {"timeline": [at(0, "locked"), at(15, "rotating"), at(45, "ended")]}
    page = page_of(line, timezone=None)
    (steps,) = page.all("ol", "steps")
    assert steps.text == "Locked21:00:0015 minRotating21:15:0030 min"
    (track,) = page.all("svg", "track")
    assert track.attributes["aria-label"] == "Locked 15 min; Rotating 30 min"


def test_checks_of_no_duration_do_not_interrupt_a_wait() -> None:
    checks = [entry for minute in (0, 5, 10) for entry in (at(minute, "locked"), at(minute, "waiting"))]
    page = page_of(SHORT | {"timeline": [*checks, at(15, "rotating"), at(30, "ended")]}, timezone=None)
    (steps,) = page.all("ol", "steps")
    assert steps.text == "Waiting21:00:0015 minRotating21:15:0015 min"


def test_an_axis_that_bends_is_marked_and_explained() -> None:
    lines = [SHORT | {"timeline": [at(0, "rotating"), at(end, "ended")]} for end in (5, 6, 7, 8, 9, 60)]
    assert "time axis compressed from here" in page_of(*lines).texts("li")
    even = [SHORT | {"timeline": [at(0, "rotating"), at(end, "ended")]} for end in (10, 20, 30, 40, 50, 60)]
    assert "time axis compressed from here" not in page_of(*even).texts("li")


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("rotating", "work"),
        ("guard snapshot", "work"),
        ("restore test", "work"),
        ("final snapshot", "work"),
        ("key rotation", "work"),
        ("deleting", "work"),
        ("adding", "work"),
        ("waiting", "wait"),
        ("refused", "wait"),
        ("settling", "work"),
        ("approval", "ask"),
        ("quarantine", "hold"),
        ("pausing", "power"),
        ("resuming", "power"),
        ("putting back", "power"),
        ("locked", "brief"),
        ("keys rotated", "brief"),
        ("guard snapshot verified", "brief"),
        ("about to delete", "brief"),
        ("something new", "brief"),
    ],
)
def test_a_step_is_drawn_as_what_it_is(step: str, expected: str) -> None:
    assert kind_of(step) == expected


def test_refused_calls_and_bad_ends_are_marked_by_shape_where_they_happened() -> None:
    timeline = [at(0, "locked"), at(6, "refused"), at(12, "waiting"), at(30, "abandoned")]
    page = page_of(SHORT | {"outcome": "failed", "timeline": timeline})
    marks = [(m.attributes["href"], m.attributes["x"], m.has("bad")) for m in page.all("use", "m")]
    assert marks == [("#s-fault", "10%", False), ("#s-cross", "50%", True)]


def test_a_cluster_under_way_when_the_run_ended_is_drawn_to_the_run_s_end() -> None:
    line = SHORT | {"outcome": "not_reached", "timeline": [at(30, "rotating")]}
    page = page_of(line)
    (bar,) = [e for e in page.elements if e.tag == "rect" and e.has("work") and "x" in e.attributes]
    assert (bar.attributes["x"], bar.attributes["width"]) == ("50%", "50%")


def test_a_line_without_a_timeline_is_drawn_from_its_own_moments() -> None:
    line = SHORT | {"begun_at": at(15, "")["at"], "ended_at": at(45, "")["at"], "seconds": 1800}
    page = page_of(line)
    (bar,) = [e for e in page.elements if e.tag == "rect" and e.has("work") and "x" in e.attributes]
    assert (bar.attributes["x"], bar.attributes["width"]) == ("25%", "50%")
    assert page.texts("td", "num") == ["30 min"]


def test_a_line_to_which_nothing_was_done_has_no_bar_and_no_time() -> None:
    page = page_of(SHORT | {"outcome": "skipped", "wave": ""})
    assert page.all("svg", "track") == []
    assert page.texts("td", "num") == [""]
    assert page.texts("td", "why") == ["is old"]


def test_it_says_how_many_were_at_work_at_most() -> None:
    both = [SHORT | {"timeline": [at(start, "rotating"), at(start + 20, "ended")]} for start in (0, 10, 30)]
    assert page_of(*both, timezone=None).texts("span", "zone") == ["UTC · up to 2 at once"]


def test_executions_of_the_run_and_of_its_clusters_are_linked() -> None:
    page = Parsed(run_page(samples.rotation()))
    links = [a.attributes["href"] for a in page.all("a") if "states/home" in a.attributes["href"]]
    assert len(links) == 1 + 18
    assert all(link.startswith("https://eu-central-1.console.aws.amazon.com/states/home?") for link in links)


def test_a_note_and_the_wave_are_shown() -> None:
    page = page_of(SHORT | {"wave": "canary", "note": "came through the status odd"})
    assert page.texts("span", "note") == ["came through the status odd"]
    assert page.texts("span", "wave") == ["canary"]


def test_what_the_plan_knew_about_a_cluster_is_told_under_its_own_names() -> None:
    page = page_of(SHORT | {"kms_key": "arn:aws:kms:x", "about": {"mode": "exact"}})
    assert {"KMS key", "Mode"} <= set(page.texts("dt"))


def test_evidence_is_told_as_fields_lists_and_tables() -> None:
    page = Parsed(run_page(samples.deprovision()))
    assert {"Requested by", "Approved", "Snapshots", "Left behind", "Blockers"} <= set(page.texts("dt"))
    headings = page.texts("th")
    assert headings[headings.index("Blocker") :][:3] == ["Blocker", "Evidence", "What to do"]
    assert "sales_share is consumed by 210987654321" in page.texts("td")
    assert "1.8 TB" in page.texts("td")


def test_roles_that_came_and_went_are_told_apart() -> None:
    page = Parsed(run_page(samples.roles()))
    assert "role/copy-s3" in page.all("ul", "gained")[0].text
    assert {lost.text for lost in page.all("ul", "lost")} == {"arn:aws:iam::123456789012:role/old-etl"}


def test_what_says_nothing_is_left_out_and_nothing_is_told_twice() -> None:
    calls = [{"add": ["a"], "remove": [], "text": "", "answer": "accepted"}]
    evidence = {"rules": ["all"], "changed": {}, "removed": [], "calls": calls}
    page = page_of(SHORT | {"rules": ["all"], "evidence": evidence})
    assert page.texts("dt")[-6:] == ["Code", "Rules", "Removed", "Calls", "Add", "Answer"]


def test_names_of_things_with_a_value_each_are_a_table() -> None:
    page = page_of(
        SHORT | {"evidence": {"roles": {"arn:aws:iam::1:role/copy": "in-sync", "arn:b": "adding"}}}
    )
    assert page.texts("th")[-2:] == ["Name", "Value"]
    assert page.texts("td")[-4:] == ["arn:aws:iam::1:role/copy", "in-sync", "arn:b", "adding"]


def test_deep_evidence_ends_in_json_and_long_lists_say_how_many_more() -> None:
    deep: Any = "end"
    for _ in range(30):
        deep = {"in": deep}
    page = page_of(SHORT | {"evidence": {"deep": deep, "many": list(range(1000))}})
    assert len(page.all("code", "json")) == 1
    assert "and 800 more, all in report.json" in page.texts("p", "mute")


def test_clusters_that_the_policy_does_not_select_are_counted() -> None:
    assert page_of(not_selected=1).texts("p", "mute") == [
        "1 more cluster in this account and Region is not selected by the policy."
    ]
    assert page_of(not_selected=0).texts("p", "mute") == []


def test_a_run_without_clusters_says_so() -> None:
    assert page_of(status="refused").texts("p", "nothing") == ["No clusters selected."]


def test_nothing_is_asked_for_over_the_network() -> None:
    page = run_page(samples.rotation())
    assert [
        word for word in ("<img", "<iframe", "@import", 'http-equiv="refresh', " src=") if word in page
    ] == []
    assert [link.attributes["href"][:19] for link in Parsed(page).all("link")] == ["data:image/svg+xml;"]


def test_a_thousand_clusters_fit_into_a_page_that_is_quick_to_fetch() -> None:
    page = run_page(samples.rotation(1000, at_once=20))
    assert page.count('<tr class="c ') == 1000
    assert len(page) < 3_500_000
