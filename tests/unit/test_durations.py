"""Durations: what the policy may say, and how reasons read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.domain.durations import humanize, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 minute", 60),
        ("60 minutes", 3_600),
        ("8 hours", 28_800),
        ("90 days", 7_776_000),
        ("1 week", 604_800),
        ("1 days", 86_400),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "90",
        "days",
        "90 dayz",
        "90days",
        "90  days",
        "-1 days",
        "0 days",
        "1.5 hours",
        "07 days",
        "90 days\n",
        " 90 days",
        "٩ days",
        "90 Days",
        "99999999 days",
        "3 months",
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r'a whole number and a unit .*"90 days"'):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (45.9, "45 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (3_599, "59 min 59 s"),
        (69_120, "19 h 12 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 day"),
        (259_200, "3 days"),
        (259_200 + 4 * 3_600 + 59 * 60, "3 days 4 h"),
        (259_200 + 59 * 60, "3 days"),
        (90 * 86_400, "90 days"),
    ],
)
def test_a_reason_names_at_most_two_neighbouring_units_rounded_down(seconds: float, text: str) -> None:
    assert humanize(seconds) == text


@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_a_humanized_duration_is_never_longer_than_it_is(seconds: int) -> None:
    sizes = {"day": 86_400, "days": 86_400, "h": 3_600, "min": 60, "s": 1}
    words = humanize(seconds).split()
    total = sum(int(count) * sizes[unit] for count, unit in zip(words[::2], words[1::2], strict=True))
    assert total <= seconds < total + sizes[words[-1]] * (1 if len(words) == 4 else 60)
