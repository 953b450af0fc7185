"""Maintenance is deferred, snapshots are shared; credentials, node options, storage, policies."""

from datetime import timedelta
from typing import Any

import pytest

from tests.local.redshift.conftest import START, RedshiftEnv

FRIEND = "210987654321"
POLICY = '{"Statement": [{"Effect": "Allow"}]}'


def test_deferred_maintenance_neither_happens_nor_is_announced(env: RedshiftEnv) -> None:
    env.create(PreferredMaintenanceWindow="sun:03:00-sun:04:00", knobs={"maintenance": "active"})
    before = env.describe()["NextMaintenanceWindowStartTime"]
    answer = env.redshift.modify_cluster_maintenance(
        ClusterIdentifier="dwh", DeferMaintenance=True, DeferMaintenanceDuration=10
    )["Cluster"]

    assert len(answer["DeferredMaintenanceWindows"]) == 1
    assert answer["NextMaintenanceWindowStartTime"] == before + timedelta(days=14)
    env.advance((before - START).total_seconds() - 300)
    assert env.describe()["ClusterAvailabilityStatus"] == "Available"
    env.redshift.modify_cluster_maintenance(ClusterIdentifier="dwh", DeferMaintenance=False)
    assert env.describe()["ClusterAvailabilityStatus"] == "Maintenance"


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"DeferMaintenanceDuration": 46},
        {"DeferMaintenanceDuration": 0},
        {"DeferMaintenanceEndTime": START - timedelta(days=1)},
        {"DeferMaintenanceEndTime": START + timedelta(days=60)},
        {"DeferMaintenanceStartTime": START - timedelta(days=1), "DeferMaintenanceDuration": 1},
        {"DeferMaintenanceEndTime": START + timedelta(days=9), "DeferMaintenanceDuration": 1},
    ],
)
def test_a_deferral_that_redshift_would_refuse_is_refused(env: RedshiftEnv, period: dict[str, Any]) -> None:
    env.create()
    asked = {"ClusterIdentifier": "dwh", "DeferMaintenance": True, **period}

    assert env.error("modify_cluster_maintenance", **asked)[0].startswith("InvalidParameter")


def snapshot(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")
    env.advance(3600)


def test_a_shared_snapshot_is_not_deleted(env: RedshiftEnv) -> None:
    snapshot(env)
    share = {"SnapshotIdentifier": "s", "AccountWithRestoreAccess": FRIEND}
    answer = env.redshift.authorize_snapshot_access(**share)["Snapshot"]

    assert answer["AccountsWithRestoreAccess"] == [{"AccountId": FRIEND}]
    assert env.error("authorize_snapshot_access", **share)[0] == "AuthorizationAlreadyExists"
    assert env.error("delete_cluster_snapshot", SnapshotIdentifier="s")[0] == "InvalidClusterSnapshotState"
    env.redshift.revoke_snapshot_access(**share)
    assert env.error("revoke_snapshot_access", **share)[0] == "AuthorizationNotFound"
    env.redshift.delete_cluster_snapshot(SnapshotIdentifier="s")


def test_an_automated_snapshot_and_no_account_are_not_shared(env: RedshiftEnv) -> None:
    snapshot(env)
    automated = env.redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"][0]
    share = {"SnapshotArn": automated["SnapshotArn"], "AccountWithRestoreAccess": FRIEND}

    assert env.error("authorize_snapshot_access", **share)[0] == "InvalidClusterSnapshotState"
    bad = {"SnapshotIdentifier": "s", "AccountWithRestoreAccess": "friend"}
    assert env.error("authorize_snapshot_access", **bad)[0] == "InvalidParameterValue"
    assert env.error("revoke_snapshot_access", **(share | bad))[0] == "InvalidParameterCombination"


def test_credentials_are_for_the_callers_identity(env: RedshiftEnv) -> None:
    env.create()
    found = env.redshift.get_cluster_credentials_with_iam(ClusterIdentifier="dwh", DurationSeconds=3600)

    assert found["DbUser"].startswith("IAM:")
    assert found["Expiration"] == env.context.clock.now() + timedelta(hours=1)
    call = "get_cluster_credentials_with_iam"
    assert env.error(call, ClusterIdentifier="none")[0] == "ClusterNotFound"
    assert env.error(call, ClusterIdentifier="dwh", DurationSeconds=1)[0] == "InvalidParameterValue"
    assert env.error(call)[0] == "InvalidParameterCombination"
    assert env.error(call, CustomDomainName="x.example")[0] == "UnsupportedOperation"


def test_node_types_that_can_be_ordered_are_listed(env: RedshiftEnv) -> None:
    options = env.redshift.describe_orderable_cluster_options(NodeType="ra3.4xlarge")

    assert [each["ClusterType"] for each in options["OrderableClusterOptions"]] == [
        "single-node",
        "multi-node",
    ]
    none = env.redshift.describe_orderable_cluster_options(NodeType="none")
    assert none["OrderableClusterOptions"] == []


def options(env: RedshiftEnv, **parameters: Any) -> list[dict[str, Any]]:
    found = env.redshift.describe_node_configuration_options(**parameters)
    return list(found["NodeConfigurationOptionList"])


def test_configurations_that_hold_the_data_are_listed_and_filtered(env: RedshiftEnv) -> None:
    snapshot(env)
    restore = {"ActionType": "restore-cluster", "SnapshotIdentifier": "s"}
    big = [{"Name": "NumberOfNodes", "Operator": "between", "Values": ["4", "8"]}]
    types = [{"Name": "NodeType", "Operator": "in", "Values": ["ra3.xlplus"]}]

    assert {each["NumberOfNodes"] for each in options(env, **restore, Filters=big)} == {4, 8}
    assert {each["NodeType"] for each in options(env, **restore, Filters=types)} == {"ra3.xlplus"}
    assert options(env, ActionType="resize-cluster", ClusterIdentifier="dwh")
    call = "describe_node_configuration_options"
    assert env.error(call, ActionType="restore-cluster")[0] == "InvalidParameterCombination"
    bad = [{"Name": "NumberOfNodes", "Operator": "eq", "Values": ["many"]}]
    assert env.error(call, **restore, Filters=bad)[0] == "InvalidParameterValue"


def test_storage_is_that_of_nodes_and_manual_snapshots(env: RedshiftEnv) -> None:
    assert env.redshift.describe_storage()["TotalBackupSizeInMegaBytes"] == 0
    snapshot(env)
    assert env.redshift.describe_storage()["TotalBackupSizeInMegaBytes"] > 0
    assert env.redshift.describe_storage()["TotalProvisionedStorageInMegaBytes"] > 0


def test_a_namespaces_policy_is_kept(env: RedshiftEnv) -> None:
    namespace = {"ResourceArn": env.create().namespace_arn}
    assert env.error("get_resource_policy", **namespace)[0] == "ResourceNotFoundFault"
    env.redshift.put_resource_policy(**namespace, Policy=POLICY)

    assert env.redshift.get_resource_policy(**namespace)["ResourcePolicy"]["Policy"] == POLICY
    env.redshift.delete_resource_policy(**namespace)
    assert env.error("delete_resource_policy", **namespace)[0] == "ResourceNotFoundFault"
    assert env.error("put_resource_policy", **namespace, Policy="[]")[0] == "InvalidPolicyFault"
    assert env.error("put_resource_policy", ResourceArn="none", Policy=POLICY)[0] == "ResourceNotFoundFault"
