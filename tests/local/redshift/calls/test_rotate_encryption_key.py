from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto.kms.models import kms_backends

from tests.local.redshift.conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from local.redshift.state.cluster import Cluster
    from tests.local.redshift.conftest import RedshiftEnv

CONCURRENT = (
    "The Cluster is being modified by a concurrent operation. "
    "Please check the Cluster's status and try again."
)


def test_a_rotation_shows_rotating_keys_until_it_is_over(env: RedshiftEnv) -> None:
    env.create()

    answer = env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")["Cluster"]

    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("rotating-keys", "Modifying")
    env.advance(599)
    assert env.status() == "rotating-keys"
    env.advance(2)
    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("available", "Available")


def test_a_rotation_turns_the_cluster_key_of_cluster_and_snapshots_and_the_database_key_of_the_cluster_only(
    env: RedshiftEnv,
) -> None:
    cluster = env.create()
    env.redshift.create_cluster_snapshot(SnapshotIdentifier="before", ClusterIdentifier="dwh")
    env.advance(241)

    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    assert (cluster.generations.cek, cluster.generations.dek) == (1, 1)
    env.advance(601)
    env.describe()

    assert (cluster.generations.cek, cluster.generations.dek) == (2, 2)
    before = env.backend.snapshot("before").generations
    assert (before.cek, before.dek) == (2, 1)


def test_a_second_rotation_during_the_first_is_refused_verbatim(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )


def test_an_available_cluster_still_refuses_changes_for_the_busy_tail(env: RedshiftEnv) -> None:
    env.create(knobs={"post_op_busy_tail": "60 seconds"})
    env.advance(61)
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    env.advance(601)

    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("available", "Available")
    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )
    env.advance(60)
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")


def test_describes_lag_behind_but_the_answer_of_the_call_does_not(env: RedshiftEnv) -> None:
    env.create(knobs={"describe_lag": "8 seconds"})

    answer = env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")["Cluster"]

    assert answer["ClusterStatus"] == "rotating-keys"
    assert env.status() == "available"
    env.advance(8)
    assert env.status() == "rotating-keys"


@pytest.mark.parametrize("code", ["InvalidClusterState", "UnsupportedOperation", "InvalidParameterValue"])
def test_the_keys_of_an_unencrypted_cluster_are_not_rotated(env: RedshiftEnv, code: str) -> None:
    cluster = env.create(knobs={"unencrypted_rotate_error": code})
    cluster.encrypted = False

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == code
    assert env.status() == "available"


NOT_AVAILABLE = "The specified cluster is not in the available state."


def test_the_keys_of_a_paused_cluster_are_not_rotated(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.pause_cluster(ClusterIdentifier="dwh")
    env.advance(481)

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        NOT_AVAILABLE,
    )


@pytest.mark.parametrize("code", ["UnsupportedOperation", "InvalidClusterState"])
def test_the_keys_of_a_cluster_with_a_hardware_security_module_are_not_rotated(
    env: RedshiftEnv, code: str
) -> None:
    cluster = env.create(knobs={"hsm_rotate_error": code})
    cluster.facts["HsmStatus"] = {"Status": "active"}

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == code
    assert env.status() == "available"


def test_kms_throttles_the_first_rotations_and_then_lets_one_through(env: RedshiftEnv) -> None:
    cluster = env.create(knobs={"kms_throttled_rotations": 2})

    for _ in range(2):
        code, _message = env.error("rotate_encryption_key", ClusterIdentifier="dwh")
        assert code == "DependentServiceRequestThrottlingFault"
        assert env.status() == "available"
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    env.advance(601)
    env.describe()
    assert cluster.generations.cek == 2


def create_with_key_lost_later(env: RedshiftEnv, state: str, **knobs: str) -> Cluster:
    """A cluster whose key, enabled at first, is disabled or about to be deleted."""
    key = env.backend.keys.declare("alias/old", "Enabled")
    cluster = env.create(KmsKeyId="alias/old", knobs=knobs)
    kms_backends[ACCOUNT][REGION].describe_key(key).key_state = state
    return cluster


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("code", ["InvalidClusterState", "UnsupportedOperation"])
def test_a_kms_key_that_is_not_enabled_makes_a_rotation_fail(env: RedshiftEnv, code: str, state: str) -> None:
    create_with_key_lost_later(env, state, disabled_key_rotation=code)

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == code


def test_a_rotation_with_a_disabled_key_may_also_end_without_having_rotated_anything(
    env: RedshiftEnv,
) -> None:
    cluster = create_with_key_lost_later(env, "Disabled", disabled_key_rotation="not-rotated")

    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    env.advance(601)

    assert (env.status(), cluster.generations.cek, cluster.generations.dek) == ("available", 1, 1)


def test_an_available_cluster_may_refuse_changes_from_the_first_call_on(env: RedshiftEnv) -> None:
    env.create(knobs={"busy_after_first_call": "2 minutes"})

    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )
    env.advance(119)
    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh") == (
        "InvalidClusterState",
        CONCURRENT,
    )
    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("available", "Available")
    env.advance(1)
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")


def test_a_rotation_can_take_forever(env: RedshiftEnv) -> None:
    env.create(knobs={"rotate_duration": "forever"})
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    env.advance(30 * 86_400)

    assert env.status() == "rotating-keys"


def test_a_rotation_takes_three_hours_if_its_knob_says_so(env: RedshiftEnv) -> None:
    env.create(knobs={"rotate_duration": "3 hours"})
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    env.advance(3 * 3600 - 1)
    assert env.status() == "rotating-keys"
    env.advance(1)
    assert env.status() == "available"


def test_the_same_seed_draws_the_same_durations(env: RedshiftEnv) -> None:
    first = env.create("a", knobs={"rotate_duration": "1 to 100 minutes"})
    other = env.create("b", knobs={"rotate_duration": "1 to 100 minutes"})
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


def test_no_event_tells_of_a_rotation(env: RedshiftEnv) -> None:
    env.create()
    before = len(env.redshift.describe_events()["Events"])
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    env.advance(601)

    assert len(env.redshift.describe_events()["Events"]) == before
