"""Moments as text: UTC, to the second, and the same whoever wrote them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.moments import format_moment, parse_moment

NINE = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T21:00:00Z",
        "2026-11-21T21:00:00.000Z",
        "2026-11-21T22:00:00+01:00",
        "2026-11-21T21:00:00",
        " 2026-11-21T21:00Z ",
    ],
)
def test_every_spelling_of_a_moment_is_read_and_no_offset_means_utc(text: str) -> None:
    assert parse_moment(text) == NINE
    assert parse_moment(text).tzinfo is UTC


def test_a_date_is_the_midnight_with_which_it_begins_in_utc() -> None:
    assert parse_moment("2026-11-21") == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "21.11.2026"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_moment(text)


def test_a_moment_is_written_in_utc_without_fractions() -> None:
    berlin = timezone(timedelta(hours=1))
    assert format_moment(datetime(2026, 11, 21, 22, 0, 0, 999999, tzinfo=berlin)) == "2026-11-21T21:00:00Z"


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.timezones()))  # noqa: DTZ001  # hypothesis wants it naive
def test_what_is_written_reads_as_the_same_second(moment: datetime) -> None:
    assert parse_moment(format_moment(moment)) == moment.astimezone(UTC).replace(microsecond=0)
