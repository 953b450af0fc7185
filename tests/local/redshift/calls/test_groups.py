"""Groups: default ones exist, those in use stay, malformed tags reach none, values wait for a reboot."""

from typing import Any

import pytest

from local.redshift.state.default_network import DEFAULT_VPC
from tests.local.redshift.conftest import RedshiftEnv

PARAMETERS = {"ParameterGroupName": "mine", "ParameterGroupFamily": "redshift-1.0", "Description": "d"}
GROUPS: dict[str, tuple[str, dict[str, Any], str, str, str, str]] = {
    "parameter": (
        "create_cluster_parameter_group",
        PARAMETERS,
        "delete_cluster_parameter_group",
        "ParameterGroupName",
        "ClusterParameterGroupName",
        "InvalidClusterParameterGroupState",
    ),
    "subnet": (
        "create_cluster_subnet_group",
        {"ClusterSubnetGroupName": "mine", "Description": "d"},
        "delete_cluster_subnet_group",
        "ClusterSubnetGroupName",
        "ClusterSubnetGroupName",
        "InvalidClusterSubnetGroupStateFault",
    ),
    "security": (
        "create_cluster_security_group",
        {"ClusterSecurityGroupName": "mine", "Description": "d"},
        "delete_cluster_security_group",
        "ClusterSecurityGroupName",
        "ClusterSecurityGroups",
        "InvalidClusterSecurityGroupState",
    ),
}
DEFAULTS = {"parameter": "default.redshift-1.0", "subnet": "default", "security": "Default"}
PASSED = "arn:aws:redshift:eu-central-1:123456789012:{}group:mine"


def subnet(env: RedshiftEnv) -> str:
    return str(env.backend.ec2_backend.describe_subnets()[0].id)


def create(env: RedshiftEnv, kind: str, **more: Any) -> dict[str, Any]:
    call, parameters, *_ = GROUPS[kind]
    subnets = {"SubnetIds": [subnet(env)]} if kind == "subnet" else {}
    return dict(getattr(env.redshift, call)(**parameters, **subnets, **more))


@pytest.mark.parametrize("kind", GROUPS)
def test_a_group_that_a_cluster_has_is_not_deleted(env: RedshiftEnv, kind: str) -> None:
    _, _, delete, name, member, code = GROUPS[kind]
    create(env, kind)
    env.create(**{member: ["mine"] if member.endswith("s") else "mine"})

    assert env.error(delete, **{name: "mine"})[0] == code
    env.redshift.delete_cluster(ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True)
    env.advance(3600)
    getattr(env.redshift, delete)(**{name: "mine"})


@pytest.mark.parametrize("kind", GROUPS)
def test_a_default_group_exists_and_is_never_deleted(env: RedshiftEnv, kind: str) -> None:
    _, _, delete, name, _, code = GROUPS[kind]
    describe = delete.replace("delete", "describe") + "s"

    assert getattr(env.redshift, describe)(**{name: DEFAULTS[kind]})
    assert env.error(delete, **{name: DEFAULTS[kind]})[0] == code


@pytest.mark.parametrize("kind", GROUPS)
def test_a_name_is_taken_once(env: RedshiftEnv, kind: str) -> None:
    call, parameters, *_ = GROUPS[kind]
    create(env, kind)
    subnets = {"SubnetIds": [subnet(env)]} if kind == "subnet" else {}

    assert env.error(call, **parameters, **subnets)[0].endswith("AlreadyExists")


@pytest.mark.parametrize("kind", GROUPS)
@pytest.mark.parametrize("tag", [{}, {"Value": "v"}, {"Key": "aws:x"}, {"Key": "k" * 129}])
def test_a_malformed_tag_is_refused_and_tags_are_still_listed(
    env: RedshiftEnv, kind: str, tag: dict[str, str]
) -> None:
    call, parameters, *_ = GROUPS[kind]
    subnets = {"SubnetIds": [subnet(env)]} if kind == "subnet" else {}
    code, _ = env.error(call, **parameters, **subnets, Tags=[tag, {"Key": "a", "Value": "b"}])

    assert code in {"InvalidTagFault", "InvalidParameterValue", "MissingParameter"}
    assert env.redshift.describe_tags()["TaggedResources"] == []


@pytest.mark.parametrize("kind", GROUPS)
def test_a_tag_without_a_value_has_an_empty_one(env: RedshiftEnv, kind: str) -> None:
    create(env, kind, Tags=[{"Key": "team"}])

    found = env.redshift.describe_tags(ResourceName=PASSED.format(kind))["TaggedResources"]
    assert [each["Tag"] for each in found] == [{"Key": "team", "Value": ""}]


