"""Tags are put, found and removed, within the limits of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

ARN = "arn:aws:redshift:eu-central-1:123456789012:cluster:dwh"


def tag(env: RedshiftEnv, **tags: str) -> None:
    env.redshift.create_tags(
        ResourceName=ARN, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )


def tags_of(env: RedshiftEnv, **filters: Any) -> dict[str, str]:
    records = env.redshift.describe_tags(**filters)["TaggedResources"]
    return {record["Tag"]["Key"]: record["Tag"]["Value"] for record in records}


def test_tags_are_put_replaced_and_removed(env: RedshiftEnv) -> None:
    env.create()
    tag(env, team="a", tier="gold")
    tag(env, team="b")

    assert tags_of(env, ResourceName=ARN) == {"team": "b", "tier": "gold"}
    assert {"Key": "team", "Value": "b"} in env.describe()["Tags"]
    env.redshift.delete_tags(ResourceName=ARN, TagKeys=["tier", "absent"])
    assert tags_of(env, ResourceName=ARN) == {"team": "b"}


def test_snapshots_and_moto_resources_are_tagged_too(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(
        ClusterIdentifier="dwh", SnapshotIdentifier="s", Tags=[{"Key": "kind", "Value": "snapshot"}]
    )
    env.redshift.create_cluster_parameter_group(
        ParameterGroupName="p",
        ParameterGroupFamily="redshift-1.0",
        Description="d",
        Tags=[{"Key": "kind", "Value": "pg"}],
    )

    assert tags_of(env, ResourceType="Snapshot") == {"kind": "snapshot"}
    assert tags_of(env, ResourceType="Parameter group") == {"kind": "pg"}
    assert tags_of(env, ResourceType="HSM connection") == {}


def test_tags_are_found_by_any_key_and_any_value(env: RedshiftEnv) -> None:
    env.create(Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "1"}])

    assert tags_of(env, TagKeys=["a", "b"]) == {"a": "1", "b": "2"}
    assert tags_of(env, TagValues=["1"]) == {"a": "1", "c": "1"}


def test_fifty_tags_fit_and_the_next_one_does_not(env: RedshiftEnv) -> None:
    env.create()
    tag(env, **{f"k{number}": "v" for number in range(50)})

    code, _ = env.error("create_tags", ResourceName=ARN, Tags=[{"Key": "one-more", "Value": "v"}])
    assert code == "TagLimitExceededFault"
    tag(env, k0="changed")
    assert len(tags_of(env, ResourceName=ARN)) == 50


@pytest.mark.parametrize(
    "wrong",
    [
        [{"Key": "aws:x", "Value": "v"}],
        [{"Key": "AWS:x", "Value": "v"}],
        [{"Key": "k", "Value": "v" * 257}],
        [{"Key": "k" * 129, "Value": "v"}],
        [{"Key": "", "Value": "v"}],
        [{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}],
    ],
)
def test_a_tag_that_is_not_valid_is_refused(env: RedshiftEnv, wrong: list[dict[str, str]]) -> None:
    env.create()

    assert env.error("create_tags", ResourceName=ARN, Tags=wrong)[0] == "InvalidTagFault"
    assert env.describe()["Tags"] == []


def test_a_key_of_aws_is_not_removed(env: RedshiftEnv) -> None:
    env.create()

    assert env.error("delete_tags", ResourceName=ARN, TagKeys=["aws:x"])[0] == "InvalidTagFault"


@pytest.mark.parametrize("arn", [ARN.replace("dwh", "nobody"), "not-an-arn"])
def test_a_resource_that_is_not_there_is_not_found(env: RedshiftEnv, arn: str) -> None:
    env.create()

    assert env.error("create_tags", ResourceName=arn, Tags=[{"Key": "k"}])[0] == "ResourceNotFoundFault"
    assert env.error("delete_tags", ResourceName=arn, TagKeys=["k"])[0] == "ResourceNotFoundFault"
    assert env.error("describe_tags", ResourceName=arn)[0] == "ResourceNotFoundFault"


@pytest.mark.parametrize(("reading", "refused"), [("reject", True), ("allow", False)])
def test_a_busy_cluster_refuses_tags_or_not(env: RedshiftEnv, reading: str, refused: bool) -> None:  # noqa: FBT001 the rule's two sides
    env.create(knobs={"tags_while_busy": reading})
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    if refused:
        code, _ = env.error("create_tags", ResourceName=ARN, Tags=[{"Key": "k", "Value": "v"}])
        assert code == "InvalidClusterState"
        assert env.describe()["Tags"] == []
    else:
        tag(env, k="v")


def test_tags_are_removed_from_a_busy_cluster(env: RedshiftEnv) -> None:
    env.create(Tags=[{"Key": "k", "Value": "v"}])
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    env.redshift.delete_tags(ResourceName=ARN, TagKeys=["k"])
    assert env.describe()["Tags"] == []


def test_a_paused_cluster_can_be_tagged(env: RedshiftEnv) -> None:
    env.create().status = "paused"

    tag(env, k="v")
    assert tags_of(env, ResourceName=ARN) == {"k": "v"}


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"ResourceName": ARN, "ResourceType": "Cluster"}, "InvalidParameterCombination"),
        ({"ResourceType": "Planet"}, "ResourceNotFoundFault"),
        ({"MaxRecords": 5}, "InvalidParameterValue"),
    ],
)
def test_filters_that_do_not_fit_are_refused(env: RedshiftEnv, filters: dict[str, Any], code: str) -> None:
    env.create()

    assert env.error("describe_tags", **filters)[0] == code


def test_paging_meets_every_tag_once(env: RedshiftEnv) -> None:
    env.create()
    tag(env, **{f"k{number:02d}": "v" for number in range(45)})

    pages = env.redshift.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 20})
    met = [record["Tag"]["Key"] for page in pages for record in page["TaggedResources"]]

    assert met == [f"k{number:02d}" for number in range(45)]


@pytest.mark.parametrize("reading", ["reject", "allow"])
def test_a_paused_cluster_refuses_tags_or_not(env: RedshiftEnv, reading: str) -> None:
    env.create(knobs={"tags_while_paused": reading, "tags_while_busy": "allow"})
    env.redshift.pause_cluster(ClusterIdentifier="dwh")
    tag(env, before="pausing")
    env.advance(900)
    assert env.status() == "paused"

    if reading == "reject":
        assert (
            env.error("create_tags", ResourceName=ARN, Tags=[{"Key": "k", "Value": "v"}])[0]
            == "InvalidClusterState"
        )
        assert env.describe()["Tags"] == [{"Key": "before", "Value": "pausing"}]
    else:
        tag(env, k="v")
