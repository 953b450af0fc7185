"""ModifyCluster starts the operation that the change needs, one big change at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


def modify(env: RedshiftEnv, **parameters: Any) -> dict[str, Any]:
    return dict(env.redshift.modify_cluster(ClusterIdentifier="dwh", **parameters)["Cluster"])


def test_other_nodes_are_resizing_with_the_change_pending(env: RedshiftEnv) -> None:
    env.create()

    answer = modify(env, NumberOfNodes=4, NodeType="ra3.4xlarge")
    assert (answer["ClusterStatus"], answer["NumberOfNodes"]) == ("resizing", 1)
    assert answer["PendingModifiedValues"] == {"NumberOfNodes": 4, "NodeType": "ra3.4xlarge"}
    assert answer["ResizeInfo"] == {"ResizeType": "ClassicResize", "AllowCancelResize": True}
    env.advance(901)
    shown = env.describe()
    assert (shown["ClusterStatus"], shown["NumberOfNodes"], shown["NodeType"]) == (
        "available",
        4,
        "ra3.4xlarge",
    )
    assert (shown["PendingModifiedValues"], "ResizeInfo" in shown) == ({}, False)


def test_a_cluster_is_decrypted_and_encrypted_with_another_key(env: RedshiftEnv) -> None:
    key = env.backend.keys.declare("alias/other", "Enabled")
    env.create()

    assert modify(env, Encrypted=False)["ClusterStatus"] == "resizing"
    env.advance(901)
    assert (env.describe()["Encrypted"], "KmsKeyId" in env.describe()) == (False, False)
    assert modify(env, Encrypted=True, KmsKeyId="alias/other")["PendingModifiedValues"] == {
        "EncryptionType": "KMS"
    }
    env.advance(901)
    assert (env.describe()["Encrypted"], env.describe()["KmsKeyId"]) == (True, key)


def test_a_cluster_is_renamed_and_keeps_its_namespace(env: RedshiftEnv) -> None:
    namespace = env.create().namespace_arn

    assert modify(env, NewClusterIdentifier="warehouse")["ClusterStatus"] == "renaming"
    env.advance(181)
    assert env.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"
    assert env.describe("warehouse")["ClusterNamespaceArn"] == namespace


def test_a_name_that_is_taken_is_refused(env: RedshiftEnv) -> None:
    env.create()
    env.create("other")

    code, _ = env.error("modify_cluster", ClusterIdentifier="dwh", NewClusterIdentifier="other")
    assert code == "ClusterAlreadyExists"


def test_a_password_is_modifying_for_a_while(env: RedshiftEnv) -> None:
    env.create()

    assert modify(env, MasterUserPassword="Other1234")["ClusterStatus"] == "modifying"
    env.advance(301)
    assert env.status() == "available"


def test_retention_and_window_change_at_once(env: RedshiftEnv) -> None:
    env.create()

    answer = modify(env, AutomatedSnapshotRetentionPeriod=9, PreferredMaintenanceWindow="FRI:10:00-FRI:11:00")
    assert answer["ClusterStatus"] == "available"
    assert answer["AutomatedSnapshotRetentionPeriod"] == 9
    assert answer["PreferredMaintenanceWindow"] == "fri:10:00-fri:11:00"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"NumberOfNodes": 4, "Encrypted": False}, "InvalidParameterCombination"),
        ({"NewClusterIdentifier": "x", "NumberOfNodes": 4}, "InvalidParameterCombination"),
        ({"NewClusterIdentifier": "X"}, "InvalidParameterValue"),
        ({"NodeType": "huge"}, "InvalidParameterValue"),
        ({"ClusterType": "multi-node"}, "InvalidParameterCombination"),
        ({"AutomatedSnapshotRetentionPeriod": 0}, "InvalidParameterValue"),
        ({"ManualSnapshotRetentionPeriod": 0}, "InvalidRetentionPeriodFault"),
        ({"PreferredMaintenanceWindow": "never"}, "InvalidParameterValue"),
        ({"KmsKeyId": "alias/none"}, "InvalidParameterValue"),
    ],
)
def test_changes_that_redshift_would_refuse_are_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.create()

    assert env.error("modify_cluster", ClusterIdentifier="dwh", **parameters)[0] == code
    assert env.status() == "available"


def test_encryption_does_not_change_while_snapshots_are_copied_across_regions(env: RedshiftEnv) -> None:
    env.create().encrypted = False
    env.redshift.enable_snapshot_copy(ClusterIdentifier="dwh", DestinationRegion="us-east-1")

    code, _ = env.error("modify_cluster", ClusterIdentifier="dwh", Encrypted=True)
    assert code == "InvalidParameterCombination"


def test_the_durations_are_those_of_the_knobs(env: RedshiftEnv) -> None:
    env.create(
        knobs={"modify_duration": "1 minute", "resize_duration": "2 minutes", "rename_duration": "3 minutes"}
    )
    changes: list[tuple[dict[str, Any], int]] = [
        ({"PubliclyAccessible": True}, 60),
        ({"NumberOfNodes": 3}, 120),
        ({"NewClusterIdentifier": "dwh2"}, 180),
    ]
    for change, seconds in changes:
        status = modify(env, **change)["ClusterStatus"]
        env.advance(seconds - 1)
        assert env.status() == status
        env.advance(1)
    assert env.status("dwh2") == "available"


def test_a_cluster_created_through_the_api_takes_its_time_from_the_knob(env: RedshiftEnv) -> None:
    env.create("any")
    knobs = env.backend.knobs_of_new
    env.backend.knobs_of_new = type(knobs)(create_duration="20 minutes")  # type: ignore[arg-type] # pydantic reads spans
    env.redshift.create_cluster(
        ClusterIdentifier="slow", NodeType="ra3.large", MasterUsername="a", MasterUserPassword="Secret123"
    )

    env.advance(1199)
    assert env.status("slow") == "creating"
    env.advance(1)
    assert env.status("slow") == "available"
