"""Cloud Custodian, another team's tool, governs the clusters of local AWS as it does those of AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.custodian import Custodian, installed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.conftest import Site

FLEET = """
defaults: {knobs: {describe_lag: 0 seconds, maintenance: quiet}}
clusters:
  - {identifier: finance, tags: {team: finance}}
  - {identifier: legacy, encrypted: false, node_type: dc2.large}
  - {identifier: sandbox, tags: {team: lab}, created: 3 days}
  - {identifier: archive, status: paused}
"""
LAB = {"tag:team": "lab"}
NO_AUDIT_LOG = {"type": "logging", "key": "LoggingEnabled", "value": False}


@pytest.fixture
def custodian(site: Site, tmp_path: Path) -> Custodian:
    site.seed(FLEET)
    return Custodian(installed(), site, tmp_path)


def tags(site: Site, identifier: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in site.backend.cluster(identifier).tags}


def shown(site: Site, identifier: str) -> dict[str, Any]:
    return dict(site.client().describe_clusters(ClusterIdentifier=identifier)["Clusters"][0])


def test_it_finds_clusters_by_what_they_show_and_by_their_tags(custodian: Custodian) -> None:
    run = custodian.run(
        {"name": "all"},
        {"name": "unencrypted", "filters": [{"Encrypted": False}]},
        {"name": "untagged", "filters": [{"tag:team": "absent"}, {"ClusterStatus": "available"}]},
        {"name": "without-audit-log", "filters": [NO_AUDIT_LOG]},
        {"name": "automated", "resource": "redshift-snapshot", "filters": [{"SnapshotType": "automated"}]},
    )

    everything = ["archive", "finance", "legacy", "sandbox"]
    assert run.found("all") == everything
    assert run.found("unencrypted") == ["legacy"]
    assert run.found("untagged") == ["legacy"]
    assert run.found("without-audit-log") == everything
    assert sorted(name.split(":")[1].split("-")[0] for name in run.found("automated")) == everything


def test_it_tags_marks_and_unmarks_and_finds_what_it_has_marked(site: Site, custodian: Custodian) -> None:
    tag = {"type": "tag", "tags": {"team": "?"}}
    mark = {"type": "mark-for-op", "tag": "custodian", "op": "delete", "days": 0}
    run = custodian.run(
        {"name": "tag", "filters": [{"tag:team": "absent"}], "actions": [tag]},
        {"name": "mark", "filters": [{"Encrypted": False}], "actions": [mark]},
        {"name": "marked", "filters": [{"type": "marked-for-op", "tag": "custodian", "op": "delete"}]},
        {"name": "clean", "filters": [LAB], "actions": [{"type": "remove-tag", "tags": ["team"]}]},
    )

    assert run.found("tag") == ["archive", "legacy"]
    assert run.found("marked") == ["legacy"]
    assert tags(site, "archive") == {"team": "?"}
    assert tags(site, "legacy")["custodian"].startswith("Resource does not meet policy: delete@")
    assert tags(site, "sandbox") == {}
    assert tags(site, "finance") == {"team": "finance"}


def test_it_takes_snapshots_that_carry_the_clusters_tags_and_finds_them_later(
    site: Site, custodian: Custodian
) -> None:
    run = custodian.run({"name": "backup", "filters": [{"tag:team": "finance"}], "actions": ["snapshot"]})

    assert run.found("backup") == ["finance"]
    redshift = site.client()
    (taken,) = redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
    assert (taken["ClusterIdentifier"], taken["Status"]) == ("finance", "creating")
    assert taken["Tags"] == [{"Key": "team", "Value": "finance"}]
    site.clock.advance(241)
    later = {
        "resource": "redshift-snapshot",
        "filters": [{"SnapshotType": "manual"}, {"Status": "available"}],
    }
    removed = custodian.run({"name": "remove", "actions": ["delete"], **later})
    assert removed.found("remove") == [taken["SnapshotIdentifier"]]
    assert redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"] == []


def test_it_pauses_what_is_available_and_resumes_what_is_paused(site: Site, custodian: Custodian) -> None:
    policies = (
        {"name": "pause", "filters": [LAB], "actions": ["pause"]},
        {"name": "resume", "filters": [{"ClusterIdentifier": "archive"}], "actions": ["resume"]},
    )
    assert custodian.run(*policies).found("resume") == ["archive"]

    assert shown(site, "sandbox")["ClusterStatus"] == "pausing"
    assert shown(site, "archive")["ClusterStatus"] == "resuming"
    site.clock.advance(481)
    assert shown(site, "sandbox")["ClusterStatus"] == "paused"
    assert shown(site, "archive")["ClusterStatus"] == "available"


def test_its_deletions_take_a_final_snapshot_unless_told_not_to(site: Site, custodian: Custodian) -> None:
    delete = {"type": "delete", "skip-snapshot": True}
    run = custodian.run(
        {"name": "careful", "filters": [{"Encrypted": False}], "actions": ["delete"]},
        {"name": "careless", "filters": [LAB], "actions": [delete]},
    )
    assert (run.found("careful"), run.found("careless")) == (["legacy"], ["sandbox"])

    assert shown(site, "legacy")["ClusterStatus"] == "final-snapshot"
    assert shown(site, "sandbox")["ClusterStatus"] == "deleting"
    site.clock.advance(240 + 420 + 1)
    redshift = site.client()
    left = [cluster["ClusterIdentifier"] for cluster in redshift.describe_clusters()["Clusters"]]
    assert left == ["archive", "finance"]
    (kept,) = redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
    assert (kept["ClusterIdentifier"], kept["Status"]) == ("legacy", "available")
    assert kept["SnapshotIdentifier"].startswith("Final-legacy-")


def test_it_passes_over_a_deletion_in_the_busy_tail_of_an_available_cluster_and_reports_success(
    site: Site, custodian: Custodian
) -> None:
    redshift = site.client()
    redshift.create_cluster_snapshot(SnapshotIdentifier="before", ClusterIdentifier="legacy")
    site.clock.advance(241)
    assert shown(site, "legacy")["ClusterStatus"] == "available"

    run = custodian.run({"name": "late", "filters": [{"Encrypted": False}], "actions": ["delete"]})

    assert run.found("late") == ["legacy"]  # status 0, although nothing was deleted
    assert "Cannot delete cluster when not 'Available' state: legacy" in run.log
    site.clock.advance(1000)
    assert shown(site, "legacy")["ClusterStatus"] == "available"


def test_a_pause_that_is_refused_ends_its_policy_with_an_error_and_leaves_the_rest_unpaused(
    site: Site, custodian: Custodian
) -> None:
    site.backend.cluster("finance").busy_until = site.clock.now().replace(year=2027)

    awake = [{"ClusterStatus": "available"}]
    run = custodian.run({"name": "pause-all", "filters": awake, "actions": ["pause"]})

    assert run.said.status != 0
    assert "InvalidClusterState" in run.log
    assert shown(site, "legacy")["ClusterStatus"] == "available"
    assert shown(site, "sandbox")["ClusterStatus"] == "available"


def test_it_comes_through_throttling(site: Site, custodian: Custodian) -> None:
    site.seed("faults: [{fault: throttle, call: DescribeClusters, times: 2}]\nclusters: []")

    assert custodian.run({"name": "patient"}).found("patient") == ["archive", "finance", "legacy", "sandbox"]
