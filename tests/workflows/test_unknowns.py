"""What nobody knows of AWS: under each reading, the steward does what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from steward.domain.workflows import DEPROVISION
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
KEY = "alias/ours"
REQUEST = {"clusters": ["dwh"], "reason": "moved", "requested_by": "ann"}


@pytest.mark.parametrize("reading", ["arn", "absent", "empty", "AWS_OWNED_KMS_KEY"])
def test_a_cluster_under_awss_own_key_is_rotated_and_deleted_however_the_key_is_shown(
    steward: Steward, reading: str
) -> None:
    fleet = [cluster("dwh", knobs=FAST | {"aws_owned_key_shown_as": reading})]
    assert steward.run(fleet).outcomes == {"dwh": "rotated"}
    assert steward.run(fleet, REQUEST, workflow=DEPROVISION.name).outcomes == {"dwh": "deleted"}


@pytest.mark.parametrize("needed", [True, False])
def test_a_rotation_has_the_permissions_for_the_customers_key_should_it_need_them(
    steward: Steward,
    needed: bool,  # noqa: FBT001 the rule's two sides
) -> None:
    result = steward.run([cluster("dwh", kms_key=KEY, knobs=FAST | {"rotate_needs_kms": needed})])
    assert result.outcomes == {"dwh": "rotated"}
