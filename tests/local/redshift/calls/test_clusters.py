"""Clusters are created, described, paged through and filtered as the API reference says."""

from __future__ import annotations

import urllib.parse
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import pytest

from local.fleet import parse_fleet, seed_fleet

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

NEW = {
    "ClusterIdentifier": "dwh",
    "NodeType": "ra3.xlplus",
    "MasterUsername": "a",
    "MasterUserPassword": "Secret123",
}


def seed(env: RedshiftEnv, text: str) -> None:
    seed_fleet(env.context, parse_fleet(text))


def test_a_new_cluster_is_creating_and_then_available(env: RedshiftEnv) -> None:
    answer = env.redshift.create_cluster(**NEW)["Cluster"]

    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("creating", "Modifying")
    assert answer["Endpoint"] == {"Port": 5439}
    env.advance(301)
    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert env.describe()["Endpoint"]["Address"].startswith("dwh.")


def test_a_new_cluster_is_encrypted_with_the_aws_managed_key_unless_another_one_is_named(
    env: RedshiftEnv,
) -> None:
    answer = env.redshift.create_cluster(**NEW)["Cluster"]

    assert answer["Encrypted"] is True
    assert answer["KmsKeyId"].startswith("arn:aws:kms:eu-central-1:123456789012:key/")


def test_a_cluster_shows_every_member_that_the_workflows_decide_by(env: RedshiftEnv) -> None:
    seed(
        env,
        """
        clusters:
          - identifier: dwh
            roles: [copy]
            default_role: copy
            hsm: true
            lakehouse: REGISTERED
            status: available, prep-for-resize
        """,
    )

    assert {
        "ClusterAvailabilityStatus",
        "ClusterNamespaceArn",
        "MultiAZ",
        "NextMaintenanceWindowStartTime",
        "PreferredMaintenanceWindow",
        "DefaultIamRoleArn",
        "IamRoles",
        "PendingModifiedValues",
        "PendingActions",
        "ResizeInfo",
        "HsmStatus",
        "KmsKeyId",
        "Encrypted",
        "ClusterCreateTime",
        "LakehouseRegistrationStatus",
        "DeferredMaintenanceWindows",
        "Tags",
    } <= set(env.describe())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ClusterIdentifier": "Upper"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "two--hyphens"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "hyphen-"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "a" * 64}, "InvalidParameterValue"),
        ({"NodeType": "ds9.huge"}, "InvalidParameterValue"),
        ({"Encrypted": False}, "InvalidParameterValue"),
        ({"PreferredMaintenanceWindow": "sat:22:00"}, "InvalidParameterValue"),
        ({"PreferredMaintenanceWindow": "sat:22:00-sat:22:10"}, "InvalidParameterValue"),
        ({"AutomatedSnapshotRetentionPeriod": 36}, "InvalidParameterValue"),
        ({"AutomatedSnapshotRetentionPeriod": 0}, "InvalidParameterValue"),
        ({"ManualSnapshotRetentionPeriod": 0}, "InvalidRetentionPeriodFault"),
        ({"ManualSnapshotRetentionPeriod": 3654}, "InvalidRetentionPeriodFault"),
        ({"ClusterType": "multi-node"}, "InvalidParameterCombination"),
        ({"ClusterType": "some-nodes"}, "InvalidParameterValue"),
        ({"NumberOfNodes": 101}, "InvalidParameterValue"),
        ({"ManageMasterPassword": True}, "InvalidParameterCombination"),
        ({"KmsKeyId": "alias/none"}, "InvalidParameterValue"),
        ({"Tags": [{"Key": "aws:mine", "Value": "x"}]}, "InvalidTagFault"),
        ({"Tags": [{"Key": f"k{number}", "Value": "v"} for number in range(51)]}, "TagLimitExceededFault"),
        ({"IamRoles": ["copy"]}, "InvalidParameterValue"),
    ],
)
def test_a_cluster_that_redshift_would_refuse_is_refused_and_not_there(
    env: RedshiftEnv, change: dict[str, Any], code: str
) -> None:
    assert env.error("create_cluster", **(NEW | change))[0] == code
    assert env.redshift.describe_clusters()["Clusters"] == []


def test_an_identifier_is_given_once(env: RedshiftEnv) -> None:
    env.create()

    assert env.error("create_cluster", **NEW)[0] == "ClusterAlreadyExists"


