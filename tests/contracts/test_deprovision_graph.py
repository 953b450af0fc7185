"""The simulation of deprovision in tests/support follows the graph of the synthesized state machine."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonata import Jsonata

from infra.workflows.deprovision import TOLERATED, TOO_MANY
from infra.workflows.retries import FUNCTION_FAULTS, UNVERIFIED
from steward.domain.status import AVAILABLE, PHASES
from steward.domain.workflows import DEPROVISION
from tests.support import deprovision_simulation as simulation
from tests.support.synthesis import definition, states

HUB, CHOICE, CAUGHT = "Advance", "After Advance", "Too many errors?"
LOOPS = {move: state for move, state in simulation.ROUTES.items() if state.endswith(": begin")}
OF_CLUSTERS = sorted(set(LOOPS) - {"until_snapshot", "until_final"})
NAMESPACE = "arn:aws:redshift:eu-central-1:123456789012:namespace:1"


def child() -> dict[str, dict[str, Any]]:
    """The states of a child execution."""
    return states(states(definition(DEPROVISION.name))["Each cluster"]["ItemProcessor"])


def evaluated(condition: str, **variables: Any) -> Any:
    """A condition with these variables."""
    expression = Jsonata(condition.removeprefix("{%").removesuffix("%}"))
    frame = expression.create_frame()
    for name, value in variables.items():
        frame.bind(name, value)
    return expression.evaluate(None, frame)


def routes() -> dict[str, str]:
    choices = child()[CHOICE]["Choices"]
    found = {re.search(r"'(\w+)'", each["Condition"]).group(1): each["Next"] for each in choices}  # type: ignore[union-attr] # else it is wrong
    return found | {"failed": child()[CHOICE]["Default"]}


def test_each_answer_of_the_hub_leads_where_the_simulation_goes() -> None:
    assert child()[HUB]["Next"] == CHOICE
    assert routes() == simulation.ROUTES


@pytest.mark.parametrize("state", ["Pause before retry", "In quarantine", "Wait for approval", "Register"])
def test_whatever_is_not_a_wait_leads_back_to_the_hub(state: str) -> None:
    assert child()[state]["Next"] == HUB


@pytest.mark.parametrize("loop", LOOPS.values())
def test_each_wait_ends_at_the_hub_and_fails_towards_it(loop: str) -> None:
    name = loop.removesuffix(": begin")
    decide = child()[f"{name}: decide"]
    (done, late) = decide["Choices"]
    look = child()[f"{name}: poll"]

    assert (done["Next"], late["Next"], decide["Default"]) == (HUB, CAUGHT, f"{name}: pause")
    assert {each["Next"] for each in look["Catch"]} == {HUB, CAUGHT}
    assert any("NotFoundException" in error for error in look["Catch"][0]["ErrorEquals"])


@pytest.mark.parametrize("loop", OF_CLUSTERS)
def test_a_wait_for_a_cluster_ends_when_the_simulations_does(loop: str) -> None:
    name = LOOPS[loop].removesuffix(": begin")
    condition = child()[f"{name}: decide"]["Choices"][0]["Condition"]
    job = {"item": {"namespace_arn": NAMESPACE}}
    watch = {"was_busy": True, "seconds": 60}

    for status in [*PHASES, "never-heard-of"]:
        for availability in (AVAILABLE, "Modifying"):
            for restore in ("", "restoring", "completed", "failed"):
                for namespace in (NAMESPACE, "another"):
                    seen = {"status": status, "availability": availability}
                    seen |= {"namespace_arn": namespace, "restore": restore}
                    shown = {"ClusterStatus": status, "ClusterAvailabilityStatus": availability}
                    shown |= {"ClusterNamespaceArn": namespace, "RestoreStatus": {"Status": restore}}
                    ended = evaluated(condition, observed=seen, wait=watch, child=job)
                    assert bool(ended) is simulation._done(loop, shown, NAMESPACE), (
                        status,
                        availability,
                        restore,
                    )


@pytest.mark.parametrize(
    ("failure", "told", "given_up"),
    [
        ({}, False, False),
        ({"count": 0}, False, False),
        ({"Error": "X", "count": 1}, False, False),
        ({"Error": "X", "count": TOLERATED}, False, False),
        ({"Error": "X", "count": TOLERATED + 1}, True, False),
        ({"Error": "X", "count": TOO_MANY + 1}, True, True),
        ({"Error": "DeadlineExceeded", "Cause": "late"}, True, False),
    ],
)
def test_errors_are_passed_over_then_told_then_given_up_as_in_the_simulation(
    failure: dict[str, Any], *, told: bool, given_up: bool
) -> None:
    payload = child()[HUB]["Arguments"]["Payload"]["error"]
    assert bool((evaluated(payload, failure=failure) or {}).get("Error")) is told
    (often, *_) = child()[CAUGHT]["Choices"]
    assert evaluated(often["Condition"], failure=failure) is given_up
    assert often["Next"] == "Abandon"
    assert (simulation.PATIENT, simulation.TOO_OFTEN) == (TOLERATED, TOO_MANY)


def test_a_function_that_dies_is_called_again_with_the_same_input_as_often_as_in_the_simulation() -> None:
    for state in (HUB, "Delete the cluster", "Remove the copy"):
        (retry,) = child()[state]["Retry"]
        assert retry["MaxAttempts"] == simulation.RETRIES
        assert retry["ErrorEquals"] == [*FUNCTION_FAULTS, *UNVERIFIED]


@pytest.mark.parametrize(
    ("state", "wait"),
    [("Delete the cluster", "until_deleted"), ("Remove the copy", "until_copy_gone")],
)
def test_the_functions_that_delete_lead_to_their_wait_or_to_another_look(state: str, wait: str) -> None:
    answered = child()[child()[state]["Next"]]

    assert [each["Next"] for each in answered["Choices"]] == [LOOPS[wait]]
    assert answered["Default"] == "Pause before retry"
