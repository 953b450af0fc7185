"""Knobs: all are described, checked and tested; durations are read as people write them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from local.redshift.api.paging import page
from local.redshift.behavior.durations import Duration, duration
from local.redshift.behavior.knobs import KNOB_NAMES, Knobs
from local.redshift.behavior.timeline import Timeline


def test_every_knob_has_a_description() -> None:
    properties = TypeAdapter(Knobs).json_schema()["properties"]

    assert [name for name in KNOB_NAMES if not properties[name].get("description")] == []


def test_the_defaults_are_those_of_the_documentation() -> None:
    knobs = Knobs()

    assert knobs.rotate_duration == duration("10 minutes")
    assert knobs.describe_lag == duration("0 to 10 seconds")
    assert knobs.post_op_busy_tail == duration("30 to 120 seconds")
    assert knobs.paused_delete == "reject"
    assert knobs.unencrypted_rotate_error == "InvalidClusterState"


def test_an_unknown_knob_is_refused() -> None:
    with pytest.raises(ValidationError, match="rotate_durration"):
        TypeAdapter(Knobs).validate_python({"rotate_durration": "3 hours"})


@pytest.mark.parametrize(
    ("text", "shortest", "longest"),
    [
        ("10 minutes", 600, 600),
        ("1 hour 30 minutes", 5400, 5400),
        ("0 seconds", 0, 0),
        ("30 to 120 seconds", 30, 120),
        ("30 seconds to 2 minutes", 30, 120),
        ("1.5 hours", 5400, 5400),
        ("1 day", 86_400, 86_400),
        ("2 weeks", 1_209_600, 1_209_600),
    ],
)
def test_a_span_is_read(text: str, shortest: float, longest: float) -> None:
    assert Duration.parse(text) == Duration(timedelta(seconds=shortest), timedelta(seconds=longest))


@pytest.mark.parametrize(
    "text", ["10 minutes", "1 hour", "90 seconds", "0 seconds", "30 seconds to 2 minutes", "forever",
             "usually 10 minutes, at most 4 hours"]
)  # fmt: skip
def test_a_span_is_written_as_it_is_read(text: str) -> None:
    assert str(Duration.parse(text)) == text


def test_a_span_may_usually_be_short_and_at_times_long() -> None:
    bounds = Duration.parse("usually 10 minutes, at most 4 hours")
    rng = random.Random(1)  # noqa: S311 no secret

    drawn = sorted(bounds.draw(rng) for _ in range(2001))

    assert timedelta(minutes=9) < drawn[1000] < timedelta(minutes=11)
    assert drawn[-1] > timedelta(hours=2)
    assert drawn[-1] <= timedelta(hours=4)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "10",
        "usually 2 hours, at most 1 hour",
        "10 minuts",
        "ten minutes",
        "2 minutes to 1 minute",
        600,
        None,
    ],
)
def test_what_is_no_span_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"not a duration|shorter one first"):
        Duration.parse(wrong)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers())
def test_a_length_is_drawn_from_within_its_span(low: int, more: int, seed: int) -> None:
    bounds = Duration(timedelta(seconds=low), timedelta(seconds=low + more))

    assert bounds.shortest <= bounds.draw(random.Random(seed)) <= bounds.longest  # noqa: S311 no secret


@given(st.lists(st.integers(0, 100)), st.lists(st.integers(1, 40), max_size=10))
def test_what_is_due_happens_once_in_order_however_often_somebody_looks(
    dues: list[int], steps: list[int]
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    timeline, happened = Timeline(), []
    for due in dues:
        timeline.add(start + timedelta(seconds=due), lambda moment: happened.append((moment - start).seconds))
    now = start
    for step in [*steps, 200]:
        now += timedelta(seconds=step)
        timeline.settle(now)
        assert happened == sorted(due for due in dues if start + timedelta(seconds=due) <= now)


@given(st.sets(st.text("abc-", min_size=1, max_size=6), max_size=120), st.integers(20, 100))
def test_a_walk_through_pages_meets_every_record_exactly_once(records: set[str], size: int) -> None:
    met: list[str] = []
    marker: str | None = None
    while True:
        shown, marker = page({"MaxRecords": size} | ({"Marker": marker} if marker else {}), records, str)
        met += shown
        if marker is None:
            break

    assert met == sorted(records)
