"""Schedule expressions: what EventBridge Scheduler takes, and what can never meet the change window."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.schedule import meets, parse_schedule, skipped_run
from schedule_expressions import Cron, Rate, parse_cron
from steward.domain.calendar import DAYS, Window, is_open

UTC = ZoneInfo("UTC")
NIGHT = Window(time(22), time(6))


@pytest.mark.parametrize(
    "text",
    [
        "cron(0 22 ? * SAT *)",
        "cron(0 22 * * ? *)",
        "cron(0/15 8-18 ? JAN-MAR,DEC MON-FRI 2026-2030)",
        "cron(*/5 * 1,15 */2 ? *)",
        "cron(59 23 L * ? *)",
        "cron(0 0 LW * ? *)",
        "cron(0 0 15W * ? *)",
        "cron(0 0 29 2 ? *)",
        "cron(0 0 ? * 6#3 *)",
        "cron(0 0 ? * FRIL *)",
        "cron(0 0 ? * L *)",
        "cron(0 0 ? * 1-7 2199)",
        "rate(1 minute)",
        "rate(2 hours)",
        "rate(7 days)",
    ],
)
def test_what_eventbridge_scheduler_takes_is_taken(text: str) -> None:
    parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every saturday", "cron(...) with six fields or rate(...)"),
        ("0 22 ? * SAT *", "cron(...) with six fields or rate(...)"),
        ("at(2026-11-21T22:00:00)", "at(...) runs only once"),
        ("cron(0 22 ? * SAT)", "six fields (minutes hours day-of-month month day-of-week year), not 5"),
        ("cron(60 22 ? * SAT *)", '0 to 59 in the field minutes, where it says "60"'),
        ("cron(0 24 ? * SAT *)", '0 to 23 in the field hours, where it says "24"'),
        ("cron(0 22 32 * ? *)", '1 to 31 in the field day-of-month, where it says "32"'),
        ("cron(0 22 ? 13 SAT *)", '1 to 12 or JAN to DEC in the field month, where it says "13"'),
        ("cron(0 22 ? * 0 *)", '1 to 7 or SUN to SAT in the field day-of-week, where it says "0"'),
        ("cron(0 22 ? * Sat *)", '1 to 7 or SUN to SAT in the field day-of-week, where it says "Sat"'),
        ("cron(0 22 ? * FRI-MON *)", 'in the field day-of-week, where it says "FRI-MON"'),
        ("cron(0 22 ? * MON/2 *)", 'day-of-week, which knows no "/"'),
        ("cron(0 22 ? * 6#6 *)", 'in the field day-of-week, where it says "6#6"'),
        ("cron(0 22 ? * 3#1,6#3 *)", '"3#1" to stand alone in the field day-of-week'),
        ("cron(0 22 L,1 * ? *)", '"L" to stand alone in the field day-of-month'),
        ("cron(0 22 ? * SAT 1969)", '1970 to 2199 in the field year, where it says "1969"'),
        ("cron(0/0 22 ? * SAT *)", '0 to 59 in the field minutes, where it says "0/0"'),
        ("cron(0,,5 22 ? * SAT *)", '0 to 59 in the field minutes, where it says ""'),
        ("cron(0 22 * * SAT *)", '"?" in exactly one of the fields'),
        ("cron(0 22 ? * ? *)", '"?" in exactly one of the fields'),
        ("cron(? 22 * * ? *)", '0 to 59 in the field minutes, where it says "?"'),
        ("cron(0 22 31 2,4 ? *)", "a date that exists"),
        ("cron(0 22 29 2 ? 2027)", "a date that exists"),
        ("rate(0 days)", "rate(number unit)"),
        ("rate(7 weeks)", "rate(number unit)"),
        ("rate(1.5 days)", "rate(number unit)"),
        ("rate(1 days)", "rate(1 day), singular for 1, otherwise plural"),
        ("rate(7 day)", "rate(7 days), singular for 1, otherwise plural"),
    ],
)
def test_anything_else_is_refused_and_the_field_is_named(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]") as caught:
        parse_schedule(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("0 0 ? 11 SAT#3 2026", [date(2026, 11, 21)]),
        ("0 0 ? 11 6L 2026", [date(2026, 11, 27)]),
        ("0 0 ? 11 L 2026", [date(2026, 11, day) for day in (7, 14, 21, 28)]),
        ("0 0 L 2 ? 2027-2028", [date(2027, 2, 28), date(2028, 2, 29)]),
        ("0 0 LW 10 ? 2026", [date(2026, 10, 30)]),  # the 31st is a Saturday
        ("0 0 1W 8 ? 2026", [date(2026, 8, 3)]),  # the 1st is a Saturday; never into July
        ("0 0 15W 11 ? 2026", [date(2026, 11, 16)]),  # the 15th is a Sunday
        ("0 0 31W 2,3 ? 2026", [date(2026, 3, 31)]),
        ("0 0 10-20/5 1 ? 2026", [date(2026, 1, day) for day in (10, 15, 20)]),
    ],
)
def test_a_cron_expression_falls_on_the_dates_that_eventbridge_documents(
    text: str, first: list[date]
) -> None:
    assert list(islice(parse_cron(text).dates(), 10)) == first


def test_a_cron_expression_without_years_falls_on_every_calendar_there_is() -> None:
    dates = list(parse_cron("0 0 29 2 ? *").dates())
    assert {day.weekday() for day in dates} == set(range(7))


@pytest.mark.parametrize(
    ("text", "window", "expected"),
    [
        ("cron(0 22 ? * SAT *)", NIGHT, True),
        ("cron(0 12 ? * SAT *)", NIGHT, False),
        ("cron(59 5 ? * SAT *)", NIGHT, True),
        ("cron(0 6 ? * SAT *)", NIGHT, False),
        ("cron(0 3 ? * SUN *)", Window(time(22), time(6), frozenset({"SAT"})), True),
        ("cron(0 3 ? * SAT *)", Window(time(22), time(6), frozenset({"SAT"})), False),
        ("cron(0 3 ? * MON *)", Window(time(22), time(6), frozenset({"SUN"})), True),
        ("cron(0 22 1 * ? *)", Window(time(22), time(6), frozenset({"SAT"})), True),
        ("cron(0 22 21 11 ? 2026)", Window(time(22), time(6), frozenset({"SUN"})), False),
        ("cron(0 22 15W * ? *)", Window(time(20), time(23), frozenset({"SAT", "SUN"})), False),
        ("cron(0 23 ? * SAT *)", Window(time(8), time(), frozenset({"SAT"})), True),
        ("rate(8 hours)", NIGHT, True),
        ("rate(9 hours)", NIGHT, False),
        ("rate(7 days)", NIGHT, False),
    ],
)
def test_a_schedule_has_to_be_able_to_meet_the_window(text: str, window: Window, *, expected: bool) -> None:
    assert meets(parse_schedule(text), window) is expected


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
WINDOWS = st.builds(Window, TIMES, TIMES, st.frozensets(st.sampled_from(DAYS), min_size=1))


@settings(deadline=None)
@given(WINDOWS, st.integers(0, 23), st.sampled_from([0, 15, 30]), st.integers(1, 7))
def test_a_weekly_schedule_meets_a_window_exactly_when_the_window_is_open_at_that_time(
    window: Window, hour: int, minute: int, weekday: int
) -> None:
    schedule = parse_schedule(f"cron({minute} {hour} ? * {weekday} *)")
    sunday = datetime(2026, 11, 22, hour, minute, tzinfo=UTC)
    assert meets(schedule, window) == is_open(window, UTC, sunday + timedelta(days=weekday - 1))


@settings(deadline=None)
@given(st.integers(1, 10_000), st.sampled_from(["minute", "hour", "day"]))
def test_every_rate_reads_in_its_own_grammar(number: int, unit: str) -> None:
    plural = "" if number == 1 else "s"
    schedule = parse_schedule(f"rate({number} {unit}{plural})")
    assert isinstance(schedule, Rate)
    assert schedule.every == timedelta(minutes=number * {"minute": 1, "hour": 60, "day": 1440}[unit])


def test_the_moments_of_a_day_are_every_hour_with_every_minute() -> None:
    schedule = parse_schedule("cron(0,30 8-9 ? * SAT *)")
    assert isinstance(schedule, Cron)
    assert schedule.minutes_of_day == (480, 510, 540, 570)


@pytest.mark.parametrize(
    ("text", "zone", "skipped"),
    [
        ("cron(30 2 * * ? *)", "Europe/Berlin", True),
        ("cron(30 2 ? * SUN *)", "Europe/Berlin", True),
        ("cron(0 2 * * ? *)", "America/New_York", True),
        ("cron(0 0 * * ? *)", "Africa/Cairo", True),
        ("cron(30 2 ? * SAT *)", "Europe/Berlin", False),
        ("cron(0 3 * * ? *)", "Europe/Berlin", False),
        ("cron(30 2 * * ? *)", "UTC", False),
        ("cron(30 2 * * ? *)", "Asia/Tokyo", False),
        ("cron(0/15 * * * ? *)", "Europe/Berlin", False),
        ("cron(30 2,3 * * ? *)", "Europe/Berlin", False),
        ("cron(30 2 29 3 ? 2199)", "Europe/Berlin", False),
        ("rate(7 days)", "Europe/Berlin", False),
    ],
)
def test_a_run_that_clocks_would_skip_is_found_unless_the_next_one_follows_soon(
    text: str, zone: str, *, skipped: bool
) -> None:
    found = skipped_run(parse_schedule(text), ZoneInfo(zone))
    assert (found is not None) is skipped
