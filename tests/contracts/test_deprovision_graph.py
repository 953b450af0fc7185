"""The simulation of deprovision in tests/support follows the graph of the synthesized state machine."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonata import Jsonata

from infra.workflows.retries import FUNCTION_FAULTS, UNVERIFIED
from steward.domain.error_budget import OUTAGES, budget_for, is_outage, pause_after
from steward.domain.status import AVAILABLE, PHASES
from steward.domain.workflows import DEPROVISION
from tests.support import deprovision_simulation as simulation
from tests.support.simulated_waits import is_over
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
    could_not = child()[f"{name}: could not look"]
    assert {each["Next"] for each in look["Catch"]} == {HUB, f"{name}: could not look"}
    assert ([each["Next"] for each in could_not["Choices"]], could_not["Default"]) == (
        [CAUGHT],
        f"{name}: pause after error",
    )
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
                    assert bool(ended) is is_over(loop, shown, NAMESPACE), (
                        status,
                        availability,
                        restore,
                    )


@pytest.mark.parametrize("error", ["AwsUnavailable", "ClientError"])
def test_errors_are_passed_over_then_told_then_given_up_as_in_the_simulation(error: str) -> None:
    payload = child()[HUB]["Arguments"]["Payload"]["error"]
    (often, at_once) = child()[CAUGHT]["Choices"]
    budget, pause = budget_for({"Error": error}), child()["Pause after error"]["Seconds"]

    for count in (1, budget.tolerated, budget.tolerated + 1, budget.most, budget.most + 1):
        failure = caught_again({"count": count - 1}, error)
        assert failure["count"] == count
        assert bool(evaluated(payload, failure=failure)) is (count > budget.tolerated)
        assert evaluated(often["Condition"], failure=failure) is (count > budget.most)
        assert evaluated(at_once["Condition"], failure=failure) is False
        assert evaluated(pause, failure=failure) == pause_after(count)
    assert often["Next"] == "Abandon"


def caught_again(failure: dict[str, Any], error: str, cause: str = "", state: str = HUB) -> dict[str, Any]:
    """``$failure`` after a state has caught an error."""
    assign = child()[state]["Catch"][-1]["Assign"]["failure"]
    output = {"Error": error, "Cause": cause}
    return dict(evaluated(assign, failure=failure, states={"errorOutput": output}))


def test_the_end_of_a_wait_is_told_at_once() -> None:
    payload, (_, at_once) = child()[HUB]["Arguments"]["Payload"]["error"], child()[CAUGHT]["Choices"]
    late = {"Error": "DeadlineExceeded", "Cause": "late"}

    assert evaluated(payload, failure=late) == late
    assert evaluated(at_once["Condition"], failure=late) is True
    assert not evaluated(payload, failure={})


@pytest.mark.parametrize("error", [*OUTAGES, "ClientError", "Runtime.ExitError"])
@pytest.mark.parametrize("cause", ["", "Status Code: 503", "Status Code: 403", "error (AccessDenied) when"])
def test_the_machine_tells_an_outage_from_a_refusal_as_the_domain_does(error: str, cause: str) -> None:
    wanted = is_outage({"Error": error, "Cause": cause})

    assert caught_again({}, error, cause)["outage"] is wanted


@pytest.mark.parametrize("state", ["Delete the cluster", "Remove the copy", "Register", "Wait for approval"])
def test_only_the_success_of_the_state_that_failed_ends_a_row_of_errors(state: str) -> None:
    advanced = child()[HUB]["Assign"]["failure"]
    failed = caught_again({}, "NotPermitted", state=state)
    again = caught_again(failed, "ClientError")

    assert evaluated(advanced, failure=again) == again, "else a function that always fails is called forever"
    assert evaluated(advanced, failure=caught_again({}, "ClientError")) == {}
    assert child()[state]["Assign"]["failure"] == {}


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
