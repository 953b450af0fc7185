"""What CreateCluster, ModifyCluster and a restore accept has its effect; what has none is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto.core.utils import get_service_model

from local.redshift.calls.cluster_members import NOT_FOUND, WITHOUT_MEMBER
from tests.local.redshift.conftest import RedshiftEnv

MODEL: Any = get_service_model("redshift")
CALLS = ("CreateCluster", "ModifyCluster", "RestoreFromClusterSnapshot")
ROLE = "arn:aws:iam::123456789012:role/load"
KEY = "arn:aws:kms:eu-central-1:210987654321:key/theirs"
ADDRESS = "52.1.2.3"
GROUP = "sg-0a1b2c3d"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:redshift!dwh-admin"

READ_BACK: dict[str, tuple[dict[str, Any], str, Any]] = {
    "AllowVersionUpgrade": ({"AllowVersionUpgrade": False}, "AllowVersionUpgrade", False),
    "AutomatedSnapshotRetentionPeriod": (
        {"AutomatedSnapshotRetentionPeriod": 9},
        "AutomatedSnapshotRetentionPeriod",
        9,
    ),
    "AvailabilityZone": ({"AvailabilityZone": "eu-central-1b"}, "AvailabilityZone", "eu-central-1b"),
    "AvailabilityZoneRelocation": (
        {"AvailabilityZoneRelocation": True},
        "AvailabilityZoneRelocationStatus",
        "enabled",
    ),
    "CatalogName": (
        {"CatalogName": "lake"},
        "CatalogArn",
        "arn:aws:glue:eu-central-1:123456789012:catalog/lake",
    ),
    "ClusterParameterGroupName": (
        {"ClusterParameterGroupName": "mine"},
        "ClusterParameterGroups.0.ParameterGroupName",
        "mine",
    ),
    "ClusterSecurityGroups": (
        {"ClusterSecurityGroups": ["old"]},
        "ClusterSecurityGroups",
        [{"ClusterSecurityGroupName": "old", "Status": "active"}],
    ),
    "ClusterSubnetGroupName": ({"ClusterSubnetGroupName": "inner"}, "ClusterSubnetGroupName", "inner"),
    "ClusterType": ({"ClusterType": "multi-node", "NumberOfNodes": 3}, "NumberOfNodes", 3),
    "ClusterVersion": ({"ClusterVersion": "1.0"}, "ClusterVersion", "1.0"),
    "DBName": ({"DBName": "sales"}, "DBName", "sales"),
    "DefaultIamRoleArn": ({"DefaultIamRoleArn": ROLE, "IamRoles": [ROLE]}, "DefaultIamRoleArn", ROLE),
    "ElasticIp": (
        {"ElasticIp": ADDRESS, "PubliclyAccessible": True},
        "ElasticIpStatus",
        {"ElasticIp": ADDRESS, "Status": "active"},
    ),
    "Encrypted": ({"Encrypted": True}, "Encrypted", True),
    "EnhancedVpcRouting": ({"EnhancedVpcRouting": True}, "EnhancedVpcRouting", True),
    "ExtraComputeForAutomaticOptimization": (
        {"ExtraComputeForAutomaticOptimization": True},
        "ExtraComputeForAutomaticOptimization",
        "true",
    ),
    "IamRoles": ({"IamRoles": [ROLE]}, "IamRoles", [{"IamRoleArn": ROLE, "ApplyStatus": "in-sync"}]),
    "IpAddressType": ({"IpAddressType": "dualstack"}, "IpAddressType", "dualstack"),
    "KmsKeyId": ({"KmsKeyId": KEY, "Encrypted": True}, "KmsKeyId", KEY),
    "MaintenanceTrackName": ({"MaintenanceTrackName": "trailing"}, "MaintenanceTrackName", "trailing"),
    "ManageMasterPassword": ({"ManageMasterPassword": True}, "MasterPasswordSecretArn", SECRET),
    "ManualSnapshotRetentionPeriod": (
        {"ManualSnapshotRetentionPeriod": 9},
        "ManualSnapshotRetentionPeriod",
        9,
    ),
    "MasterPasswordSecretKmsKeyId": (
        {"ManageMasterPassword": True, "MasterPasswordSecretKmsKeyId": KEY},
        "MasterPasswordSecretKmsKeyId",
        KEY,
    ),
    "MasterUsername": ({"MasterUsername": "root"}, "MasterUsername", "root"),
    "MultiAZ": ({"MultiAZ": True}, "MultiAZ", "Enabled"),
    "NewClusterIdentifier": ({"NewClusterIdentifier": "new"}, "ClusterIdentifier", "new"),
    "NodeType": ({"NodeType": "ra3.4xlarge"}, "NodeType", "ra3.4xlarge"),
    "NumberOfNodes": ({"NumberOfNodes": 4}, "NumberOfNodes", 4),
    "Port": ({"Port": 5440}, "Endpoint.Port", 5440),
    "PreferredMaintenanceWindow": (
        {"PreferredMaintenanceWindow": "fri:10:00-fri:11:00"},
        "PreferredMaintenanceWindow",
        "fri:10:00-fri:11:00",
    ),
    "PubliclyAccessible": ({"PubliclyAccessible": True}, "PubliclyAccessible", True),
    "SnapshotScheduleIdentifier": (
        {"SnapshotScheduleIdentifier": "daily"},
        "SnapshotScheduleIdentifier",
        "daily",
    ),
    "Tags": ({"Tags": [{"Key": "team", "Value": "bi"}]}, "Tags", [{"Key": "team", "Value": "bi"}]),
    "VpcSecurityGroupIds": (
        {"VpcSecurityGroupIds": [GROUP]},
        "VpcSecurityGroups",
        [{"VpcSecurityGroupId": GROUP, "Status": "active"}],
    ),
}
"""Parameters → a call's, the path of a member of DescribeClusters, and what it shows in the end."""

