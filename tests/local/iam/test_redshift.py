"""IAM is enforced on every call of Redshift by a known user or role; nobody else is restricted."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.fleet import parse_fleet, seed_fleet
from local.redshift import backend_of
from tests.support.identities import Identity, document, role, session, user
from tests.support.local_aws import ACCOUNT, REGION, TestAws

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.redshift import RedshiftBackend

    Caller = Callable[..., Identity]

OWNER = f"arn:aws:redshift:{REGION}:{ACCOUNT}"
APPROVED = {"StringEquals": {"aws:ResourceTag/steward:approved": "yes"}}
DELETE = {"Action": "redshift:DeleteCluster", "Condition": APPROVED}
SNAPSHOT = {"Action": "redshift:CreateClusterSnapshot", "Resource": f"{OWNER}:snapshot:*/final-*"}
PROTECTED = {
    "Effect": "Deny",
    "Action": "redshift:DeleteCluster",
    "Condition": {"Null": {"aws:ResourceTag/steward:protected": "false"}},
}
FLEET = """
defaults: {roles: [copy], knobs: {maintenance: quiet}}
iam_roles: [{name: spectrum}]
clusters:
  - {identifier: approved, tags: {"steward:approved": "yes"}}
  - {identifier: untagged}
  - {identifier: protected, tags: {"steward:approved": "yes", "steward:protected": "true"}}