def test_an_unknown_cluster_is_not_found(env: RedshiftEnv) -> None:
    with pytest.raises(env.redshift.exceptions.ClusterNotFoundFault) as caught:
        env.redshift.describe_clusters(ClusterIdentifier="nobody")

    assert caught.value.response["Error"]["Code"] == "ClusterNotFound"
    assert caught.value.response["Error"]["Message"] == "Cluster nobody not found."
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.parametrize(
    "call",
    ["rotate_encryption_key", "pause_cluster", "resume_cluster", "reboot_cluster", "modify_cluster_iam_roles",
     "modify_cluster", "modify_lakehouse_configuration"],
)  # fmt: skip
def test_no_call_works_on_a_cluster_that_is_not_there(env: RedshiftEnv, call: str) -> None:
    assert env.error(call, ClusterIdentifier="nobody") == ("ClusterNotFound", "Cluster nobody not found.")


def test_paging_by_20_walks_a_thousand_clusters_exactly_once(env: RedshiftEnv) -> None:
    seed(env, "clusters: [{identifier: 'c-{number:04d}', count: 1000}]")

    pages = list(env.redshift.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 20}))

    met = [cluster["ClusterIdentifier"] for page in pages for cluster in page["Clusters"]]
    assert len(pages) == 50
    assert met == [f"c-{number:04d}" for number in range(1, 1001)]
    assert "Marker" not in pages[-1]


def test_a_page_has_100_clusters_unless_another_size_is_asked_for(env: RedshiftEnv) -> None:
    seed(env, "clusters: [{identifier: 'c-{number:03d}', count: 101}]")

    assert len(env.redshift.describe_clusters()["Clusters"]) == 100


def test_clusters_deleted_during_a_walk_do_not_make_it_skip_or_repeat_others(env: RedshiftEnv) -> None:
    seed(env, "clusters: [{identifier: 'c-{number:02d}', count: 40}]")
    first = env.redshift.describe_clusters(MaxRecords=20)

    del env.backend.clusters_by_id["c-05"]
    del env.backend.clusters_by_id["c-20"]
    second = env.redshift.describe_clusters(MaxRecords=20, Marker=first["Marker"])

    names = [cluster["ClusterIdentifier"] for cluster in second["Clusters"]]
    assert names == [f"c-{number:02d}" for number in range(21, 41)]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MaxRecords": 19}, "InvalidParameterValue"),
        ({"MaxRecords": 101}, "InvalidParameterValue"),
        ({"Marker": "made-up"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "dwh", "Marker": "x"}, "InvalidParameterCombination"),
    ],
)
def test_paging_parameters_are_checked(env: RedshiftEnv, parameters: dict[str, Any], code: str) -> None:
    env.create()

    assert env.error("describe_clusters", **parameters)[0] == code


TAGGED = """
clusters:
  - {identifier: a, tags: {owner: ann, environment: prod}}
  - {identifier: b, tags: {owner: bob}}
  - {identifier: c, tags: {environment: test}}
  - {identifier: d, tags: {other: prod}}
"""


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"TagKeys": ["owner"]}, ["a", "b"]),
        ({"TagKeys": ["owner", "environment"]}, ["a", "b", "c"]),
        ({"TagValues": ["prod"]}, ["a", "d"]),
        ({"TagValues": ["prod", "test"]}, ["a", "c", "d"]),
        ({"TagKeys": ["environment"], "TagValues": ["prod"]}, ["a"]),
        ({"TagKeys": ["nothing"]}, []),
    ],
)
def test_tag_filters_select_what_has_any_of_the_keys_and_any_of_the_values(
    env: RedshiftEnv, filters: dict[str, Any], names: list[str]
) -> None:
    seed(env, TAGGED)

    found = env.redshift.describe_clusters(**filters)["Clusters"]

    assert [cluster["ClusterIdentifier"] for cluster in found] == names


def test_the_next_maintenance_window_follows_from_the_preferred_one(env: RedshiftEnv) -> None:
    env.create(PreferredMaintenanceWindow="sun:01:00-sun:01:30")

    assert env.describe()["NextMaintenanceWindowStartTime"] == datetime(2026, 3, 8, 1, tzinfo=UTC)
    env.advance(8 * 3600)
    assert env.describe()["NextMaintenanceWindowStartTime"] == datetime(2026, 3, 15, 1, tzinfo=UTC)


