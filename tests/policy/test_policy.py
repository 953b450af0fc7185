"""The policy: what fleet.yaml means, and what the state machine gets of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from policy import Policy, load
from steward.domain.calendar import Blackout, Window, is_open
from steward.domain.deployed_settings import parse_settings
from steward.domain.selection import Selector

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "fleet.yaml"

SMALLEST = """
environments:
  - {name: production, account: "123456789012", region: eu-central-1}
rotate_keys:
  schedule: rate(7 days)
  timezone: UTC
  max_age: 1 day
"""


@pytest.fixture
def policy(tmp_path: Path) -> Callable[[str], Policy]:
    """Loads a policy from its text."""

    def read(text: str) -> Policy:
        path = tmp_path / "fleet.yaml"
        path.write_text(text)
        return load(path)

    return read


def test_the_example_is_the_policy_of_the_demo() -> None:
    policy = load(EXAMPLE)
    assert [(e.name, e.account, e.region) for e in policy.environments] == [
        ("production", "123456789012", "eu-central-1")
    ]
    assert policy.notifications.email == ["dba@example.com"]
    assert policy.rotate_keys.schedule == "cron(0 22 ? * SAT *)"


def test_the_settings_are_plain_json_with_every_value_normalised() -> None:
    settings = load(EXAMPLE).rotate_keys.settings()
    assert json.loads(json.dumps(settings)) == settings
    assert settings == {
        "timezone": "Europe/Berlin",
        "window": {
            "opens": "22:00",
            "closes": "06:00",
            "days": ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
        },
        "max_age_seconds": 90 * 86_400,
        "select": {"tags": {}, "identifiers": ["*"]},
        "exclude": {"tags": {"steward:exclude": ["*"]}, "identifiers": ["tmp-*"]},
        "paused": "skip",
        "blackouts": [
            {
                "name": "year-end close rehearsal",
                "from": "2026-11-16T00:00",
                "to": "2026-12-05T00:00",
                "select": {"tags": {"team": ["finance"]}, "identifiers": ["*"]},
            }
        ],
        "canary": {"clusters": 1, "select": {"tags": {"tier": ["canary"]}, "identifiers": ["*"]}},
        "max_concurrent": 6,
        "tolerated_failures_percent": 20,
        "deadline_seconds": 8 * 3_600,
        "maintenance_margin_seconds": 3_600,
    }


def test_the_domain_reads_the_settings_as_the_policy_means_them() -> None:
    settings = load(EXAMPLE).rotate_keys.settings()
    berlin = ZoneInfo(settings["timezone"])
    fires = datetime(2026, 11, 21, 22, tzinfo=berlin).astimezone(UTC)
    window = Window.from_dict(settings["window"])
    assert is_open(window, berlin, fires)
    assert not is_open(window, berlin, fires - timedelta(minutes=10))
    blackout = parse_settings(Blackout, settings["blackouts"][0])
    assert blackout.covers(berlin, fires, "ledger", {"team": "finance"})
    assert not blackout.covers(berlin, fires, "ledger", {"team": "sales"})
    assert Selector.from_dict(settings["exclude"]).why("tmp-1", {}) == "identifier matches tmp-*"


def test_what_may_be_left_out_has_a_careful_default(policy: Callable[[str], Policy]) -> None:
    loaded = policy(SMALLEST)
    assert loaded.notifications.email == []
    assert loaded.rotate_keys.settings() == {
        "timezone": "UTC",
        "window": None,
        "max_age_seconds": 86_400,
        "select": {"tags": {}, "identifiers": ["*"]},
        "exclude": {"tags": {}, "identifiers": []},
        "paused": "skip",
        "blackouts": [],
        "canary": {"clusters": 1, "select": None},
        "max_concurrent": 5,
        "tolerated_failures_percent": 20,
        "deadline_seconds": 28_800,
        "maintenance_margin_seconds": 3_600,
    }


@pytest.mark.parametrize(
    ("text", "percent"), [("0%", 0), ("12.5%", 12.5), ("100%", 100), ("20", 20), ("0.5", 0.5), ("1e1", 10)]
)
def test_a_percentage_is_written_with_or_without_its_sign(
    policy: Callable[[str], Policy], text: str, percent: float
) -> None:
    settings = policy(f"{SMALLEST}  tolerated_failures: {text}\n").rotate_keys.settings()
    assert settings["tolerated_failures_percent"] == percent
    assert isinstance(settings["tolerated_failures_percent"], type(percent))


def test_a_time_of_day_needs_no_quotes(policy: Callable[[str], Policy]) -> None:
    cron = SMALLEST.replace("rate(7 days)", "cron(0 23 ? * SAT *)")
    settings = policy(f"{cron}  window: {{opens: 22:00, closes: 24:00, days: [SUN, SAT]}}\n")
    assert settings.rotate_keys.settings()["window"] == {
        "opens": "22:00",
        "closes": "24:00",
        "days": ["SAT", "SUN"],
    }


def test_a_blackout_may_be_given_in_whole_days_or_to_the_second(policy: Callable[[str], Policy]) -> None:
    loaded = policy(f"{SMALLEST}  blackouts: [{{name: a, from: 2026-12-28, to: 2027-01-04 12:00:01}}]\n")
    (blackout,) = loaded.rotate_keys.settings()["blackouts"]
    assert (blackout["from"], blackout["to"]) == ("2026-12-28T00:00", "2027-01-04T12:00:01")
    assert blackout["select"] is None


@pytest.mark.parametrize(
    "region",
    ["us-east-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "cn-north-1"],
)
def test_a_region_may_be_of_any_partition(policy: Callable[[str], Policy], region: str) -> None:
    loaded = policy(SMALLEST.replace("eu-central-1", region))
    assert loaded.environments[0].region == region


def test_a_key_is_a_name_also_where_it_looks_like_a_number_or_a_truth_value(
    policy: Callable[[str], Policy],
) -> None:
    loaded = policy(f'{SMALLEST}  select: {{tags: {{1: ["*"], yes: [on], true: [""]}}}}\n')
    assert loaded.rotate_keys.select.tags == {"1": ["*"], "yes": ["on"], "true": [""]}


def test_a_policy_can_not_be_changed_once_it_is_read(policy: Callable[[str], Policy]) -> None:
    loaded = policy(SMALLEST)
    with pytest.raises(ValueError, match="frozen"):
        setattr(loaded.rotate_keys, "max_concurrent", 100)  # noqa: B010  # mypy knows better than to assign