NAMING = {
    "ClusterIdentifier",
    "SnapshotIdentifier",
    "SnapshotArn",
    "SnapshotClusterIdentifier",
    "OwnerAccount",
}
"""Parameters that say which cluster and which snapshot."""


PASSWORDS = ("Short1", "alllower1", "ALLUPPER1", "NoDigits", "With space1", "Sl/ash123", "Aa1" * 22)
USERS = ("public", "Admin", "1st", "select", "a:b", "a" * 129)
"""What the API reference rules out."""


def shown(env: RedshiftEnv, identifier: str, path: str) -> Any:
    value: Any = env.describe(identifier)
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else value[step]
    return value


@pytest.fixture
def env(env: RedshiftEnv) -> Iterator[RedshiftEnv]:
    """With a group of each kind, an address and a snapshot schedule."""
    subnet = env.backend.ec2_backend.describe_subnets()[0].id
    redshift = env.redshift
    redshift.create_cluster_subnet_group(ClusterSubnetGroupName="inner", Description="d", SubnetIds=[subnet])
    redshift.create_cluster_parameter_group(
        ParameterGroupName="mine", ParameterGroupFamily="redshift-1.0", Description="d"
    )
    redshift.create_cluster_security_group(ClusterSecurityGroupName="old", Description="d")
    redshift.create_snapshot_schedule(ScheduleIdentifier="daily", ScheduleDefinitions=["rate(12 hours)"])
    ec2 = env.backend.ec2_backend
    ec2.allocate_address("vpc", ADDRESS)
    group = ec2.create_security_group("warehouse", "d", ec2.get_default_vpc().id)
    ec2.groups[group.vpc_id][GROUP] = group
    group.id = group.group_id = GROUP
    yield env
    ec2.reset()


def members(call: str) -> list[str]:
    return [name for name in MODEL.operation_model(call).input_shape.members if name not in NAMING]


@pytest.mark.parametrize("call", CALLS)
def test_every_parameter_is_read_back_or_refused_or_known_to_have_no_member(call: str) -> None:
    """A parameter that a newer botocore brings fails here until somebody says what it does."""
    assert set(members(call)) <= READ_BACK.keys() | NOT_FOUND.keys() | WITHOUT_MEMBER.keys()
    assert not READ_BACK.keys() & (NOT_FOUND.keys() | WITHOUT_MEMBER.keys())


@pytest.mark.parametrize("name", [name for name in members("CreateCluster") if name in READ_BACK])
def test_what_a_cluster_is_created_with_is_what_it_shows(env: RedshiftEnv, name: str) -> None:
    parameters, path, value = READ_BACK[name]
    managed = "ManageMasterPassword" in parameters
    env.create(**parameters, **({"MasterUserPassword": None} if managed else {}))

    assert shown(env, "dwh", path) == value


@pytest.mark.parametrize("name", [name for name in members("ModifyCluster") if name in READ_BACK])
def test_what_a_cluster_is_modified_to_is_what_it_shows_in_the_end(env: RedshiftEnv, name: str) -> None:
    parameters, path, value = READ_BACK[name]
    env.create()
    if name == "ElasticIp":
        env.redshift.modify_cluster(ClusterIdentifier="dwh", PubliclyAccessible=True)
        env.advance(3600)
    env.redshift.modify_cluster(ClusterIdentifier="dwh", **parameters)
    env.advance(7 * 24 * 3600)

    assert shown(env, parameters.get("NewClusterIdentifier", "dwh"), path) == value


