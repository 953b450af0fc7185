"""Lakehouse registration is asynchronous, and stands in the way of a deletion until it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


def change(env: RedshiftEnv, registration: str, **parameters: Any) -> str:
    answer = env.redshift.modify_lakehouse_configuration(
        ClusterIdentifier="dwh", LakehouseRegistration=registration, **parameters
    )
    return str(answer.get("LakehouseRegistrationStatus"))


def test_a_cluster_is_registered_and_deregistered(env: RedshiftEnv) -> None:
    env.create()

    change(env, "Register")
    env.advance(91)
    assert env.describe()["LakehouseRegistrationStatus"] == "REGISTERED"
    assert change(env, "Deregister") == "DEREGISTRATION_REQUESTED"
    assert env.describe()["LakehouseRegistrationStatus"] == "DEREGISTRATION_REQUESTED"
    env.advance(91)
    assert env.describe()["LakehouseRegistrationStatus"] == "DEREGISTERED"
    env.redshift.delete_cluster(ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True)


def test_the_duration_is_that_of_the_knob(env: RedshiftEnv) -> None:
    env.create(knobs={"lakehouse_duration": "10 minutes"}).lakehouse = "REGISTERED"
    change(env, "Deregister")

    env.advance(599)
    assert env.describe()["LakehouseRegistrationStatus"] == "DEREGISTRATION_REQUESTED"
    env.advance(1)
    assert env.describe()["LakehouseRegistrationStatus"] == "DEREGISTERED"


def test_a_busy_cluster_refuses_verbatim(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    answer = env.error(
        "modify_lakehouse_configuration", ClusterIdentifier="dwh", LakehouseRegistration="Register"
    )
    assert answer == (
        "InvalidClusterState",
        "There is an operation running on the cluster. Please try again at a later time.",
    )


def test_a_dry_run_changes_nothing(env: RedshiftEnv) -> None:
    env.create()
    change(env, "Register", DryRun=True)

    env.advance(200)
    assert "LakehouseRegistrationStatus" not in env.describe()


def test_something_must_be_asked_for(env: RedshiftEnv) -> None:
    env.create()

    code, _ = env.error("modify_lakehouse_configuration", ClusterIdentifier="dwh")
    assert code == "InvalidParameterCombination"
