"""The calendar: change windows, blackouts and maintenance windows, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from steward.domain.calendar import (
    Blackout,
    Window,
    closing,
    first_moment,
    is_open,
    near_maintenance,
    next_opening,
)
from steward.domain.deployed_settings import parse_settings
from steward.domain.selection import Selector

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Window(time(22), time(6))
SATURDAY_NIGHT = Window(time(22), time(6), frozenset({"SAT"}))
HOUR = timedelta(hours=1)


def berlin(text: str) -> datetime:
    """A moment in Berlin's local time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-21T21:59:59", False),
        ("2026-11-21T22:00", True),
        ("2026-11-22T05:59:59", True),
        ("2026-11-22T06:00", False),
    ],
)
def test_a_window_that_spans_midnight_is_open_until_before_it_closes(at: str, *, expected: bool) -> None:
    assert is_open(NIGHT, BERLIN, berlin(at)) is expected


def test_a_window_belongs_to_the_day_on_which_it_opens() -> None:
    assert is_open(SATURDAY_NIGHT, BERLIN, berlin("2026-11-22T03:00"))  # Sunday
    assert not is_open(SATURDAY_NIGHT, BERLIN, berlin("2026-11-21T03:00"))  # Saturday
    assert not is_open(SATURDAY_NIGHT, BERLIN, berlin("2026-11-22T23:00"))


def test_the_next_opening_is_the_moment_itself_while_the_window_is_open() -> None:
    at = berlin("2026-11-22T03:00")
    assert next_opening(SATURDAY_NIGHT, BERLIN, at) == at


def test_the_next_opening_of_a_weekly_window_is_up_to_a_week_away() -> None:
    assert next_opening(SATURDAY_NIGHT, BERLIN, berlin("2026-11-22T06:00")) == berlin("2026-11-28T22:00")


def test_an_open_window_closes_on_the_following_morning() -> None:
    assert closing(SATURDAY_NIGHT, BERLIN, berlin("2026-11-21T22:00")) == berlin("2026-11-22T06:00")


def test_a_closed_window_has_no_closing() -> None:
    assert closing(SATURDAY_NIGHT, BERLIN, berlin("2026-11-22T06:00")) is None


def test_without_a_window_changes_may_start_at_any_time() -> None:
    at = berlin("2026-11-22T12:00")
    assert is_open(None, BERLIN, at)
    assert next_opening(None, BERLIN, at) == at
    assert closing(None, BERLIN, at) is None


def test_a_weekend_of_two_whole_days_closes_once() -> None:
    weekend = Window(time(), time(), frozenset({"SAT", "SUN"}))
    assert closing(weekend, BERLIN, berlin("2026-11-21T10:00")) == berlin("2026-11-23T00:00")
    assert not is_open(weekend, BERLIN, berlin("2026-11-23T00:00"))


def test_a_night_is_an_hour_shorter_when_the_clocks_go_forward() -> None:
    opens = berlin("2026-03-28T22:00")
    assert closing(NIGHT, BERLIN, opens) == opens + 7 * HOUR


def test_a_night_is_an_hour_longer_when_the_clocks_go_back() -> None:
    opens = berlin("2026-10-24T22:00")
    assert closing(NIGHT, BERLIN, opens) == opens + 9 * HOUR


def test_a_window_that_opens_at_a_skipped_time_opens_when_the_clocks_change() -> None:
    window = Window(time(2, 30), time(6))
    assert next_opening(window, BERLIN, berlin("2026-03-29T00:00")) == utc("2026-03-29T01:00")


def test_a_window_that_closes_at_a_skipped_time_closes_when_the_clocks_change() -> None:
    window = Window(time(1), time(2, 30))
    assert closing(window, BERLIN, berlin("2026-03-29T01:00")) == utc("2026-03-29T01:00")


def test_a_window_inside_the_skipped_hour_does_not_open_on_that_day() -> None:
    window = Window(time(2, 10), time(2, 50))
    assert next_opening(window, BERLIN, berlin("2026-03-29T00:00")) == berlin("2026-03-30T02:10")


def test_a_weekly_window_inside_the_skipped_hour_waits_for_the_next_week() -> None:
    window = Window(time(2, 10), time(2, 50), frozenset({"SUN"}))
    assert next_opening(window, BERLIN, berlin("2026-03-23T00:00")) == berlin("2026-04-05T02:10")


def test_a_time_that_occurs_twice_counts_the_first_time() -> None:
    window = Window(time(2, 30), time(2, 45))
    opens = utc("2026-10-25T00:30")
    assert next_opening(window, BERLIN, berlin("2026-10-25T01:00")) == opens
    assert closing(window, BERLIN, opens) == opens + timedelta(minutes=15)
    assert not is_open(window, BERLIN, opens + HOUR)


def test_a_zone_that_skips_a_whole_day_skips_the_openings_of_that_day() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    noon = Window(time(12), time(13))
    after = datetime(2011, 12, 29, 13, tzinfo=apia)
    assert next_opening(noon, apia, after) == datetime(2011, 12, 31, 12, tzinfo=apia)
    assert first_moment(datetime.combine(date(2011, 12, 30), time(12)), apia) == utc("2011-12-30T10:00")


def test_a_moment_may_come_in_any_zone_but_not_without_one() -> None:
    assert is_open(NIGHT, BERLIN, datetime(2026, 11, 21, 16, tzinfo=ZoneInfo("America/New_York")))
    with pytest.raises(ValueError, match="2026-11-21T22:00:00 has no time zone"):
        is_open(NIGHT, BERLIN, datetime(2026, 11, 21, 22))  # noqa: DTZ001  # the point of the test


