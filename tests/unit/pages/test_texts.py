"""Texts on a page: nothing hidden in them, nothing endless; sizes, times and names as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.pages.axis import Axis, find_bend
from steward.pages.console_links import account_and_region, execution_link
from steward.pages.texts import INVISIBLE, LONGEST, clean, label, pluralize, size
from steward.pages.times import UTC_ZONE, moment, zone

START = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
ARN = "arn:aws:states:eu-central-1:123456789012:execution:RedshiftSteward-production-rotate-keys:one"
CHILD = "arn:aws:states:eu-central-1:123456789012:execution:rotate-keys/EachCluster:7c9e6679"


@given(st.text())
def test_no_text_keeps_a_character_that_a_browser_would_obey_or_hide(text: str) -> None:
    assert not INVISIBLE.search(clean(text))


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\x00b", "a␀b"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("x\u202egpj.exe", "x[U+202E]gpj.exe"),
        ("\ud800", "[U+D800]"),
        ("pay\u200bpal", "pay[U+200B]pal"),
        ("a\x85b", "a[U+0085]b"),
    ],
)
def test_what_can_not_be_seen_is_shown(hidden: str, shown: str) -> None:
    assert clean(hidden) == shown


def test_letters_of_every_language_stay_as_they_are() -> None:
    assert clean("Größe 東京 مرحبا 👩‍🔬\tx\n") == "Größe 東京 مرحبا 👩‍🔬\tx\n"


def test_an_endless_text_is_cut_and_says_so() -> None:
    text = clean("x" * 10_000)
    assert text == "x" * LONGEST + "… and 8,000 more characters, all in report.json"


@pytest.mark.parametrize(
    ("name", "words"),
    [("kms_key", "KMS key"), ("request_id", "Request ID"), ("in_sync", "In sync"), ("", ""), ("__", "__")],
)
def test_names_of_fields_are_said_in_words(name: str, words: str) -> None:
    assert label(name) == words


def test_one_is_not_many() -> None:
    assert [pluralize(n, "cluster") for n in (0, 1, 1000)] == ["0 clusters", "1 cluster", "1,000 clusters"]


@pytest.mark.parametrize(
    ("megabytes", "text"),
    [
        (0, "0 MB"),
        (900, "900 MB"),
        (1024, "1.0 GB"),
        (512_000, "500 GB"),
        (1_843_200, "1.8 TB"),
        (2**40, "1,024 PB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_fits(megabytes: int, text: str) -> None:
    assert size(megabytes) == text


def test_times_are_those_of_the_zone_and_name_it() -> None:
    assert zone("Europe/Berlin").full(START) == "Sat 21 Nov 2026, 22:00:00 CET"
    assert UTC_ZONE.full(START) == "Sat 21 Nov 2026, 21:00:00 UTC"


@pytest.mark.parametrize(
    "name", [None, "", "Nowhere/Atall", "../etc/passwd", "Europe", 7, "x\x00", "a" * 300]
)
def test_a_zone_that_is_not_known_is_utc(name: Any) -> None:
    assert zone(name) == UTC_ZONE


@pytest.mark.parametrize("text", [None, "", "soon", 7, {}, "2026-13-41", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_moment_is_none(text: Any) -> None:
    assert moment(text) is None


@pytest.mark.parametrize("arn", [ARN, CHILD])
def test_an_execution_is_linked_to_its_page_in_the_console(arn: str) -> None:
    link = execution_link(arn)
    assert link == (
        "https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1"
        f"#/v2/executions/details/{arn}"
    )


def test_other_partitions_have_consoles_of_their_own() -> None:
    assert execution_link(
        ARN.replace("aws", "aws-us-gov", 1).replace("eu-central-1", "us-gov-west-1")
    ).startswith("https://console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#")
    assert execution_link(ARN.replace("aws", "aws-cn", 1)).startswith("https://console.amazonaws.cn/")


@pytest.mark.parametrize(
    "arn", [None, "", "arn:execution", "javascript:alert(1)", ARN.replace("aws", "aws-iso", 1), 7]
)
def test_what_is_no_execution_has_no_link(arn: Any) -> None:
    assert execution_link(arn) == ""


def test_nothing_in_an_execution_s_name_leaves_the_link() -> None:
    assert (
        execution_link(ARN + '"><script>')
        == ARN.join(
            [
                "https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/",
                "",
            ]
        )
        + "%22%3E%3Cscript%3E"
    )


def test_account_and_region_are_those_of_the_execution() -> None:
    assert account_and_region(ARN) == ("123456789012", "eu-central-1")
    assert account_and_region("arn:execution") == ("", "")


@given(st.integers(0, 10 * 365 * 86_400))
def test_an_axis_of_any_length_has_a_few_ticks_in_order(seconds: int) -> None:
    axis = Axis(START, START + timedelta(seconds=seconds), zone("Europe/Berlin"))
    places = [float(tick.x.removesuffix("%")) for tick in axis.ticks()]
    assert len(places) <= 11
    assert places == sorted(places)
    assert all(0 <= at <= 100 for at in places)


def test_ticks_stand_at_round_times_of_the_zone_and_name_a_new_day() -> None:
    axis = Axis(START + timedelta(minutes=7), START + timedelta(hours=3), zone("Europe/Berlin"))
    assert [tick.text for tick in axis.ticks()] == ["22:30", "23:00", "23:30", "22 Nov", "00:30"]


def test_one_cluster_that_takes_hours_does_not_squeeze_the_others() -> None:
    ends = [START + timedelta(minutes=10 * n) for n in range(1, 10)] + [START + timedelta(hours=8)]
    bent = find_bend(START, ends[-1], ends)
    assert bent == START + timedelta(minutes=84)
    axis = Axis(START, ends[-1], UTC_ZONE, bent)
    assert [round(axis.at(at)) for at in (START, START + timedelta(minutes=42), bent, ends[-1])] == [
        0,
        41,
        82,
        100,
    ]
    assert [tick.text for tick in axis.ticks()][-2:] == ["22:15", "22 Nov 05:00"]


@given(st.lists(st.integers(0, 100_000), max_size=30), st.integers(0, 100_000))
def test_a_bent_axis_keeps_the_order_of_time(offsets: list[int], other: int) -> None:
    moments = sorted(START + timedelta(seconds=offset) for offset in [*offsets, other])
    axis = Axis(START, moments[-1], UTC_ZONE, find_bend(START, moments[-1], moments))
    places = [axis.at(moment) for moment in moments]
    assert places == sorted(places)
    assert all(0 <= account_and_region <= 100 for account_and_region in places)


@pytest.mark.parametrize("minutes", [[], [1, 2, 300], [10, 20, 30, 40], [60, 60, 60, 70]])
def test_an_even_axis_stays_even(minutes: list[int]) -> None:
    ends = [START + timedelta(minutes=minute) for minute in minutes]
    assert find_bend(START, max(ends, default=START), ends) is None


def test_what_lies_outside_stands_at_the_edge() -> None:
    axis = Axis(START, START + timedelta(hours=1), UTC_ZONE)
    assert [axis.at(START + timedelta(hours=h)) for h in (-1, 0, 0.5, 1, 2)] == [0, 0, 50, 100, 100]