@pytest.mark.parametrize(
    "name", [name for name in members("RestoreFromClusterSnapshot") if name in READ_BACK]
)
def test_what_a_cluster_is_restored_with_is_what_it_shows(env: RedshiftEnv, name: str) -> None:
    parameters, path, value = READ_BACK[name]
    env.create("source")
    env.redshift.create_cluster_snapshot(ClusterIdentifier="source", SnapshotIdentifier="s")
    env.advance(3600)
    env.redshift.restore_from_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s", **parameters)
    env.advance(3600)

    assert shown(env, "dwh", path) == value


@pytest.mark.parametrize("name", sorted(NOT_FOUND))
def test_what_does_not_exist_is_refused_as_not_found(env: RedshiftEnv, name: str) -> None:
    call = next(call for call in CALLS if name in members(call))
    required = {"ClusterIdentifier": "dwh", name: "arn:aws:redshift::x"}
    if call == "CreateCluster":
        required |= {"NodeType": "ra3.large", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
    else:
        env.create("source")
        env.redshift.create_cluster_snapshot(ClusterIdentifier="source", SnapshotIdentifier="s")
        env.advance(3600)
        required["SnapshotIdentifier"] = "s"
    python_name = {"CreateCluster": "create_cluster", "ModifyCluster": "modify_cluster"}
    code, sentence = env.error(python_name.get(call, "restore_from_cluster_snapshot"), **required)

    assert code == NOT_FOUND[name]
    assert name in sentence


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        *(
            ({"MasterUserPassword": text}, "InvalidParameterValue")
            for text in ("Short1", "alllower1", "ALLUPPER1")
        ),
        *(
            ({"MasterUserPassword": text}, "InvalidParameterValue")
            for text in ("NoDigits", "With space1", "Sl/ash123")
        ),
        *(
            ({"MasterUsername": text}, "InvalidParameterValue")
            for text in ("public", "Admin", "1st", "select", "a:b")
        ),
        *(({"DBName": text}, "InvalidParameterValue") for text in ("Dev", "table", "a" * 65, "my-db", "")),
        *(({"Port": port}, "InvalidParameterValue") for port in (1150, 5430, 5456, 65535, 0)),
        ({"NodeType": "dc2.large", "Port": 1149}, "InvalidParameterValue"),
        *(
            ({"AvailabilityZone": zone}, "InvalidParameterValue")
            for zone in ("us-east-1a", "eu-central-1d", "eu-central-1", "")
        ),
        ({"ClusterVersion": "2.0"}, "InvalidParameterValue"),
        ({"IpAddressType": "ipv6"}, "InvalidParameterValue"),
        *(
            ({"VpcSecurityGroupIds": groups}, "InvalidParameterValue")
            for groups in (["default"], ["sg-1"], [GROUP, "sg-0000000000000000"])
        ),
        *(
            ({"KmsKeyId": key}, "InvalidParameterValue")
            for key in (
                "arn:aws:kms:eu-central-1:123456789012:key/none",
                "arn:aws:kms:eu-central-1:123456789012:alias/none",
                "arn:aws:kms:us-east-1:210987654321:key/theirs",
                "arn:key",
                "alias/none",
            )
        ),
        (
            {
                "ManageMasterPassword": True,
                "MasterUserPassword": None,
                "MasterPasswordSecretKmsKeyId": "alias/none",
            },
            "InvalidParameterValue",
        ),
        ({"LoadSampleData": "perhaps"}, "InvalidParameterValue"),
        ({"ElasticIp": "52.9.9.9", "PubliclyAccessible": True}, "InvalidElasticIpFault"),
        (
            {"ElasticIp": ADDRESS, "PubliclyAccessible": True, "AvailabilityZoneRelocation": True},
            "InvalidParameterCombination",
        ),
        ({"MaintenanceTrackName": "fast"}, "InvalidClusterTrack"),
        ({"ClusterParameterGroupName": "none"}, "ClusterParameterGroupNotFound"),
        ({"ClusterSubnetGroupName": "none"}, "ClusterSubnetGroupNotFoundFault"),
        ({"ClusterSecurityGroups": ["none"]}, "ClusterSecurityGroupNotFound"),
        ({"SnapshotScheduleIdentifier": "none"}, "SnapshotScheduleNotFound"),
        ({"ElasticIp": ADDRESS}, "InvalidElasticIpFault"),
        ({"MasterPasswordSecretKmsKeyId": KEY}, "InvalidParameterCombination"),
        ({"NodeType": "dc2.large", "MultiAZ": True}, "UnsupportedOperation"),
    ],
)
def test_values_that_the_documentation_rules_out_are_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    given = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}

    asked = {name: value for name, value in (given | parameters).items() if value is not None}
    assert env.error("create_cluster", ClusterIdentifier="dwh", **asked)[0] == code
    assert env.redshift.describe_clusters()["Clusters"] == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"AvailabilityZone": "eu-central-1d"}, "InvalidParameterValue"),
        ({"VpcSecurityGroupIds": ["sg-1"]}, "InvalidParameterValue"),
        ({"KmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/none"}, "InvalidParameterValue"),
        ({"ElasticIp": "52.9.9.9", "PubliclyAccessible": True}, "InvalidElasticIpFault"),
    ],
)
def test_what_is_not_there_changes_nothing_of_a_cluster_and_restores_none(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")
    env.advance(3600)
    before = env.describe()
    changed = {"AutomatedSnapshotRetentionPeriod": 30} | parameters
    copy = {"ClusterIdentifier": "copy", "SnapshotIdentifier": "s"}

    assert env.error("modify_cluster", ClusterIdentifier="dwh", **changed)[0] == code
    assert env.error("restore_from_cluster_snapshot", **(copy | parameters))[0] == code
    assert env.redshift.describe_clusters()["Clusters"] == [before]


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_that_is_not_enabled_encrypts_no_cluster(env: RedshiftEnv, state: str) -> None:
    env.backend.keys.declare("alias/old", state)
    given = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
    code, sentence = env.error("create_cluster", ClusterIdentifier="dwh", KmsKeyId="alias/old", **given)

    assert code == "InvalidParameterValue"
    assert state in sentence


def test_an_address_serves_one_cluster(env: RedshiftEnv) -> None:
    public = {"ElasticIp": ADDRESS, "PubliclyAccessible": True}
    env.create(**public)
    given = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}

    assert (
        env.error("create_cluster", ClusterIdentifier="two", **given, **public)[0] == "InvalidElasticIpFault"
    )
    env.redshift.modify_cluster(ClusterIdentifier="dwh", **public)


