"""Facts for the domain's tests: a plain cluster, settings and question, to be changed where a rule looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from steward.domain.cluster import Cluster
from steward.domain.deployed_settings import parse_settings
from steward.domain.operation import Operation
from steward.domain.rotate_keys.decide import Overrides, RotationFacts
from steward.domain.rotate_keys.last_rotation import LastRotation
from steward.domain.rotate_keys.settings import RotationSettings

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
"""Saturday, 22:00 in Berlin: the change window has just opened."""

CREATED = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
NAMESPACE = "arn:aws:redshift:eu-central-1:123456789012:namespace:11111111-2222-3333-4444-555555555555"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

SETTINGS: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "window": {
        "opens": "22:00",
        "closes": "06:00",
        "days": ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
    },
    "max_age_seconds": 90 * 86400,
    "select": {"tags": {}, "identifiers": ["*"]},
    "exclude": {"tags": {"steward:exclude": ["*"]}, "identifiers": ["tmp-*"]},
    "paused": "skip",
    "blackouts": [],
    "canary": {"clusters": 1, "select": {"tags": {"tier": ["canary"]}, "identifiers": []}},
    "max_concurrent": 5,
    "tolerated_failures_percent": 20,
    "deadline_seconds": 8 * 3600,
    "maintenance_margin_seconds": 3600,
}


def settings(**changes: Any) -> RotationSettings:
    """The policy's settings with some of them changed."""
    return parse_settings(RotationSettings, {**SETTINGS, **changes})


PLAIN = Cluster(
    identifier="analytics",
    status="available",
    availability="Available",
    encrypted=True,
    kms_key=KEY,
    namespace_arn=NAMESPACE,
    created_at=CREATED,
    tags={},
    maintenance_window="wed:03:00-wed:03:30",
    next_maintenance_at=None,
    pending=(),
    hsm=False,
)


def cluster(**changes: Any) -> Cluster:
    """A healthy, encrypted, idle cluster with some facts changed."""
    return replace(PLAIN, **changes)


def last(days: float = 200) -> LastRotation:
    """Keys of that age."""
    return LastRotation(NOW - timedelta(days=days), "rotated by the steward at")


def rotation_facts(**changes: Any) -> RotationFacts:
    """Shall the plain cluster, whose keys are 200 days old, be rotated now?"""
    plain = RotationFacts(cluster(), last(), settings(), Overrides(), NOW)
    return replace(plain, **changes)


def operation(**changes: Any) -> Operation:
    """This run's record of the plain cluster, just locked."""
    plain = Operation("analytics", "run", NAMESPACE, "2025-03-01T08:00:00Z", step="locked")
    return replace(plain, **changes)
