"""Inside its maintenance window a cluster refuses changes, and what is under way may stand still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.redshift.behavior.maintenance import DAYS, MaintenanceWindow
from local.redshift.errors import RedshiftError

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

WINDOW = "sat:21:00-sat:21:30"


def test_a_cluster_is_in_maintenance_exactly_inside_its_window(env: RedshiftEnv) -> None:
    env.create(knobs={"maintenance": "active"}, PreferredMaintenanceWindow=WINDOW)

    assert env.describe()["ClusterAvailabilityStatus"] == "Available"
    env.advance(300)
    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("available", "Maintenance")
    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == "InvalidClusterState"
    env.advance(1800)
    assert env.describe()["ClusterAvailabilityStatus"] == "Available"
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")


def test_a_window_may_also_pass_quietly(env: RedshiftEnv) -> None:
    env.create(knobs={"maintenance": "quiet"}, PreferredMaintenanceWindow=WINDOW)
    env.advance(300)

    assert env.describe()["ClusterAvailabilityStatus"] == "Available"
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")


def test_maintenance_is_told_by_two_events_every_week(env: RedshiftEnv) -> None:
    env.create(knobs={"maintenance": "active"}, PreferredMaintenanceWindow=WINDOW)
    env.advance(8 * 86_400)

    events = env.redshift.describe_events(Duration=10 * 24 * 60)["Events"]
    event_ids = [event["EventId"] for event in events if "aintenance" in event["Message"]]
    assert event_ids == ["2003", "2004", "2003", "2004"]


@pytest.mark.parametrize(("stops", "seconds"), [(True, 600 + 1800), (False, 600)])
def test_maintenance_may_stop_an_operation_for_as_long_as_the_window_is_open(
    env: RedshiftEnv, stops: bool, seconds: int  # noqa: FBT001 the rule's two sides
) -> None:  # fmt: skip
    env.create(knobs={"maintenance_extends_operations": stops}, PreferredMaintenanceWindow=WINDOW)
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    env.advance(seconds - 1)
    assert env.status() == "rotating-keys"
    env.advance(1)
    assert env.status() == "available"


@pytest.mark.parametrize(
    "text", ["sat:22:00", "sat:24:00-sun:01:00", "day:01:00-day:02:00", "sat:1:00-sat:2:00", ""]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(RedshiftError, match="is not of the form ddd:hh24:mi-ddd:hh24:mi"):
        MaintenanceWindow.parse(text)


def test_a_window_across_the_turn_of_the_week_is_one_window() -> None:
    window = MaintenanceWindow.parse("sun:23:30-mon:00:30")

    assert window.length == timedelta(hours=1)
    assert window.contains(datetime(2026, 3, 8, 23, 45, tzinfo=UTC))
    assert window.contains(datetime(2026, 3, 9, 0, 15, tzinfo=UTC))
    assert not window.contains(datetime(2026, 3, 9, 0, 30, tzinfo=UTC))


@given(
    st.sampled_from(DAYS),
    st.integers(0, 23),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 made aware below
)
def test_the_next_opening_is_the_first_after_now_and_has_the_windows_weekday_and_hour(
    day: str, hour: int, moment: datetime
) -> None:
    now = moment.replace(tzinfo=UTC)
    window = MaintenanceWindow.parse(f"{day}:{hour:02d}:15-{day}:{hour:02d}:45")

    opening = window.next_opening(now)

    assert timedelta() < opening - now <= timedelta(days=7)
    assert (DAYS[opening.weekday()], opening.hour, opening.minute) == (day, hour, 15)
    assert window.contains(opening)
    assert not window.contains(opening - timedelta(seconds=1))