def test_a_parameter_group_applies_after_a_reboot(env: RedshiftEnv) -> None:
    env.create()
    path = "ClusterParameterGroups.0.ParameterApplyStatus"
    env.redshift.modify_cluster(ClusterIdentifier="dwh", ClusterParameterGroupName="mine")

    assert shown(env, "dwh", path) == "pending-reboot"
    env.redshift.reboot_cluster(ClusterIdentifier="dwh")
    env.advance(3600)
    assert shown(env, "dwh", path) == "in-sync"


def test_what_waits_for_its_operation_or_the_window_is_pending(env: RedshiftEnv) -> None:
    env.create()
    answer = env.redshift.modify_cluster(
        ClusterIdentifier="dwh",
        PubliclyAccessible=True,
        MaintenanceTrackName="trailing",
        MasterUserPassword="Another123",
    )["Cluster"]

    assert answer["PendingModifiedValues"] == {
        "PubliclyAccessible": True,
        "MaintenanceTrackName": "trailing",
        "MasterUserPassword": "****",
    }
    assert answer["PubliclyAccessible"] is False
    env.advance(3600)
    assert env.describe()["PendingModifiedValues"] == {"MaintenanceTrackName": "trailing"}
    assert env.describe()["PubliclyAccessible"] is True
    env.advance(7 * 24 * 3600)
    assert env.describe()["PendingModifiedValues"] == {}


def test_a_managed_password_is_given_up_for_one_of_the_users_own(env: RedshiftEnv) -> None:
    env.create(ManageMasterPassword=True, MasterUserPassword=None)
    env.redshift.modify_cluster(
        ClusterIdentifier="dwh", ManageMasterPassword=False, MasterUserPassword="Another123"
    )
    env.advance(3600)

    assert "MasterPasswordSecretArn" not in env.describe()


def test_an_empty_name_of_a_final_snapshot_that_is_skipped_is_as_none(env: RedshiftEnv) -> None:
    """Apache Airflow's RedshiftDeleteClusterOperator sends it by default."""
    env.create()
    env.redshift.delete_cluster(
        ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True, FinalClusterSnapshotIdentifier=""
    )

    assert env.status() == "deleting"
