"""A field of the policy that somebody adds reaches the steward, and the people who write a policy."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policy import models
from policy.deprovision import Approval, Deprovision, Idle, SnapshotPolicy
from policy.schema import json_schema
from policy.sync_roles import RoleRule, SyncRoles
from steward.domain import calendar
from steward.domain.deprovision import settings as deprovision
from steward.domain.rotate_keys import settings as rotate_keys
from steward.domain.sync_roles import settings as sync_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAIRS = [
    (models.RotateKeys, rotate_keys.RotationSettings),
    (models.ChangeWindow, calendar.Window),
    (models.Blackout, calendar.Blackout),
    (models.Canary, rotate_keys.Canary),
    (SyncRoles, sync_roles.RoleSettings),
    (RoleRule, sync_roles.RoleRule),
    (Deprovision, deprovision.DeprovisionSettings),
    (Approval, deprovision.ApprovalSettings),
    (Idle, deprovision.IdleRule),
    (SnapshotPolicy, deprovision.SnapshotSettings),
]
"""What the file has, and what the domain makes of it."""

NAMES = {
    (models.RotateKeys, "tolerated_failures"): "tolerated_failures_percent",
    (SyncRoles, "tolerated_failures"): "tolerated_failures_percent",
    (models.Blackout, "begins"): "first",
    (models.Blackout, "ends"): "last",
    (models.Blackout, "select"): "selector",
    (models.Canary, "select"): "preferred",
    (Deprovision, "protected"): "declared_protected",
    (Deprovision, "waive"): "waived",
    (SnapshotPolicy, "retention"): "retention_days",
}
"""Fields with another name in the domain."""

SCHEDULER_ONLY = {"schedule"}
"""Fields that EventBridge Scheduler gets instead of the functions."""


@pytest.mark.parametrize(("model", "settings"), PAIRS)
def test_every_field_of_a_section_reaches_the_domain(model: Any, settings: Any) -> None:
    only = SCHEDULER_ONLY | ({"timezone"} if model is SyncRoles else set())
    declared = {NAMES.get((model, name), name) for name in set(model.model_fields) - only}
    assert declared == {field.name for field in fields(settings)}


@pytest.mark.parametrize("settings", [pair[1] for pair in PAIRS])
def test_every_setting_is_used_by_a_decision_or_by_the_stack(settings: Any) -> None:
    sources = [path for folder in ("functions/steward", "infra") for path in (ROOT / folder).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [field.name for field in fields(settings) if not re.search(rf"\.{field.name}\b", text)] == []


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each key of the policy, with the part to which it belongs."""
    for part, definition in [("Policy", schema), *schema["$defs"].items()]:
        for key in definition.get("properties", {}):
            yield part, key


@pytest.mark.parametrize(("part", "key"), list(properties(json_schema())))
def test_the_example_shows_every_key(part: str, key: str) -> None:
    example = (ROOT / "fleet.yaml").read_text(encoding="utf-8")
    assert re.search(rf"(^|[\s{{,]){key}:", example, re.MULTILINE), f"{part}.{key} is not in fleet.yaml"
