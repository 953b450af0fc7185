"""When a schedule is due: every form of expression, in zones with and without summer time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule_expressions import Cron, next_fire, parse


def moments(expression: str, after: str, count: int = 1, zone: str = "UTC") -> list[str]:
    """The next moments, on the wall clock of the zone."""
    found = []
    moment: datetime | None = datetime.fromisoformat(after).replace(tzinfo=UTC)
    for _ in range(count):
        assert moment is not None
        moment = next_fire(expression, zone, moment)
        found.append("never" if moment is None else f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 22 ? * SAT *)", "2026-03-01", ["2026-03-07 22:00", "2026-03-14 22:00"]),
        ("cron(0 22 ? * 7 *)", "2026-03-01", ["2026-03-07 22:00"]),
        ("cron(30 2 1 * ? *)", "2026-03-01T02:30", ["2026-04-01 02:30"]),
        (
            "cron(0/20 10 * * ? *)",
            "2026-03-01T09:59",
            ["2026-03-01 10:00", "2026-03-01 10:20", "2026-03-01 10:40"],
        ),
        ("cron(0 8-17/3 ? * MON-FRI *)", "2026-02-27T15:00", ["2026-02-27 17:00", "2026-03-02 08:00"]),
        ("cron(0 0 1 JAN,JUL ? *)", "2026-03-01", ["2026-07-01 00:00", "2027-01-01 00:00"]),
        ("cron(0 0 L * ? *)", "2024-02-01", ["2024-02-29 00:00", "2024-03-31 00:00"]),
        ("cron(0 0 31 * ? *)", "2026-03-31T00:00", ["2026-05-31 00:00"]),
        ("cron(0 0 15W * ? *)", "2026-03-01", ["2026-03-16 00:00"]),  # the 15th is a Sunday
        ("cron(0 0 1W * ? *)", "2026-07-31", ["2026-08-03 00:00"]),  # a Saturday; not back into July
        ("cron(0 0 31W * ? *)", "2026-04-01", ["2026-05-29 00:00"]),  # April has none, in May a Sunday
        ("cron(0 0 ? * 6L *)", "2026-03-01", ["2026-03-27 00:00"]),
        ("cron(0 0 ? * FRIL *)", "2026-03-01", ["2026-03-27 00:00"]),
        ("cron(0 0 ? * 3#2 *)", "2026-03-01", ["2026-03-10 00:00"]),
        ("cron(0 0 ? * SUN#5 *)", "2026-04-01", ["2026-05-31 00:00"]),
        ("cron(0 0 ? * L *)", "2026-03-01", ["2026-03-07 00:00"]),
        ("cron(0 0 1 1 ? 2030,2032)", "2026-03-01", ["2030-01-01 00:00", "2032-01-01 00:00", "never"]),
        ("cron(0 0 29 2 ? *)", "2026-03-01", ["2028-02-29 00:00"]),
        ("at(2026-03-05T04:05:06)", "2026-03-01", ["2026-03-05 04:05", "never"]),
        ("at(2026-02-05T04:05:06)", "2026-03-01", ["never"]),
        ("rate(5 minutes)", "2026-03-01", ["2026-03-01 00:05"]),
        ("rate(1 day)", "2026-03-01", ["2026-03-02 00:00"]),
    ],
)
def test_the_next_moments(expression: str, after: str, expected: list[str]) -> None:
    assert moments(expression, after, len(expected)) == expected


def test_a_cron_time_is_wall_clock_time_of_its_zone() -> None:
    found = moments("cron(0 22 * * ? *)", "2026-03-27T00:00", 4, "Europe/Berlin")

    assert found == [f"2026-03-{day} 22:00" for day in (27, 28, 29, 30)]


def test_a_moment_that_summer_time_skips_is_left_out() -> None:
    found = moments("cron(30 2 * * ? *)", "2026-03-28T00:00", 2, "Europe/Berlin")

    assert found == ["2026-03-28 02:30", "2026-03-30 02:30"]


def test_a_moment_that_comes_twice_in_autumn_counts_once() -> None:
    first = next_fire("cron(30 2 * * ? *)", "Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # summer time, the first of the two
    second = next_fire("cron(30 2 * * ? *)", "Europe/Berlin", first)

    assert second == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_a_rate_is_counted_from_its_start_and_begins_there() -> None:
    start = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    before, later = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, 13, 30, tzinfo=UTC)

    assert next_fire("rate(2 hours)", "UTC", before, start) == start
    assert next_fire("rate(2 hours)", "UTC", later, start) == datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


def test_nothing_is_due_before_the_start_but_the_start_itself_may_be() -> None:
    start = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)

    assert next_fire("cron(0 22 * * ? *)", "UTC", datetime(2026, 3, 1, tzinfo=UTC), start) == start


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("every day", "cron(...) with six fields or rate"),
        ("cron(0 22 * * SAT)", "six fields (minutes hours day-of-month month day-of-week year), not 5"),
        ("cron(0 22 * * SAT *)", '"?" in exactly one'),
        ("cron(0 22 ? * ? *)", '"?" in exactly one'),
        ("cron(60 22 ? * SAT *)", '0 to 59 in the field minutes, where it says "60"'),
        ("cron(0 22 ? * SAX *)", '1 to 7 or SUN to SAT in the field day-of-week, where it says "SAX"'),
        ("cron(0 22 ? * 0 *)", '1 to 7 or SUN to SAT in the field day-of-week, where it says "0"'),
        ("cron(5-1 22 ? * SAT *)", 'where it says "5-1"'),
        ("cron(0/0 22 ? * SAT *)", 'where it says "0/0"'),
        ("cron(a+b 22 ? * SAT *)", 'where it says "a+b"'),
        ("cron(0 22 32W * ? *)", '1 to 31 in the field day-of-month, where it says "32W"'),
        ("rate(1 hours)", "rate(1 hour), singular for 1"),
        ("rate(5 minute)", "rate(5 minutes), singular for 1, otherwise plural"),
        ("rate(0 minutes)", "rate(number unit)"),
        ("at(tomorrow)", "a moment of the form at(yyyy"),
    ],
)
def test_what_is_no_expression_is_refused_with_a_reason(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse(expression)


def minute_of(local: datetime) -> int:
    return local.hour * 60 + local.minute


def days_field() -> st.SearchStrategy[str]:
    monthday = st.one_of(st.integers(1, 28).map(str), st.sampled_from(["*", "L", "1/7", "10-20", "3W"]))
    weekday = st.one_of(st.integers(1, 7).map(str), st.sampled_from(["*", "MON-FRI", "2L", "5#3", "L"]))
    return st.one_of(monthday.map(lambda d: f"{d} * ?"), weekday.map(lambda d: f"? * {d}"))


@given(
    minute=st.sampled_from(["0", "30", "0/15", "*"]),
    hour=st.sampled_from(["0", "2", "1-3", "*/6"]),
    days=days_field(),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    offset=st.integers(0, 366 * 24 * 60),
)
def test_the_next_moment_is_the_first_minute_that_matches(
    minute: str, hour: str, days: str, zone: str, offset: int
) -> None:
    expression = f"cron({minute} {hour} {days} *)"
    after = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=offset)
    found = next_fire(expression, zone, after)
    horizon = min(found or after, after + timedelta(days=2)) if found else after

    # No minute in between matches on the wall clock, but for the second pass of an autumn night.
    cron = parse(expression)
    assert isinstance(cron, Cron)
    step = after.replace(second=0) + timedelta(minutes=1)
    while step < horizon:
        local = step.astimezone(ZoneInfo(zone))
        matches = (
            minute_of(local) in cron.minutes_of_day
            and local.month in cron.months
            and cron.falls_on(local.date())
        )
        assert not matches or local.fold
        step += timedelta(minutes=1)
    assert found is not None
    local = found.astimezone(ZoneInfo(zone))
    assert found > after
    assert minute_of(local) in cron.minutes_of_day
    assert cron.falls_on(local.date())


@pytest.mark.parametrize("start", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_the_first_and_the_last_moment_can_be_a_start(start: datetime, zone: str) -> None:
    after = datetime(2026, 3, 1, tzinfo=UTC)
    for text in ("cron(0 22 * * ? *)", "rate(1 day)"):
        due = next_fire(text, zone, after, start)
        assert (due is None or due > after) if start > after else due is not None


@pytest.mark.parametrize("text", ["at(0001-01-01T00:00:00)", "at(9999-12-31T23:59:59)"])
def test_a_moment_beyond_all_years_never_comes(text: str) -> None:
    zone = "Asia/Tokyo" if text.startswith("at(0") else "America/New_York"
    assert next_fire(text, zone, datetime(2026, 3, 1, tzinfo=UTC)) is None
