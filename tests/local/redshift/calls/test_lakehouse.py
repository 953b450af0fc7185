"""Lakehouse registration is asynchronous, and stands in the way of a deletion until it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place


def change(place: Place, registration: str, **parameters: Any) -> str:
    answer = place.redshift.modify_lakehouse_configuration(
        ClusterIdentifier="dwh", LakehouseRegistration=registration, **parameters
    )
    return str(answer.get("LakehouseRegistrationStatus"))


def test_a_cluster_is_registered_and_deregistered(place: Place) -> None:
    place.create()

    change(place, "Register")
    place.advance(91)
    assert place.shown()["LakehouseRegistrationStatus"] == "REGISTERED"
    assert change(place, "Deregister") == "DEREGISTRATION_REQUESTED"
    assert place.shown()["LakehouseRegistrationStatus"] == "DEREGISTRATION_REQUESTED"
    place.advance(91)
    assert place.shown()["LakehouseRegistrationStatus"] == "DEREGISTERED"
    place.redshift.delete_cluster(ClusterIdentifier="dwh", SkipFinalClusterSnapshot=True)


def test_the_duration_is_that_of_the_knob(place: Place) -> None:
    place.create(knobs={"lakehouse_duration": "10 minutes"}).lakehouse = "REGISTERED"
    change(place, "Deregister")

    place.advance(599)
    assert place.shown()["LakehouseRegistrationStatus"] == "DEREGISTRATION_REQUESTED"
    place.advance(1)
    assert place.shown()["LakehouseRegistrationStatus"] == "DEREGISTERED"


def test_a_busy_cluster_refuses_verbatim(place: Place) -> None:
    place.create()
    place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    answer = place.error(
        "modify_lakehouse_configuration", ClusterIdentifier="dwh", LakehouseRegistration="Register"
    )
    assert answer == (
        "InvalidClusterState",
        "There is an operation running on the cluster. Please try again at a later time.",
    )


def test_a_dry_run_changes_nothing(place: Place) -> None:
    place.create()
    change(place, "Register", DryRun=True)

    place.advance(200)
    assert "LakehouseRegistrationStatus" not in place.shown()


def test_something_must_be_asked_for(place: Place) -> None:
    place.create()

    code, _ = place.error("modify_lakehouse_configuration", ClusterIdentifier="dwh")
    assert code == "InvalidParameterCombination"
