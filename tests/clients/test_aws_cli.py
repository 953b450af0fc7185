"""The AWS CLI, which nobody here wrote, sees what it would see on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.clients.conftest import Site, VirtualCli

TWO = "clusters: [{identifier: sales}, {identifier: costs}]"
FINAL = ("--final-cluster-snapshot-identifier", "sales-final")
LONG_ENOUGH_FOR_ANY_LAG = 11
FINAL_SNAPSHOT, DELETION = 240, 420
"""Seconds."""

NOT_LISTED = (
    "The list of Amazon Resource Names (ARNs) for customer roles should contain the ARN of the default IAM "
    "role when a default is specified."
)


def status(aws: VirtualCli, identifier: str) -> str:
    return str(
        aws("describe-clusters", "--cluster-identifier", identifier).document["Clusters"][0]["ClusterStatus"]
    )


def test_a_delete_without_flags_is_refused_and_the_cluster_is_still_there(
    site: Site, aws: VirtualCli
) -> None:
    site.seed(TWO)

    complaint = site.cli("delete-cluster", "--cluster-identifier", "sales").refused

    assert "(InvalidParameterCombination) when calling the DeleteCluster operation" in complaint
    site.clock.advance(FINAL_SNAPSHOT + DELETION)
    assert status(aws, "sales") == "available"


def test_a_deletion_with_a_final_snapshot_shows_each_step_and_leaves_the_snapshot(
    site: Site, aws: VirtualCli
) -> None:
    site.seed(TWO)

    begun = site.cli("delete-cluster", "--cluster-identifier", "sales", *FINAL).document["Cluster"]
    assert begun["ClusterStatus"] == "final-snapshot"
    site.clock.advance(LONG_ENOUGH_FOR_ANY_LAG)
    assert status(aws, "sales") == "final-snapshot"
    site.clock.advance(FINAL_SNAPSHOT)
    assert status(aws, "sales") == "deleting"
    site.clock.advance(DELETION)

    gone = aws("describe-clusters", "--cluster-identifier", "sales").refused
    assert "(ClusterNotFound) when calling the DescribeClusters operation" in gone
    kept = aws("describe-cluster-snapshots", "--snapshot-identifier", "sales-final").document
    assert [(each["Status"], each["SnapshotType"]) for each in kept["Snapshots"]] == [("available", "manual")]


def test_the_final_snapshots_name_is_not_given_twice(site: Site, aws: VirtualCli) -> None:
    site.seed(TWO)
    assert aws("delete-cluster", "--cluster-identifier", "sales", *FINAL).status == 0

    complaint = site.cli("delete-cluster", "--cluster-identifier", "costs", *FINAL).refused

    assert "(ClusterSnapshotAlreadyExists) when calling the DeleteCluster operation" in complaint
    assert status(aws, "costs") == "available"


def test_it_waits_as_a_program_of_its_own(site: Site, aws: VirtualCli) -> None:
    site.seed(TWO)
    assert aws("delete-cluster", "--cluster-identifier", "sales", *FINAL).status == 0
    site.clock.advance(FINAL_SNAPSHOT + DELETION + 1)

    assert site.cli("wait", "cluster-deleted", "--cluster-identifier", "sales").status == 0
    assert site.cli("wait", "snapshot-available", "--snapshot-identifier", "sales-final").status == 0


def roles(aws: VirtualCli) -> dict[str, str]:
    """Name of each role → ApplyStatus."""
    shown = aws("describe-clusters", "--cluster-identifier", "dwh").document["Clusters"][0]
    return {role["IamRoleArn"].rpartition("/")[2]: role["ApplyStatus"] for role in shown["IamRoles"]}


def test_roles_go_through_adding_and_removing_to_in_sync(site: Site, aws: VirtualCli) -> None:
    site.seed(
        "clusters: [{identifier: dwh, roles: [copy], knobs: {describe_lag: 0 seconds, "
        "post_op_busy_tail: 0 seconds}}, {identifier: makes-the-role, roles: [spectrum]}]"
    )
    change = ("modify-cluster-iam-roles", "--cluster-identifier", "dwh")
    copy, spectrum = (f"arn:aws:iam::123456789012:role/{name}" for name in ("copy", "spectrum"))

    assert site.cli(*change, "--add-iam-roles", spectrum, "--remove-iam-roles", copy).status == 0
    assert roles(aws) == {"copy": "removing", "spectrum": "adding"}
    site.clock.advance(61)
    assert roles(aws) == {"spectrum": "in-sync"}

    refused = aws(*change, "--default-iam-role-arn", copy).refused
    assert "(InvalidParameterValue) when calling the ModifyClusterIamRoles operation" in refused
    assert refused.endswith(NOT_LISTED)
    assert (
        aws(*change, "--default-iam-role-arn", spectrum).document["Cluster"]["DefaultIamRoleArn"] == spectrum
    )


def test_pages_of_twenty_by_marker_walk_a_thousand_clusters_exactly_once(site: Site, aws: VirtualCli) -> None:
    site.seed("clusters: [{identifier: 'c-{number:04d}', count: 1000}]")
    query = "{names: Clusters[].ClusterIdentifier, marker: Marker}"
    page = ("describe-clusters", "--no-paginate", "--max-records", "20", "--query", query)

    met: list[str] = []
    marker: tuple[str, ...] = ()
    while True:
        shown = aws(*page, *marker).document
        assert len(shown["names"]) == 20
        met += shown["names"]
        if not shown["marker"]:
            break
        marker = ("--marker", shown["marker"])

    assert met == [f"c-{number:04d}" for number in range(1, 1001)]


def test_its_own_paging_meets_every_cluster_once(site: Site) -> None:
    site.seed("clusters: [{identifier: 'c-{number:04d}', count: 250}]")

    first = site.cli("describe-clusters", "--page-size", "20", "--max-items", "130").document
    rest = site.cli("describe-clusters", "--page-size", "20", "--starting-token", first["NextToken"]).document

    names = [cluster["ClusterIdentifier"] for shown in (first, rest) for cluster in shown["Clusters"]]
    assert names == [f"c-{number:04d}" for number in range(1, 251)]


def test_tag_keys_select_what_has_any_of_them(site: Site, aws: VirtualCli) -> None:
    site.seed(
        "clusters: [{identifier: a, tags: {team: x}}, {identifier: b, tags: {stage: y}}, {identifier: c}, "
        "{identifier: d, tags: {team: x, stage: y}}]"
    )

    shown = aws("describe-clusters", "--tag-keys", "team", "stage").document["Clusters"]

    assert [cluster["ClusterIdentifier"] for cluster in shown] == ["a", "b", "d"]


@pytest.mark.parametrize("name", ["bad--name-", "bad-", "1st"])
def test_a_snapshots_name_that_is_not_valid_is_refused_and_nothing_is_taken(
    site: Site, aws: VirtualCli, name: str
) -> None:
    site.seed(TWO)

    snapshot = ("--snapshot-identifier", name, "--cluster-identifier", "sales")
    created = aws("create-cluster-snapshot", *snapshot).refused
    deleted = aws(
        "delete-cluster", "--cluster-identifier", "sales", "--final-cluster-snapshot-identifier", name
    ).refused

    assert "(InvalidParameterValue) when calling the CreateClusterSnapshot operation" in created
    assert "(InvalidParameterValue) when calling the DeleteCluster operation" in deleted
    assert aws("describe-cluster-snapshots", "--snapshot-type", "manual").document["Snapshots"] == []


def test_the_snapshots_of_an_unknown_cluster_are_an_error_and_not_all_snapshots(
    site: Site, aws: VirtualCli
) -> None:
    site.seed(TWO)

    refused = aws("describe-cluster-snapshots", "--cluster-identifier", "nobody").refused

    assert "(ClusterNotFound) when calling the DescribeClusterSnapshots operation" in refused


def test_keys_are_rotated_and_a_second_rotation_meanwhile_is_refused(site: Site, aws: VirtualCli) -> None:
    site.seed(TWO)
    rotate = ("rotate-encryption-key", "--cluster-identifier", "sales")

    shown = aws(*rotate).document["Cluster"]

    assert (shown["ClusterStatus"], shown["ClusterAvailabilityStatus"]) == ("rotating-keys", "Modifying")
    assert "(InvalidClusterState) when calling the RotateEncryptionKey operation" in aws(*rotate).refused


def test_a_call_that_nobody_implements_is_refused_in_one_sentence(site: Site, aws: VirtualCli) -> None:
    refused = aws(
        "describe-partners", "--account-id", "123456789012", "--cluster-identifier", "sales"
    ).refused

    assert "(InvalidAction) when calling the DescribePartners operation" in refused
    assert "html" not in refused.lower()
    assert site.backend.clusters_by_id == {}