def test_the_default_subnet_group_is_of_the_vpc_that_clusters_and_ec2_show(env: RedshiftEnv) -> None:
    env.create()
    (group,) = env.redshift.describe_cluster_subnet_groups()["ClusterSubnetGroups"]
    (vpc,) = env.backend.ec2_backend.describe_vpcs()

    assert group["VpcId"] == vpc.id == env.describe()["VpcId"] == DEFAULT_VPC
    assert len(group["Subnets"]) >= 2


def test_a_subnet_group_gets_other_subnets(env: RedshiftEnv) -> None:
    create(env, "subnet")
    others = [each.id for each in env.backend.ec2_backend.describe_subnets()[1:3]]
    given = {"ClusterSubnetGroupName": "mine", "SubnetIds": others, "Description": "other"}
    group = env.redshift.modify_cluster_subnet_group(**given)["ClusterSubnetGroup"]

    assert {each["SubnetIdentifier"] for each in group["Subnets"]} == set(others)
    assert group["Description"] == "other"
    assert (
        env.error("modify_cluster_subnet_group", **(given | {"SubnetIds": ["subnet-0"]}))[0]
        == "InvalidSubnet"
    )
    assert (
        env.error("modify_cluster_subnet_group", **(given | {"ClusterSubnetGroupName": "none"}))[0]
        == "ClusterSubnetGroupNotFoundFault"
    )


def values(env: RedshiftEnv, **filters: Any) -> dict[str, str]:
    found = env.redshift.describe_cluster_parameters(ParameterGroupName="mine", **filters)["Parameters"]
    return {each["ParameterName"]: each["ParameterValue"] for each in found}


def test_parameters_are_set_and_reset_and_wait_for_a_reboot(env: RedshiftEnv) -> None:
    create(env, "parameter")
    env.create(ClusterParameterGroupName="mine")
    change = [{"ParameterName": "require_ssl", "ParameterValue": "false"}]
    env.redshift.modify_cluster_parameter_group(ParameterGroupName="mine", Parameters=change)

    assert values(env, Source="user") == {"require_ssl": "false"}
    assert env.describe()["ClusterParameterGroups"][0]["ParameterApplyStatus"] == "pending-reboot"
    env.redshift.reset_cluster_parameter_group(ParameterGroupName="mine", ResetAllParameters=True)
    assert values(env, Source="user") == {}
    defaults = env.redshift.describe_default_cluster_parameters(ParameterGroupFamily="redshift-1.0")
    assert len(defaults["DefaultClusterParameters"]["Parameters"]) == len(values(env))


@pytest.mark.parametrize(
    ("call", "parameters", "code"),
    [
        (
            "modify_cluster_parameter_group",
            {"Parameters": [{"ParameterName": "none", "ParameterValue": "1"}]},
            "InvalidParameterValue",
        ),
        (
            "modify_cluster_parameter_group",
            {"Parameters": [{"ParameterName": "require_ssl", "ParameterValue": "maybe"}]},
            "InvalidParameterValue",
        ),
        ("reset_cluster_parameter_group", {}, "InvalidParameterCombination"),
        ("reset_cluster_parameter_group", {"ParameterGroupName": "none"}, "ClusterParameterGroupNotFound"),
        (
            "reset_cluster_parameter_group",
            {"ParameterGroupName": "default.redshift-1.0", "ResetAllParameters": True},
            "InvalidClusterParameterGroupState",
        ),
    ],
)
def test_values_that_no_parameter_has_are_refused(
    env: RedshiftEnv, call: str, parameters: dict[str, Any], code: str
) -> None:
    create(env, "parameter")

    assert env.error(call, **({"ParameterGroupName": "mine"} | parameters))[0] == code


def test_a_family_that_does_not_exist_is_refused(env: RedshiftEnv) -> None:
    family = {"ParameterGroupFamily": "redshift-2.0"}

    assert env.error("describe_default_cluster_parameters", **family)[0] == "InvalidParameterValue"
    assert env.error("create_cluster_parameter_group", **(PARAMETERS | family))[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    "given",
    [
        [("require_ssl", "true")] * 21,
        [("wlm_json_configuration", "{nope")],
        [("wlm_json_configuration", "{}")],
    ],
)
def test_too_many_parameters_and_queues_that_are_no_json_are_refused(
    env: RedshiftEnv, given: list[tuple[str, str]]
) -> None:
    env.redshift.create_cluster_parameter_group(**PARAMETERS)
    changes = [{"ParameterName": name, "ParameterValue": value} for name, value in given]
    refused = env.error("modify_cluster_parameter_group", ParameterGroupName="mine", Parameters=changes)
    assert refused[0] == "InvalidParameterValue"


def test_parameters_have_two_sources_only(env: RedshiftEnv) -> None:
    env.redshift.create_cluster_parameter_group(**PARAMETERS)
    refused = env.error("describe_cluster_parameters", ParameterGroupName="mine", Source="zzz")
    assert refused[0] == "InvalidParameterValue"