def test_a_moment_in_the_repeated_hour_may_come_in_local_time() -> None:
    # Python calls such a moment unequal to the same moment in another zone
    second_half_past_two = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    assert is_open(NIGHT, BERLIN, second_half_past_two)


def test_a_window_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one of the days MON, TUE"):
        Window(time(22), time(6), frozenset())


def test_a_window_is_read_from_the_settings() -> None:
    document = {"opens": "22:00", "closes": "06:00", "days": ["SAT"]}
    assert Window.from_dict(document) == SATURDAY_NIGHT
    whole_day = Window.from_dict({"opens": "00:00", "closes": "24:00", "days": ["SAT"]})
    assert closing(whole_day, BERLIN, berlin("2026-11-21T00:00")) == berlin("2026-11-22T00:00")


def test_a_window_reads_as_people_write_it() -> None:
    assert str(NIGHT) == "22:00-06:00 every day"
    assert str(Window(time(8), time(), frozenset({"SUN", "SAT"}))) == "08:00-24:00 on SAT, SUN"


def test_a_blackout_holds_from_its_first_moment_until_before_its_last() -> None:
    blackout = parse_settings(
        Blackout,
        {"name": "quarter close", "from": "2026-12-28T00:00", "to": "2027-01-04T00:00", "select": None},
    )
    begins, ends = berlin("2026-12-28T00:00"), berlin("2027-01-04T00:00")
    assert (blackout.begins(BERLIN), blackout.ends(BERLIN)) == (begins, ends)
    moments = [begins - timedelta(seconds=1), begins, ends - timedelta(seconds=1), ends]
    assert [blackout.covers(BERLIN, at, "a", {}) for at in moments] == [False, True, True, False]


def test_a_blackout_with_a_selector_is_about_those_clusters_only() -> None:
    finance = {"tags": {"team": ["finance"]}, "identifiers": []}
    blackout = parse_settings(
        Blackout, {"name": "close", "from": "2026-11-16T00:00", "to": "2026-12-05T00:00", "select": finance}
    )
    assert blackout.selector == Selector({"team": ("finance",)})
    at = berlin("2026-11-21T22:00")
    assert blackout.covers(BERLIN, at, "a", {"team": "finance"})
    assert not blackout.covers(BERLIN, at, "a", {"team": "ops"})


SATURDAY_3 = "sat:03:00-sat:03:30"


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-11-21T01:59:59", None),
        ("2026-11-21T02:00:00", "begins in 1 h"),
        ("2026-11-21T02:15:00", "begins in 45 min"),
        ("2026-11-21T03:00:00", "is under way for another 30 min"),
        ("2026-11-21T03:29:59", "is under way for another 1 s"),
        ("2026-11-21T03:30:00", "ended 0 s ago"),
        ("2026-11-21T04:00:00", "ended 30 min ago"),
        ("2026-11-21T04:30:00", None),
    ],
)
def test_a_change_keeps_its_distance_from_the_weekly_maintenance(at: str, reason: str | None) -> None:
    found = near_maintenance(None, SATURDAY_3, HOUR, utc(at))
    assert found == (reason and f"maintenance window {SATURDAY_3} {reason}")


@pytest.mark.parametrize("at", ["2026-11-22T23:50", "2026-11-23T00:10"])
def test_a_maintenance_window_may_run_into_the_next_week(at: str) -> None:
    found = near_maintenance(None, "sun:23:45-mon:00:15", timedelta(), utc(at))
    assert found is not None
    assert "is under way" in found


def test_the_distance_is_kept_across_the_turn_of_the_week() -> None:
    found = near_maintenance(None, "mon:00:15-mon:00:45", HOUR, utc("2026-11-22T23:45"))
    assert found == "maintenance window mon:00:15-mon:00:45 begins in 30 min"


def test_a_deferred_maintenance_is_kept_away_from_as_well_as_the_weekly_one() -> None:
    deferred, wednesday = utc("2026-11-25T10:00"), utc("2026-11-25T09:30")
    assert near_maintenance(deferred, SATURDAY_3, HOUR, wednesday) is not None
    assert near_maintenance(None, SATURDAY_3, HOUR, wednesday) is None
    assert near_maintenance(deferred, SATURDAY_3, HOUR, utc("2026-11-28T03:10")) is not None


def test_an_announced_maintenance_without_a_weekly_window_lasts_half_an_hour() -> None:
    start = utc("2026-11-25T10:00")
    found = near_maintenance(start, None, timedelta(), start)
    assert found == "maintenance window is under way for another 30 min"
    assert near_maintenance(start, None, timedelta(), start + HOUR) is None


def test_a_cluster_without_any_maintenance_window_is_never_near_one() -> None:
    assert near_maintenance(None, None, HOUR, utc("2026-11-25T10:00")) is None


@pytest.mark.parametrize(
    "window", ["sat:03:00", "sa:03:00-sat:03:30", "sat:24:00-sun:00:30", "sat:03:00-sat:03:30\n"]
)
def test_a_maintenance_window_of_another_form_is_refused(window: str) -> None:
    with pytest.raises(ValueError, match="expected the form 'sat:03:00-sat:03:30'"):
        near_maintenance(None, window, HOUR, utc("2026-11-25T10:00"))
