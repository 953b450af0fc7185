"""The deployed policy as frozen values; a stack that was deployed by other means is told what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from steward.domain.deployed_settings import parse_settings
from steward.domain.errors import BadSettings
from steward.domain.rotate_keys.settings import RotationSettings
from tests.support.facts import SETTINGS, settings


def test_durations_days_and_rates_are_read() -> None:
    read = settings()
    assert (read.max_age, read.deadline) == (timedelta(days=90), timedelta(hours=8))
    assert read.maintenance_margin == timedelta(hours=1)
    assert (read.max_concurrent, read.tolerated_failures_percent) == (5, 20)
    assert read.window is not None
    assert (read.window.opens, read.window.closes) == (time(22), time(6))


@pytest.mark.parametrize("absent", [{"window": None}, {"window": {}}])
def test_no_window_is_always_open(absent: dict[str, object]) -> None:
    assert settings(**absent).window is None


def test_what_cdk_leaves_out_because_it_is_null_is_not_missing() -> None:
    without = {name: value for name, value in SETTINGS.items() if name != "window"}
    assert parse_settings(RotationSettings, without | {"canary": {"clusters": 2}}).canary.prefers("any", {})


def test_blackouts_are_read_with_whom_they_are_about() -> None:
    blackout = {"name": "audit", "from": "2026-12-01T00:00:00", "to": "2026-12-24T00:00:00"}
    everyone = blackout | {"select": None}
    some = blackout | {"select": {"identifiers": ["fin-*"]}}
    first, second = settings(blackouts=[everyone, some]).blackouts
    zone, during = ZoneInfo("UTC"), datetime(2026, 12, 2, tzinfo=UTC)
    assert first.first == datetime(2026, 12, 1)  # noqa: DTZ001  # wall-clock time by design
    assert first.covers(zone, during, "bi", {})
    assert not second.covers(zone, during, "bi", {})


@pytest.mark.parametrize("field", sorted(set(SETTINGS) - {"window"}))
def test_a_field_that_is_missing_is_named(field: str) -> None:
    without = {name: value for name, value in SETTINGS.items() if name != field}
    with pytest.raises(
        BadSettings, match=f"the deployed policy is incomplete or wrong at rotate_keys.{field}: it is missing"
    ):
        parse_settings(RotationSettings, without)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Europe/Atlantis"},
        {"max_age_seconds": "long"},
        {"blackouts": [{"name": "half"}]},
        {"window": {"opens": "25:00", "closes": "06:00", "days": ["MON"]}},
        {"window": {"opens": "22:00", "closes": "06:00", "days": []}},
    ],
)
def test_a_value_of_the_wrong_shape_is_a_bad_setting_not_a_crash(wrong: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match="incomplete or wrong at"):
        settings(**wrong)