def test_two_clusters_of_one_name_have_two_namespaces(env: RedshiftEnv) -> None:
    first = env.create().namespace_arn
    env.redshift.delete_cluster(ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True)
    env.advance(500)

    assert env.create().namespace_arn != first


def post(env: RedshiftEnv, body: dict[str, str]) -> tuple[int, str]:
    """An unchecked call, as a client that knows no model could send it."""
    credential = "AKIATEST/20260307/eu-central-1/redshift/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"}
    data = urllib.parse.urlencode(body | {"Version": "2012-12-01"}).encode()
    request = urllib.request.Request(env.context.endpoint, data, headers)  # noqa: S310 our own server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 our own server
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Action": "InventedCall"}, "InvalidAction"),
        ({"Action": "PurchaseReservedNodeOffering", "ReservedNodeOfferingId": "x"}, "InvalidAction"),
        ({"Action": "RotateEncryptionKey"}, "MissingParameter"),
        ({"Action": "RotateEncryptionKey", "ClusterIdentifer": "x"}, "InvalidParameterValue"),
        ({"Action": "DescribeClusters", "MaxRecords": "many"}, "InvalidParameterValue"),
        ({"Action": "DescribeEvents", "SourceType": "planet"}, "InvalidParameterValue"),
        ({"Action": "DescribeEvents", "StartTime": "soon"}, "InvalidParameterValue"),
    ],
)
def test_a_call_that_does_not_fit_the_model_is_refused_in_the_shape_of_an_aws_error(
    env: RedshiftEnv, body: dict[str, str], code: str
) -> None:
    status, text = post(env, body)

    assert status == 400
    assert f"<Code>{code}</Code>" in text
    assert "<html" not in text.lower()


def test_a_defect_of_the_emulation_answers_internal_failure_and_no_page(
    env: RedshiftEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env.backend, "clusters_by_id", None)

    status, text = post(env, {"Action": "DescribeClusters"})

    assert (status, "<Code>InternalFailure</Code>" in text) == (500, True)


def test_another_region_has_another_fleet(env: RedshiftEnv) -> None:
    env.create()

    assert env.redshift.describe_clusters()["Clusters"]
    elsewhere = env.client_in("us-east-1")
    assert elsewhere.describe_clusters()["Clusters"] == []


def test_installing_again_forgets_the_first(env: RedshiftEnv) -> None:
    from local.redshift import install  # noqa: PLC0415 only this rule needs it

    env.create()
    install(env.context)

    assert env.redshift.describe_clusters()["Clusters"] == []


def test_a_cluster_shows_what_its_creator_settled(env: RedshiftEnv) -> None:
    env.redshift.create_cluster_parameter_group(
        ParameterGroupName="tuned", ParameterGroupFamily="redshift-1.0", Description="d"
    )
    group = next(iter(env.backend.ec2_backend.describe_security_groups())).id
    answer = env.redshift.create_cluster(
        ClusterIdentifier="dwh",
        NodeType="ra3.xlplus",
        MasterUsername="admin",
        ManageMasterPassword=True,
        ClusterParameterGroupName="tuned",
        VpcSecurityGroupIds=[group],
        PubliclyAccessible=True,
        EnhancedVpcRouting=True,
        MultiAZ=True,
    )["Cluster"]

    assert answer["ClusterParameterGroups"][0]["ParameterGroupName"] == "tuned"
    assert answer["VpcSecurityGroups"] == [{"VpcSecurityGroupId": group, "Status": "active"}]
    assert (answer["PubliclyAccessible"], answer["EnhancedVpcRouting"], answer["MultiAZ"]) == (
        True,
        True,
        "Enabled",
    )
    assert answer["MasterPasswordSecretArn"].endswith(":secret:redshift!dwh-admin")


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        ("ClusterSubnetGroupName", "ClusterSubnetGroupNotFoundFault"),
        ("ClusterParameterGroupName", "ClusterParameterGroupNotFound"),
    ],
)
def test_a_group_that_is_not_there_is_not_found(env: RedshiftEnv, parameter: str, code: str) -> None:
    assert env.error("create_cluster", **(NEW | {parameter: "nothing"}))[0] == code
    assert env.redshift.describe_clusters()["Clusters"] == []
