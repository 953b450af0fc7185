"""The calendar's rules hold for every window, zone and moment."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from steward.domain.calendar import DAYS, Window, closing, first_moment, is_open, next_opening

SECOND = timedelta(seconds=1)
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "America/St_Johns",
            "Australia/Lord_Howe",  # its daylight saving is half an hour
            "Africa/Casablanca",  # back by an hour during Ramadan
            "Asia/Kathmandu",
            "Pacific/Apia",
        )
    ]
)
MOMENTS = st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1)).map(  # noqa: DTZ001  # UTC is added
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
CLOCK_CHANGES = st.sampled_from(
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),  # Europe
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),  # New York
        datetime(2026, 11, 1, 6, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),  # Apia skips a day
    ]
)
AROUND_CHANGES = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes), CLOCK_CHANGES, st.integers(-1_500, 1_500)
)
ANY_MOMENT = st.one_of(MOMENTS, AROUND_CHANGES)
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
WINDOWS = st.builds(Window, TIMES, TIMES, st.frozensets(st.sampled_from(DAYS), min_size=1))


@settings(deadline=None)
@given(WINDOWS, ZONES, ANY_MOMENT)
def test_the_next_opening_is_open_and_not_before_the_moment(
    window: Window, zone: ZoneInfo, at: datetime
) -> None:
    opening = next_opening(window, zone, at)
    assert opening >= at
    assert is_open(window, zone, opening)
    assert is_open(window, zone, at) == (opening == at)


@settings(deadline=None)
@given(WINDOWS, ZONES, ANY_MOMENT, st.floats(0, 1))
def test_the_window_stays_closed_until_the_next_opening(
    window: Window, zone: ZoneInfo, at: datetime, share: float
) -> None:
    opening = next_opening(window, zone, at)
    assume(opening > at)
    between = min(at + (opening - at) * share, opening - SECOND)
    assert not is_open(window, zone, between)


@settings(deadline=None)
@given(WINDOWS, ZONES, ANY_MOMENT)
def test_an_open_window_has_a_closing_and_a_closed_one_has_none(
    window: Window, zone: ZoneInfo, at: datetime
) -> None:
    assert (closing(window, zone, at) is not None) == is_open(window, zone, at)


@settings(deadline=None)
@given(WINDOWS, ZONES, ANY_MOMENT, st.floats(0, 1), st.floats(0, 1))
def test_an_open_window_stays_open_until_its_closing(
    window: Window, zone: ZoneInfo, before: datetime, at_share: float, share: float
) -> None:
    at = moment_within(window, zone, before, at_share)
    end = closing(window, zone, at)
    assert end is not None
    assert end > at
    between = min(at + (end - at) * share, end - SECOND)
    assert is_open(window, zone, between)


def moment_within(window: Window, zone: ZoneInfo, before: datetime, share: float) -> datetime:
    """A whole second of the window's next opening, from its first (0) to its last (1)."""
    opening = next_opening(window, zone, before)
    end = closing(window, zone, opening)
    assert end is not None
    seconds = int((end - opening).total_seconds())
    return opening + int((seconds - 1) * share) * SECOND


@settings(deadline=None)
@given(WINDOWS, ZONES, ANY_MOMENT)
def test_a_window_that_is_not_always_open_is_closed_at_its_closing(
    window: Window, zone: ZoneInfo, at: datetime
) -> None:
    assume(window.opens != window.closes)
    end = closing(window, zone, at)
    assert end is None or not is_open(window, zone, end)


def wall_clock_says_open(window: Window, local: datetime) -> bool:
    """What a person with a watch and a calendar would say."""
    today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    now = local.time()
    if window.opens < window.closes:
        return today in window.days and window.opens <= now < window.closes
    return (today in window.days and now >= window.opens) or (
        yesterday in window.days and now < window.closes
    )


@settings(deadline=None)
@given(WINDOWS, ZONES, MOMENTS)
def test_away_from_clock_changes_a_watch_gives_the_same_answer(
    window: Window, zone: ZoneInfo, at: datetime
) -> None:
    days = [(at + timedelta(days=n)).astimezone(zone).utcoffset() for n in (-2, -1, 0, 1, 2)]
    assume(len(set(days)) == 1)
    assert is_open(window, zone, at) == wall_clock_says_open(window, at.astimezone(zone))


@settings(deadline=None)
@given(ZONES, ANY_MOMENT)
def test_before_the_first_moment_clocks_show_an_earlier_time(zone: ZoneInfo, at: datetime) -> None:
    local = at.astimezone(zone).replace(tzinfo=None)
    moment = first_moment(local, zone)
    assert moment <= at
    assert moment.astimezone(zone).replace(tzinfo=None) >= local
    assert (moment - SECOND).astimezone(zone).replace(tzinfo=None) < local


@settings(deadline=None)
@given(ZONES, CLOCK_CHANGES, st.integers(-2_000, 2_000), st.integers(0, 2_000))
def test_later_local_times_never_come_first(
    zone: ZoneInfo, change: datetime, minutes: int, later: int
) -> None:
    local = change.replace(tzinfo=None) + timedelta(minutes=minutes)
    assert first_moment(local, zone) <= first_moment(local + timedelta(minutes=later), zone)