"""

_numbers = itertools.count(1)


@pytest.fixture
def fleet(aws: TestAws) -> Iterator[RedshiftBackend]:
    seed_fleet(aws.context, parse_fleet(FLEET))
    backend = backend_of(aws.context)
    yield backend
    backend.reset()


@pytest.fixture
def in_role(aws: TestAws) -> Caller:
    """Makes a session of a new role under some statements."""

    def make(*statements: dict[str, Any]) -> Identity:
        return session(aws, role(aws, f"worker-{next(_numbers)}", *statements))

    return make


def refusal(call: Callable[[], Any]) -> str:
    """The sentence with which a call is denied."""
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("AccessDenied", 403)
    return str(answer["Error"]["Message"])


def deleting(caller: Identity, cluster: str, **final: Any) -> Callable[[], Any]:
    given = final or {"FinalClusterSnapshotIdentifier": f"final-{cluster}"}
    return lambda: caller.client("redshift").delete_cluster(ClusterIdentifier=cluster, **given)


def test_the_delete_role_deletes_an_approved_cluster(fleet: RedshiftBackend, in_role: Caller) -> None:
    deleting(in_role(DELETE, SNAPSHOT, PROTECTED), "approved")()

    assert fleet.cluster("approved").current_status() == "final-snapshot"


def test_a_cluster_without_the_approval_tag_is_not_deleted(fleet: RedshiftBackend, in_role: Caller) -> None:
    caller = in_role(DELETE, SNAPSHOT, PROTECTED)

    assert refusal(deleting(caller, "untagged")) == (
        f"User: {caller.arn} is not authorized to perform: redshift:DeleteCluster on resource: "
        f"{OWNER}:cluster:untagged because no identity-based policy allows the redshift:DeleteCluster action"
    )
    assert fleet.cluster("untagged").current_status() == "available"
    assert "final-untagged" not in fleet.snapshots_by_id


def test_the_explicit_deny_of_a_protected_cluster_wins(fleet: RedshiftBackend, in_role: Caller) -> None:
    caller = in_role(DELETE, SNAPSHOT, PROTECTED)

    assert refusal(deleting(caller, "protected")).endswith(
        f"on resource: {OWNER}:cluster:protected with an explicit deny in an identity-based policy"
    )
    assert fleet.cluster("protected").current_status() == "available"


def test_a_final_snapshot_needs_its_own_permission(fleet: RedshiftBackend, in_role: Caller) -> None:
    """Service Authorization Reference, Amazon Redshift: the operation DeleteCluster."""
    caller = in_role(DELETE)
    final = {"FinalClusterSnapshotIdentifier": "final-1"}

    assert f"redshift:CreateClusterSnapshot on resource: {OWNER}:snapshot:approved/final-1 " in refusal(
        deleting(caller, "approved", **final)
    )
    assert fleet.cluster("approved").current_status() == "available"
    deleting(caller, "approved", SkipFinalClusterSnapshot=True)()


def test_a_snapshot_is_deleted_only_where_its_own_arn_is_allowed(
    aws: TestAws, fleet: RedshiftBackend, in_role: Caller
) -> None:
    root = aws.client("redshift")
    for name in ("test-1", "keep-1"):
        root.create_cluster_snapshot(ClusterIdentifier="approved", SnapshotIdentifier=name)
        aws.clock.advance(3600)
    own = {"Action": "redshift:DeleteClusterSnapshot", "Resource": f"{OWNER}:snapshot:approved/test-*"}
    caller = in_role(own).client("redshift")

    caller.delete_cluster_snapshot(SnapshotIdentifier="test-1")
    assert f"{OWNER}:snapshot:approved/keep-1" in refusal(
        lambda: caller.delete_cluster_snapshot(SnapshotIdentifier="keep-1")
    )
    batch = [{"SnapshotIdentifier": "keep-1"}]
    assert "redshift:BatchDeleteClusterSnapshots" in refusal(
        lambda: caller.batch_delete_cluster_snapshots(Identifiers=batch)
    )
    assert "keep-1" in fleet.snapshots_by_id


def test_a_restore_needs_both_the_snapshot_and_the_new_cluster(
    aws: TestAws, fleet: RedshiftBackend, in_role: Caller
) -> None:
    aws.client("redshift").create_cluster_snapshot(ClusterIdentifier="approved", SnapshotIdentifier="s")
    aws.clock.advance(3600)
    from_it = {"Action": "redshift:RestoreFromClusterSnapshot", "Resource": f"{OWNER}:snapshot:approved/s"}
    into = {"Action": "redshift:RestoreFromClusterSnapshot", "Resource": f"{OWNER}:cluster:restore-test-*"}
    given = {"ClusterIdentifier": "restore-test-1", "SnapshotIdentifier": "s"}

    def restoring(*statements: dict[str, Any]) -> Callable[[], Any]:
        return lambda: in_role(*statements).client("redshift").restore_from_cluster_snapshot(**given)

    assert f"{OWNER}:cluster:restore-test-1 " in refusal(restoring(from_it))
    assert f"{OWNER}:snapshot:approved/s " in refusal(restoring(into))
    assert "restore-test-1" not in fleet.clusters_by_id
    restoring(from_it, into, {"Action": "ec2:Describe*"})()


def test_a_role_is_added_only_by_who_may_pass_it_to_redshift(fleet: RedshiftBackend, in_role: Caller) -> None:
    change = {"Action": "redshift:ModifyClusterIamRoles"}
    spectrum = f"arn:aws:iam::{ACCOUNT}:role/spectrum"
    passing = {"Action": "iam:PassRole", "Resource": spectrum}
    to_redshift = {"Condition": {"StringEquals": {"iam:PassedToService": "redshift.amazonaws.com"}}}
    to_glue = {"Condition": {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}}

    def adding(*statements: dict[str, Any]) -> Callable[[], Any]:
        given = {"ClusterIdentifier": "untagged", "AddIamRoles": [spectrum]}
        return lambda: in_role(*statements).client("redshift").modify_cluster_iam_roles(**given)

    assert f"not authorized to perform: iam:PassRole on resource: {spectrum} " in refusal(adding(change))
    assert "iam:PassRole" in refusal(adding(change, {**passing, **to_glue}))
    assert spectrum not in str(fleet.cluster("untagged").roles.__dict__)
    adding(change, {**passing, **to_redshift})()


def test_roles_are_removed_without_passing_them(in_role: Caller, fleet: RedshiftBackend) -> None:
    del fleet
    caller = in_role({"Action": "redshift:ModifyClusterIamRoles"})
    copy = f"arn:aws:iam::{ACCOUNT}:role/copy"

    caller.client("redshift").modify_cluster_iam_roles(ClusterIdentifier="untagged", RemoveIamRoles=[copy])


def test_tags_are_judged_by_what_the_request_would_set(fleet: RedshiftBackend, in_role: Caller) -> None:
    ours = {"ForAllValues:StringLike": {"aws:TagKeys": "steward:*"}}
    caller = in_role({"Action": "redshift:CreateTags", "Condition": ours}).client("redshift")
    arn = fleet.cluster("untagged").arn

    caller.create_tags(ResourceName=arn, Tags=[{"Key": "steward:keys-rotated-at", "Value": "x"}])
    assert "redshift:CreateTags" in refusal(
        lambda: caller.create_tags(ResourceName=arn, Tags=[{"Key": "team", "Value": "x"}])
    )
    assert [tag["Key"] for tag in fleet.cluster("untagged").tags] == ["steward:keys-rotated-at"]


def test_listing_all_clusters_needs_more_than_describing_one(
    aws: TestAws, fleet: RedshiftBackend, in_role: Caller
) -> None:
    caller = in_role({"Action": "redshift:DescribeClusters", "Resource": f"{OWNER}:cluster:approved"})

    assert f"{OWNER}:cluster:* " in refusal(caller.client("redshift").describe_clusters)
    assert caller.client("redshift").describe_clusters(ClusterIdentifier="approved")["Clusters"]
    assert len(aws.client("redshift").describe_clusters()["Clusters"]) == len(fleet.clusters_by_id)


def test_users_groups_boundaries_and_session_policies_count(aws: TestAws, fleet: RedshiftBackend) -> None:
    del fleet
    iam = aws.client("iam")
    ann = user(aws, "ann")
    assert refusal(ann.client("redshift").describe_clusters).startswith(
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized"
    )
    iam.create_group(GroupName="readers")
    iam.put_group_policy(GroupName="readers", PolicyName="read", PolicyDocument=document({}))
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    assert ann.client("redshift").describe_clusters()["Clusters"]

    reading = document({"Action": "redshift:Describe*"})
    boundary = iam.create_policy(PolicyName="reading", PolicyDocument=reading)["Policy"]["Arn"]
    fenced = session(aws, role(aws, "fenced", {}, PermissionsBoundary=boundary))
    assert fenced.client("redshift").describe_clusters()["Clusters"]
    assert refusal(deleting(fenced, "approved")).endswith(
        "because no permissions boundary allows the redshift:DeleteCluster action"
    )
    narrowed = session(aws, role(aws, "wide", {}), Policy=reading)
    assert refusal(deleting(narrowed, "approved")).endswith(
        "because no session policy allows the redshift:DeleteCluster action"
    )


def test_root_and_roles_that_iam_does_not_have_are_not_restricted(
    aws: TestAws, fleet: RedshiftBackend
) -> None:
    del fleet
    nobody = session(aws, f"arn:aws:iam::{ACCOUNT}:role/never-created")

    assert aws.client("redshift").describe_clusters()["Clusters"]
    assert nobody.client("redshift").describe_clusters()["Clusters"]


def test_a_condition_that_can_not_be_evaluated_is_said(fleet: RedshiftBackend, in_role: Caller) -> None:
    del fleet
    caller = in_role({"Condition": {"BinaryEquals": {"aws:userid": "eA=="}}})

    with pytest.raises(ClientError, match="does not evaluate the condition operator BinaryEquals"):
        caller.client("redshift").describe_clusters()
