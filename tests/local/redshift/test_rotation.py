from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

CONCURRENT = (
    "The Cluster is being modified by a concurrent operation. Please check the Cluster's status and try again."
)


def test_a_rotation_shows_rotating_keys_until_it_is_over(place: Place) -> None:
    place.create()

    answer = place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")["Cluster"]

    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("rotating-keys", "Modifying")
    place.advance(599)
    assert place.status() == "rotating-keys"
    place.advance(2)
    assert (place.status(), place.shown()["ClusterAvailabilityStatus"]) == ("available", "Available")


def test_a_rotation_turns_the_cluster_key_of_cluster_and_snapshots_and_the_database_key_of_the_cluster_only(
    place: Place,
) -> None:
    cluster = place.create()
    place.redshift.create_cluster_snapshot(SnapshotIdentifier="before", ClusterIdentifier="dwh")
    place.advance(241)

    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    assert (cluster.generations.cek, cluster.generations.dek) == (1, 1)
    place.advance(601)
    place.shown()

    assert (cluster.generations.cek, cluster.generations.dek) == (2, 2)
    before = place.backend.snapshot("before").generations
    assert (before.cek, before.dek) == (2, 1)


def test_a_second_rotation_during_the_first_is_refused_verbatim(place: Place) -> None:
    place.create()
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == ("InvalidClusterState", CONCURRENT)


def test_an_available_cluster_still_refuses_changes_for_the_busy_tail(place: Place) -> None:
    place.create(knobs={"post_op_busy_tail": "60 seconds"})
    place.advance(61)
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)

    assert (place.status(), place.shown()["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == ("InvalidClusterState", CONCURRENT)
    place.advance(60)
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")


def test_describes_lag_behind_but_the_answer_of_the_call_does_not(place: Place) -> None:
    place.create(knobs={"describe_lag": "8 seconds"})

    answer = place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")["Cluster"]

    assert answer["ClusterStatus"] == "rotating-keys"
    assert place.status() == "available"
    place.advance(8)
    assert place.status() == "rotating-keys"


@pytest.mark.parametrize("code", ["InvalidClusterState", "UnsupportedOperation", "InvalidParameterValue"])
def test_the_keys_of_an_unencrypted_cluster_are_not_rotated(place: Place, code: str) -> None:
    cluster = place.create(knobs={"unencrypted_rotate_error": code})
    cluster.encrypted = False

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == code
    assert place.status() == "available"
