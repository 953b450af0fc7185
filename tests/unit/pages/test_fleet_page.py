"""The fleet's page shows each cluster's key age against the policy, role drift, last run and snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from steward.pages.fleet_page import fleet_page
from tests.browser.fleet_sample import fleet
from tests.browser.parsed import Parsed

ROLE = "arn:aws:iam::123456789012:role/old-etl"


def page_of(*members: dict[str, Any], **more: Any) -> Parsed:
    """The page of a fleet of these clusters, which have fresh keys unless they say otherwise."""
    usual = {
        "identifier": "sales",
        "status": "available",
        "encrypted": True,
        "key_age_days": 12,
        "max_age_days": 90,
    }
    return Parsed(fleet_page({"clusters": [usual | member for member in members]} | more))


@pytest.mark.parametrize(
    ("member", "state", "left"),
    [
        ({}, "Within policy", "78 days left"),
        ({"key_age_days": 76.6}, "Due soon", "13 days left"),
        ({"key_age_days": 90}, "Due soon", "0 days left"),
        ({"key_age_days": 97.5}, "Overdue", "7 days overdue"),
        ({"key_age_days": None}, "Age unknown", ""),
        ({"max_age_days": None}, "Excluded", "12 days"),
        ({"encrypted": False, "key_age_days": None}, "Not encrypted", ""),
    ],
)
def test_keys_are_judged_by_the_policy(member: dict[str, Any], state: str, left: str) -> None:
    page = page_of(member)
    assert page.texts("span", "pill") == [state]
    assert page.texts("td", "num") == [left]


def test_the_bar_and_the_policy_s_line_are_on_one_scale() -> None:
    page = page_of({"key_age_days": 45}, {"identifier": "crm", "key_age_days": 99})
    bars = [
        e.attributes["width"]
        for e in page.elements
        if e.tag == "rect" and e.has("age") and "y" in e.attributes and e.attributes["y"] == "6"
    ]
    lines = [
        e.attributes["x1"]
        for e in page.all("line", "limit")
        if "x1" in e.attributes and e.attributes["x1"] != "4"
    ]
    assert bars == ["95.24%", "43.29%"]
    assert lines == ["86.58%", "86.58%"]


def test_one_very_old_cluster_does_not_hide_the_others() -> None:
    page = page_of({"key_age_days": 45}, {"identifier": "old", "key_age_days": 2900})
    assert [m.attributes["href"] for m in page.all("use", "m")] == ["#s-beyond"]
    lines = [
        e.attributes["x1"]
        for e in page.all("line", "limit")
        if "x1" in e.attributes and e.attributes["x1"] != "4"
    ]
    assert lines == ["50%", "50%"]


def test_the_keys_farthest_beyond_the_policy_stand_first() -> None:
    page = page_of(
        {"identifier": "fresh"},
        {"identifier": "late", "key_age_days": 95},
        {"identifier": "later", "key_age_days": 20, "max_age_days": 7},
    )
    assert page.texts("button", "open") == ["later", "late", "fresh"]


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        (None, ["not managed"]),
        ({}, ["in sync"]),
        ({"added": [], "removed": []}, ["in sync"]),
        ({"added": [ROLE], "removed": [ROLE, ROLE]}, ["1 unexpected", "2 missing"]),
        ({"default": "none instead of old-etl"}, ["wrong default"]),
        ({"unknown": "iam:GetRole was refused"}, ["unknown"]),
    ],
)
def test_drift_is_told_in_a_few_words(drift: dict[str, Any] | None, words: list[str]) -> None:
    assert page_of({"drift": drift}).texts("span", "tag") == words


def test_the_headline_says_what_needs_a_look() -> None:
    page = Parsed(fleet_page(fleet()))
    assert page.texts("h1") == ["24 clusters: 2 with overdue keys, 2 with role drift"]
    assert page_of({}).texts("h1") == ["1 cluster: no overdue keys"]
    assert page_of({"drift": {}}).texts("h1") == ["1 cluster: no overdue keys, no role drift"]


def test_a_cluster_with_a_lock_is_in_progress() -> None:
    page = page_of({"lock": {"workflow": "rotate-keys", "run": "one", "since": "2026-11-21T21:00:00Z"}})
    assert page.texts("span", "wave") == ["in progress"]
    assert page.texts("button", "chip") == ["All 1", "Within policy 1", "In progress 1"]


def test_another_status_than_available_is_shown() -> None:
    assert page_of({"status": "paused"}).texts("span", "wave") == ["paused"]


def test_snapshots_are_counted_listed_and_those_of_gone_clusters_kept_apart() -> None:
    page = Parsed(fleet_page(fleet()))
    assert page.texts("h2") == ["Snapshots of deleted clusters"]
    (gone,) = page.all("div", "panel")
    assert "steward-final-finance-legacy" in gone.text
    assert [t for t in page.texts("td", "num")[-6:] if "B" in t] == ["1.8 TB", "500 GB", "93.8 GB"]
    assert "indefinitely" in gone.text
    assert page.texts("td", "kept").count("") == 24 - 5


def test_nothing_but_clusters_is_needed() -> None:
    assert Parsed(fleet_page({"clusters": []})).texts("p", "nothing") == ["No clusters."]
    assert Parsed(fleet_page({"clusters": [{"identifier": "sales"}]})).texts("button", "open") == ["sales"]
