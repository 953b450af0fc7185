from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

CONCURRENT = (
    "The Cluster is being modified by a concurrent operation. "
    "Please check the Cluster's status and try again."
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

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )


def test_an_available_cluster_still_refuses_changes_for_the_busy_tail(place: Place) -> None:
    place.create(knobs={"post_op_busy_tail": "60 seconds"})
    place.advance(61)
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)

    assert (place.status(), place.shown()["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )
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


NOT_AVAILABLE = "The specified cluster is not in the available state."


def test_the_keys_of_a_paused_cluster_are_not_rotated(place: Place) -> None:
    place.create()
    place.redshift.pause_cluster(ClusterIdentifier="dwh")
    place.advance(481)

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        NOT_AVAILABLE,
    )


@pytest.mark.parametrize("code", ["UnsupportedOperation", "InvalidClusterState"])
def test_the_keys_of_a_cluster_with_a_hardware_security_module_are_not_rotated(
    place: Place, code: str
) -> None:
    cluster = place.create(knobs={"hsm_rotate_error": code})
    cluster.facts["HsmStatus"] = {"Status": "active"}

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == code
    assert place.status() == "available"


def test_kms_throttles_the_first_rotations_and_then_lets_one_through(place: Place) -> None:
    cluster = place.create(knobs={"kms_throttled_rotations": 2})

    for _ in range(2):
        code, _message = place.error("rotate_encryption_key", ClusterIdentifier="dwh")
        assert code == "DependentServiceRequestThrottlingFault"
        assert place.status() == "available"
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)
    place.shown()
    assert cluster.generations.cek == 2


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("code", ["InvalidClusterState", "UnsupportedOperation"])
def test_a_kms_key_that_is_not_enabled_makes_a_rotation_fail(place: Place, code: str, state: str) -> None:
    place.backend.keys.declare("alias/old", state)
    place.create(KmsKeyId="alias/old", knobs={"disabled_key_rotation": code})

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == code


def test_a_rotation_with_a_disabled_key_may_also_end_without_having_rotated_anything(place: Place) -> None:
    place.backend.keys.declare("alias/old", "Disabled")
    cluster = place.create(KmsKeyId="alias/old", knobs={"disabled_key_rotation": "not-rotated"})

    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)

    assert (place.status(), cluster.generations.cek, cluster.generations.dek) == ("available", 1, 1)


def test_an_available_cluster_may_refuse_changes_from_the_first_call_on(place: Place) -> None:
    place.create(knobs={"busy_after_first_call": "2 minutes"})

    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )
    place.advance(119)
    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )
    assert (place.status(), place.shown()["ClusterAvailabilityStatus"]) == ("available", "Available")
    place.advance(1)
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")


def test_a_rotation_can_take_forever(place: Place) -> None:
    place.create(knobs={"rotate_duration": "forever"})
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    place.advance(30 * 86_400)

    assert place.status() == "rotating-keys"


def test_a_rotation_takes_three_hours_if_its_knob_says_so(place: Place) -> None:
    place.create(knobs={"rotate_duration": "3 hours"})
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    place.advance(3 * 3600 - 1)
    assert place.status() == "rotating-keys"
    place.advance(1)
    assert place.status() == "available"


def test_the_same_seed_draws_the_same_durations(place: Place) -> None:
    first = place.create("a", knobs={"rotate_duration": "1 to 100 minutes"})
    other = place.create("b", knobs={"rotate_duration": "1 to 100 minutes"})
    drawn = [first.draw(first.knobs.rotate_duration) for _ in range(5)]

    again = type(first)(
        identifier="a",
        account_id=first.account_id,
        region=first.region,
        created=first.created,
        knobs=first.knobs,
        timeline=first.timeline,
        seed=7,
    )
    for _ in range(5):
        again.draw(again.knobs.rotate_duration)

    assert again.namespace_id == first.namespace_id
    assert len(set(drawn)) == 5
    assert other.namespace_id != first.namespace_id


def test_no_event_tells_of_a_rotation(place: Place) -> None:
    place.create()
    before = len(place.redshift.describe_events()["Events"])
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)

    assert len(place.redshift.describe_events()["Events"]) == before
