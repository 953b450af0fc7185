"""Many snapshots in one call: each has an outcome of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


@pytest.fixture
def env(env: RedshiftEnv) -> RedshiftEnv:
    """A cluster with two manual snapshots and an automated one."""
    env.create()
    for name in ("one", "two"):
        env.redshift.create_cluster_snapshot(SnapshotIdentifier=name, ClusterIdentifier="dwh")
        env.advance(241)
    return env


def automated(env: RedshiftEnv) -> str:
    (found,) = env.redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"]
    return str(found["SnapshotIdentifier"])


def manual(env: RedshiftEnv) -> dict[str, int]:
    """Name → days of retention."""
    found = env.redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
    return {each["SnapshotIdentifier"]: each["ManualSnapshotRetentionPeriod"] for each in found}


def codes(answer: dict[str, Any]) -> dict[str, str]:
    return {error["SnapshotIdentifier"]: error["FailureCode"] for error in answer["Errors"]}


def test_what_can_be_deleted_is_deleted_and_the_rest_is_explained(env: RedshiftEnv) -> None:
    named = ["one", automated(env), "none"]
    wrong = {"SnapshotIdentifier": "two", "SnapshotClusterIdentifier": "other"}
    answer = env.redshift.batch_delete_cluster_snapshots(
        Identifiers=[*({"SnapshotIdentifier": name} for name in named), wrong]
    )

    assert answer["Resources"] == ["one"]
    assert codes(answer) == {
        named[1]: "InvalidClusterSnapshotState",
        "none": "ClusterSnapshotNotFound",
        "two": "ClusterSnapshotNotFound",
    }
    assert manual(env) == {"two": -1}


def test_retention_is_changed_where_it_can_be(env: RedshiftEnv) -> None:
    answer = env.redshift.batch_modify_cluster_snapshots(
        SnapshotIdentifierList=["one", "none", "two"], ManualSnapshotRetentionPeriod=7
    )

    assert answer["Resources"] == ["one", "two"]
    assert codes(answer) == {"none": "ClusterSnapshotNotFound"}
    assert manual(env) == {"one": 7, "two": 7}


def test_a_retention_that_no_snapshot_can_have_changes_none(env: RedshiftEnv) -> None:
    refused = env.error(
        "batch_modify_cluster_snapshots", SnapshotIdentifierList=["one"], ManualSnapshotRetentionPeriod=0
    )

    assert refused[0] == "InvalidRetentionPeriodFault"
    assert manual(env) == {"one": -1, "two": -1}


@pytest.mark.parametrize(
    ("call", "parameter", "code"),
    [
        ("batch_delete_cluster_snapshots", "Identifiers", "BatchDeleteRequestSizeExceeded"),
        (
            "batch_modify_cluster_snapshots",
            "SnapshotIdentifierList",
            "BatchModifyClusterSnapshotsLimitExceededFault",
        ),
    ],
)
def test_more_than_a_hundred_are_too_many(env: RedshiftEnv, call: str, parameter: str, code: str) -> None:
    names: list[Any] = ["one"] * 101
    many = [{"SnapshotIdentifier": name} for name in names] if parameter == "Identifiers" else names

    assert env.error(call, **{parameter: many})[0] == code
    assert len(manual(env)) == 2
