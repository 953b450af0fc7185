"""What nobody knows of AWS: under each reading, the steward does what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.support.roles import COPY, given, has, sync
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
KEY = "alias/ours"
REQUEST = {"clusters": ["dwh"], "reason": "moved", "requested_by": "ann"}
EVERY_STATUS = (
    *("available", "modifying", "rotating-keys", "pausing", "paused", "resuming"),
    *("final-snapshot", "deleting"),
)
AS_EVER = {SYNC_ROLES.name: "synced", ROTATE_KEYS.name: "rotated", DEPROVISION.name: "deleted"}


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


@pytest.mark.parametrize("missing", [(), ("rotating-keys",), ("available",)])
def test_a_rotation_ends_well_and_is_not_repeated_whenever_the_namespace_is_missing(
    steward: Steward, missing: tuple[str, ...]
) -> None:
    first = steward.run([cluster("dwh", knobs=FAST | {"namespace_arn_missing_while": missing})])
    again = steward.run_again()

    assert first.outcomes == {"dwh": "rotated"}
    assert first.tagged_at("dwh") is not None, "its ARN follows from the account's and the Region's"
    assert again.outcomes == {"dwh": "skipped"}
    assert again.rotations("dwh") == 1


def test_a_rotation_by_somebody_else_is_joined_while_the_namespace_is_missing(steward: Steward) -> None:
    knobs = FAST | {"namespace_arn_missing_while": ("rotating-keys",)}
    joined = steward.run([cluster("dwh", status="rotating-keys", remaining="8 minutes", knobs=knobs)])
    again = steward.run_again()

    assert joined.outcomes == {"dwh": "rotated"}
    assert joined.tagged_at("dwh") is not None
    assert again.outcomes == {"dwh": "skipped"}
    assert again.rotations("dwh") == 0


@pytest.mark.parametrize("missing", [(), ("available", "modifying")])
def test_roles_are_synced_whenever_the_namespace_is_missing(
    steward: Steward, missing: tuple[str, ...]
) -> None:
    result = sync(steward, [has("dwh", COPY, knobs=FAST | {"namespace_arn_missing_while": missing})])

    assert result.outcomes == {"dwh": "synced"}


def test_a_cluster_that_never_says_which_one_it_is_is_not_deleted(steward: Steward) -> None:
    knobs = FAST | {"namespace_arn_missing_while": EVERY_STATUS}

    result = steward.run([cluster("dwh", knobs=knobs)], REQUEST, workflow=DEPROVISION.name)

    assert result.outcomes == {"dwh": "refused"}
    assert "DescribeClusters left out its namespace" in result.reason("dwh")
    assert result.changes() == []


@pytest.mark.parametrize("tags", ["allow", "reject"])
def test_a_paused_cluster_is_tagged_after_its_rotation_and_paused_again(steward: Steward, tags: str) -> None:
    fleet = [cluster("dwh", status="paused", knobs=FAST | {"tags_while_paused": tags})]

    result = steward.run(fleet, policy={"paused": "wake"})

    assert result.outcomes == {"dwh": "rotated"}
    assert result.tagged_at("dwh") is not None
    assert result.statuses == {"dwh": "paused"}


@pytest.mark.parametrize("lingers", [True, False])
def test_a_resize_that_is_over_keeps_no_workflow_from_its_work(
    steward: Steward,
    lingers: bool,  # noqa: FBT001 the rule's two sides
) -> None:
    knobs = FAST | {"resize_duration": "10 minutes", "resize_info_lingers": lingers}
    given(steward, [has("dwh", COPY, knobs=knobs)])
    redshift = steward.client_as("redshift")
    redshift.resize_cluster(ClusterIdentifier="dwh", NumberOfNodes=4)
    steward.pass_time(hours=1)
    shown = redshift.describe_clusters(ClusterIdentifier="dwh")["Clusters"][0]

    assert ("ResizeInfo" in shown) == lingers
    for workflow, outcome in AS_EVER.items():
        if workflow != steward.workflow:
            steward.workflow = workflow
            steward.set_policy()
        result = steward.run_again(REQUEST if workflow == DEPROVISION.name else None)
        assert result.outcomes == {"dwh": outcome}


@pytest.mark.parametrize("reading", ["cluster", "original"])
def test_a_cluster_that_was_restored_itself_is_deleted_whichever_creation_its_snapshots_show(
    steward: Steward, reading: str
) -> None:
    knobs = FAST | {"snapshot_cluster_create_time": reading}
    steward.given([cluster("old")], workflow=DEPROVISION.name, defaults={"knobs": knobs})
    redshift = steward.client_as("redshift")
    redshift.create_cluster_snapshot(ClusterIdentifier="old", SnapshotIdentifier="one")
    steward.pass_time(hours=1)
    redshift.restore_from_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="one")
    steward.pass_time(hours=1)

    result = steward.run_again(REQUEST)

    assert result.outcomes == {"dwh": "deleted"}
