"""The policy in the functions' package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from steward.adapters.deployed_policy import FILE, DeployedPolicy
from steward.domain.errors import BadSettings
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.sync_roles.settings import RoleSettings
from tests.support.synthesis import sections

if TYPE_CHECKING:
    from pathlib import Path


def test_a_section_is_read_from_the_package(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps(sections()))
    policy = DeployedPolicy(tmp_path)
    assert policy.section(RotationSettings).timezone.key == "Europe/Berlin"
    assert policy.section(RoleSettings).rules


def test_a_package_without_a_policy_or_a_section_is_refused_by_name(tmp_path: Path) -> None:
    policy = DeployedPolicy(tmp_path)
    with pytest.raises(BadSettings, match=r"the functions' package lacks policy\.json; deploy it with CDK"):
        policy.section(RotationSettings)
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(BadSettings, match="the deployed policy has no section rotate_keys"):
        policy.section(RotationSettings)
