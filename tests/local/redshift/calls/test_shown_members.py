"""Members of a cluster that AWS may show in more than one way: each way is a knob's reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


@pytest.mark.parametrize(
    ("reading", "shown"), [("absent", None), ("empty", ""), ("AWS_OWNED_KMS_KEY", "AWS_OWNED_KMS_KEY")]
)
def test_the_key_of_aws_is_shown_as_the_knob_says_by_cluster_snapshot_and_copy(
    env: RedshiftEnv, reading: str, shown: str | None
) -> None:
    env.create(knobs={"aws_owned_key_shown_as": reading})
    assert env.describe().get("KmsKeyId") == shown
    taken = env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="one")
    assert taken["Snapshot"].get("KmsKeyId") == shown
    env.advance(600)
    env.redshift.restore_from_cluster_snapshot(ClusterIdentifier="copy", SnapshotIdentifier="one")
    env.advance(1200)
    assert env.describe("copy").get("KmsKeyId") == shown


def test_the_key_of_aws_is_an_arn_as_is_every_customers(env: RedshiftEnv) -> None:
    env.create(knobs={"aws_owned_key_shown_as": "arn"})
    assert env.describe()["KmsKeyId"].startswith("arn:aws:kms:")
    key = env.backend.keys.declare("alias/ours", "Enabled")
    env.create("ours", KmsKeyId=key, knobs={"aws_owned_key_shown_as": "absent"})
    assert env.describe("ours")["KmsKeyId"] == key


def test_the_namespace_is_missing_in_the_statuses_that_the_knob_names(env: RedshiftEnv) -> None:
    env.create(knobs={"namespace_arn_missing_while": ("rotating-keys", "pausing")})
    assert env.describe()["ClusterNamespaceArn"]
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    assert "ClusterNamespaceArn" not in env.describe()
    env.advance(1200)
    assert env.describe()["ClusterNamespaceArn"]


@pytest.mark.parametrize("lingers", [True, False])
def test_the_resize_is_shown_after_its_end_or_not(env: RedshiftEnv, lingers: bool) -> None:  # noqa: FBT001 the rule's two sides
    env.create(knobs={"resize_info_lingers": lingers})
    env.redshift.resize_cluster(ClusterIdentifier="dwh", NumberOfNodes=4)
    assert env.describe()["ResizeInfo"]["ResizeType"] == "ElasticResize"
    env.advance(1800)
    assert env.status() == "available"
    info: dict[str, Any] = {"ResizeType": "ElasticResize", "AllowCancelResize": False}
    assert env.describe().get("ResizeInfo") == (info if lingers else None)


@pytest.mark.parametrize("lingers", [True, False])
def test_a_change_of_encryption_is_shown_after_its_end_or_not(env: RedshiftEnv, lingers: bool) -> None:  # noqa: FBT001 the rule's two sides
    env.create(knobs={"resize_info_lingers": lingers})
    env.redshift.modify_cluster(ClusterIdentifier="dwh", Encrypted=False)
    assert env.describe()["ResizeInfo"]["ResizeType"] == "ClassicResize"
    env.advance(1800)
    info: dict[str, Any] = {"ResizeType": "ClassicResize", "AllowCancelResize": False}
    assert env.describe().get("ResizeInfo") == (info if lingers else None)


@pytest.mark.parametrize("reading", ["cluster", "original"])
def test_a_snapshot_of_a_restored_cluster_shows_when_it_or_when_the_original_was_created(
    env: RedshiftEnv, reading: str
) -> None:
    env.create(knobs={"snapshot_cluster_create_time": reading})
    created = env.describe()["ClusterCreateTime"]
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="one")
    env.advance(600)
    env.redshift.restore_from_cluster_snapshot(ClusterIdentifier="copy", SnapshotIdentifier="one")
    env.advance(1200)
    own = env.describe("copy")["ClusterCreateTime"]
    taken = env.redshift.create_cluster_snapshot(ClusterIdentifier="copy", SnapshotIdentifier="two")

    assert own > created
    assert taken["Snapshot"]["ClusterCreateTime"] == (own if reading == "cluster" else created)
