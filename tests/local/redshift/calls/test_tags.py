"""Tags are put, found and removed, within the limits of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

ARN = "arn:aws:redshift:eu-central-1:123456789012:cluster:dwh"


def tag(place: Place, **tags: str) -> None:
    place.redshift.create_tags(
        ResourceName=ARN, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
    )


def tags_of(place: Place, **filters: Any) -> dict[str, str]:
    records = place.redshift.describe_tags(**filters)["TaggedResources"]
    return {record["Tag"]["Key"]: record["Tag"]["Value"] for record in records}


def test_tags_are_put_replaced_and_removed(place: Place) -> None:
    place.create()
    tag(place, team="a", tier="gold")
    tag(place, team="b")

    assert tags_of(place, ResourceName=ARN) == {"team": "b", "tier": "gold"}
    assert {"Key": "team", "Value": "b"} in place.shown()["Tags"]
    place.redshift.delete_tags(ResourceName=ARN, TagKeys=["tier", "absent"])
    assert tags_of(place, ResourceName=ARN) == {"team": "b"}


def test_snapshots_and_moto_resources_are_tagged_too(place: Place) -> None:
    place.create()
    place.redshift.create_cluster_snapshot(
        ClusterIdentifier="dwh", SnapshotIdentifier="s", Tags=[{"Key": "kind", "Value": "snapshot"}]
    )
    place.redshift.create_cluster_parameter_group(
        ParameterGroupName="p",
        ParameterGroupFamily="redshift-1.0",
        Description="d",
        Tags=[{"Key": "kind", "Value": "pg"}],
    )

    assert tags_of(place, ResourceType="Snapshot") == {"kind": "snapshot"}
    assert tags_of(place, ResourceType="Parameter group") == {"kind": "pg"}
    assert tags_of(place, ResourceType="HSM connection") == {}


def test_tags_are_found_by_any_key_and_any_value(place: Place) -> None:
    place.create(Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}, {"Key": "c", "Value": "1"}])

    assert tags_of(place, TagKeys=["a", "b"]) == {"a": "1", "b": "2"}
    assert tags_of(place, TagValues=["1"]) == {"a": "1", "c": "1"}


def test_fifty_tags_fit_and_the_next_one_does_not(place: Place) -> None:
    place.create()
    tag(place, **{f"k{number}": "v" for number in range(50)})

    code, _ = place.error("create_tags", ResourceName=ARN, Tags=[{"Key": "one-more", "Value": "v"}])
    assert code == "TagLimitExceededFault"
    tag(place, k0="changed")
    assert len(tags_of(place, ResourceName=ARN)) == 50


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
def test_a_tag_that_is_not_valid_is_refused(place: Place, wrong: list[dict[str, str]]) -> None:
    place.create()

    assert place.error("create_tags", ResourceName=ARN, Tags=wrong)[0] == "InvalidTagFault"
    assert place.shown()["Tags"] == []


def test_a_key_of_aws_is_not_removed(place: Place) -> None:
    place.create()

    assert place.error("delete_tags", ResourceName=ARN, TagKeys=["aws:x"])[0] == "InvalidTagFault"


@pytest.mark.parametrize("arn", [ARN.replace("dwh", "nobody"), "not-an-arn"])
def test_a_resource_that_is_not_there_is_not_found(place: Place, arn: str) -> None:
    place.create()

    assert place.error("create_tags", ResourceName=arn, Tags=[{"Key": "k"}])[0] == "ResourceNotFoundFault"
    assert place.error("delete_tags", ResourceName=arn, TagKeys=["k"])[0] == "ResourceNotFoundFault"
    assert place.error("describe_tags", ResourceName=arn)[0] == "ResourceNotFoundFault"


@pytest.mark.parametrize(("reading", "refused"), [("reject", True), ("allow", False)])
def test_a_busy_cluster_refuses_tags_or_not(place: Place, reading: str, refused: bool) -> None:  # noqa: FBT001 the rule's two sides
    place.create(knobs={"tags_while_busy": reading})
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    if refused:
        code, _ = place.error("create_tags", ResourceName=ARN, Tags=[{"Key": "k", "Value": "v"}])
        assert code == "InvalidClusterState"
        assert place.shown()["Tags"] == []
    else:
        tag(place, k="v")


def test_tags_are_removed_from_a_busy_cluster(place: Place) -> None:
    place.create(Tags=[{"Key": "k", "Value": "v"}])
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    place.redshift.delete_tags(ResourceName=ARN, TagKeys=["k"])
    assert place.shown()["Tags"] == []


def test_a_paused_cluster_can_be_tagged(place: Place) -> None:
    place.create().status = "paused"

    tag(place, k="v")
    assert tags_of(place, ResourceName=ARN) == {"k": "v"}


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"ResourceName": ARN, "ResourceType": "Cluster"}, "InvalidParameterCombination"),
        ({"ResourceType": "Planet"}, "ResourceNotFoundFault"),
        ({"MaxRecords": 5}, "InvalidParameterValue"),
    ],
)
def test_filters_that_do_not_fit_are_refused(place: Place, filters: dict[str, Any], code: str) -> None:
    place.create()

    assert place.error("describe_tags", **filters)[0] == code


def test_paging_meets_every_tag_once(place: Place) -> None:
    place.create()
    tag(place, **{f"k{number:02d}": "v" for number in range(45)})

    pages = place.redshift.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 20})
    met = [record["Tag"]["Key"] for page in pages for record in page["TaggedResources"]]

    assert met == [f"k{number:02d}" for number in range(45)]
