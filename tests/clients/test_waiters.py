"""Botocore's waiters, alone and inside the AWS CLI, end as on AWS: same pauses, in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from tests.clients.conftest import Site, VirtualCli

FLEET = "clusters: [{identifier: dwh, knobs: {%s}}]"
SOON, LATER = "describe_lag: 0 seconds", "describe_lag: 0 seconds, final_snapshot_duration: 1 hour"
FINAL = {"ClusterIdentifier": "dwh", "FinalClusterSnapshotIdentifier": "dwh-final"}
NEW = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}


def status(site: Site) -> str:
    return str(site.client().describe_clusters(ClusterIdentifier="dwh")["Clusters"][0]["ClusterStatus"])


def test_wait_cluster_deleted_polls_each_minute_until_the_cluster_is_gone(
    site: Site, aws: VirtualCli
) -> None:
    site.seed(FLEET % SOON)
    delete = ("delete-cluster", "--cluster-identifier", "dwh")
    assert aws(*delete, "--final-cluster-snapshot-identifier", "dwh-final").status == 0

    assert aws("wait", "cluster-deleted", "--cluster-identifier", "dwh").status == 0

    assert aws.slept == [60] * 11  # four minutes of final snapshot, seven of deletion
    assert "dwh" not in site.backend.clusters_by_id


def test_wait_snapshot_available_polls_four_times_a_minute(site: Site, aws: VirtualCli) -> None:
    site.seed(FLEET % SOON)
    delete = ("delete-cluster", "--cluster-identifier", "dwh")
    assert aws(*delete, "--final-cluster-snapshot-identifier", "dwh-final").status == 0

    assert aws("wait", "snapshot-available", "--snapshot-identifier", "dwh-final").status == 0

    assert aws.slept == [15] * 16
    assert site.backend.snapshot("dwh-final").status == "available"


def test_wait_snapshot_available_fails_at_once_when_there_is_no_such_snapshot(aws: VirtualCli) -> None:
    refused = aws("wait", "snapshot-available", "--snapshot-identifier", "none").refused

    assert "Waiter SnapshotAvailable failed" in refused
    assert "ClusterSnapshotNotFound" in refused
    assert aws.slept == []


def test_wait_cluster_available_sees_a_new_cluster_through(site: Site, aws: VirtualCli) -> None:
    site.client().create_cluster(ClusterIdentifier="dwh", **NEW)

    assert aws("wait", "cluster-available", "--cluster-identifier", "dwh").status == 0

    assert aws.slept == [60] * 5
    assert status(site) == "available"


def test_wait_cluster_available_is_fooled_by_what_describes_still_show(site: Site, aws: VirtualCli) -> None:
    site.seed(FLEET % "describe_lag: 10 seconds")
    site.client().rotate_encryption_key(ClusterIdentifier="dwh")

    assert aws("wait", "cluster-available", "--cluster-identifier", "dwh").status == 0

    assert aws.slept == []
    site.clock.advance(11)
    assert status(site) == "rotating-keys"


def test_wait_cluster_restored_ends_when_the_data_has_arrived_and_not_when_the_cluster_is_available(
    site: Site, aws: VirtualCli
) -> None:
    site.seed(FLEET % SOON)
    redshift = site.client()
    redshift.create_cluster_snapshot(SnapshotIdentifier="s", ClusterIdentifier="dwh")
    site.clock.advance(241)
    redshift.restore_from_cluster_snapshot(SnapshotIdentifier="s", ClusterIdentifier="copy")

    assert aws("wait", "cluster-restored", "--cluster-identifier", "copy").status == 0

    assert aws.slept == [60] * 15  # available after ten minutes, completed after five more
    restored = redshift.describe_clusters(ClusterIdentifier="copy")["Clusters"][0]["RestoreStatus"]
    assert restored["Status"] == "completed"


WAITERS: list[tuple[str, dict[str, Any]]] = [
    ("cluster_deleted", {"ClusterIdentifier": "dwh"}),
    ("snapshot_available", {"SnapshotIdentifier": "dwh-final"}),
]


@pytest.mark.parametrize(("name", "asked"), WAITERS)
def test_a_final_snapshot_that_takes_an_hour_exhausts_the_waiters_as_on_aws(
    site: Site, slept: list[float], name: str, asked: dict[str, Any]
) -> None:
    site.seed(FLEET % LATER)
    redshift = site.client()
    redshift.delete_cluster(**FINAL)

    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        redshift.get_waiter(name).wait(**asked)

    assert sum(slept) == {"cluster_deleted": 29 * 60, "snapshot_available": 19 * 15}[name]
    assert status(site) == "final-snapshot"


def test_a_failed_final_snapshot_fails_the_snapshots_waiter_and_exhausts_the_clusters(
    site: Site, slept: list[float]
) -> None:
    site.seed(FLEET % f"{SOON}, final_snapshot_outcome: failed")
    redshift = site.client()
    redshift.delete_cluster(**FINAL)

    with pytest.raises(WaiterError, match="terminal failure state"):
        redshift.get_waiter("snapshot_available").wait(SnapshotIdentifier="dwh-final")
    assert sum(slept) == 240
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        redshift.get_waiter("cluster_deleted").wait(ClusterIdentifier="dwh")
    assert status(site) == "available"


@pytest.mark.parametrize("code", ["Throttling", "AccessDenied"])
def test_any_other_error_ends_a_waiter_at_once(site: Site, slept: list[float], code: str) -> None:
    site.seed(f"clusters: [{{identifier: dwh, faults: [{{fault: error, call: Describe*, code: {code}}}]}}]")

    with pytest.raises(WaiterError, match=code):
        site.client().get_waiter("cluster_available").wait(
            ClusterIdentifier="dwh", WaiterConfig={"Delay": 0, "MaxAttempts": 3}
        )

    assert slept == []
