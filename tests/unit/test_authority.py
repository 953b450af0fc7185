"""Only the ARN of an execution is believed of an event, once Step Functions describes it as ours."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from steward.domain.authority import ExecutionFacts
from steward.domain.errors import ExecutionUnknown, NotAuthorized
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS
from steward.steps.authorize import Authorize, child_of, ended_run, run_of
from tests.support.facts import NOW

STACK = "RedshiftSteward-test"
HEAD = "arn:aws:states:eu-central-1:123456789012:execution:"
RUN = f"{HEAD}{STACK}-rotate-keys:night"
CHILD = f"{HEAD}{STACK}-rotate-keys/EachCluster:11111111-2222-3333-4444-555555555555"
OWN = {
    "run": {"arn": RUN, "started_at": "2026-11-21T21:00:00Z"},
    "item": {"cluster": "sales"},
    "overrides": {"force": False},
}
FORGED = {
    "run": {"arn": "other"},
    "item": {"cluster": "finance"},
    "overrides": {"force": True},
    "since": "then",
}


def verified(authorize: Authorize, event: dict[str, Any], *known: ExecutionFacts) -> dict[str, Any]:
    """The event as the step gets it, when Step Functions knows these executions."""
    by_arn = {each.arn: each for each in known}
    tools: Any = SimpleNamespace(executions=SimpleNamespace(find=by_arn.get))
    return authorize(event, tools, STACK)


def execution(arn: str, document: Any = None, status: str = "RUNNING") -> ExecutionFacts:
    return ExecutionFacts(arn, status, NOW, document)


def test_run_item_and_overrides_are_those_of_the_child_execution_whatever_the_event_says() -> None:
    event = verified(child_of(ROTATE_KEYS), {**FORGED, "execution": CHILD}, execution(CHILD, OWN))
    run = {**OWN["run"], "started_at": "2026-11-21T21:00:00.000Z"}
    assert event == {**OWN, "run": run, "execution": CHILD, "since": "then"}


@pytest.mark.parametrize(
    "arn",
    [
        "",
        RUN,
        CHILD.replace(STACK, "RedshiftSteward-other"),
        CHILD.replace(STACK, f"x{STACK}"),
        CHILD.replace("/EachCluster", "/Other"),
        CHILD.replace(":execution:", ":stateMachine:"),
        f"{CHILD}:1",
        f" {CHILD}\n",
    ],
)
def test_an_execution_of_another_machine_is_refused_before_anybody_is_asked(arn: str) -> None:
    with pytest.raises(NotAuthorized, match=f"is no execution of the state machines of {STACK}; nothing was"):
        verified(child_of(), {**FORGED, "execution": arn})


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT", "PENDING_REDRIVE"])
def test_an_execution_that_is_not_under_way_is_refused(status: str) -> None:
    with pytest.raises(NotAuthorized, match=f"is {status}, and no longer under way"):
        verified(child_of(), {**FORGED, "execution": CHILD}, execution(CHILD, OWN, status))


def test_a_function_takes_no_events_of_other_workflows() -> None:
    with pytest.raises(NotAuthorized, match="this function is none of rotate-keys"):
        verified(child_of(DEPROVISION), {**FORGED, "execution": CHILD}, execution(CHILD, OWN))


def test_an_execution_that_step_functions_does_not_know_is_looked_for_again() -> None:
    with pytest.raises(ExecutionUnknown, match="knows no execution"):
        verified(child_of(), {**FORGED, "execution": CHILD})


def run_of_event(**changes: Any) -> dict[str, Any]:
    run = {"arn": RUN, "name": "other", "started_at": NOW.isoformat(), "workflow": "deprovision"}
    return {"run": {**run, **changes}, "input": {"force": True}, "now": "now"}


def test_identity_and_input_of_a_run_are_those_of_its_execution() -> None:
    event = verified(run_of(ROTATE_KEYS), run_of_event(), execution(RUN, {"dry_run": True}))
    assert event["input"] == {"dry_run": True}
    assert event["run"] == {
        "arn": RUN,
        "name": "night",
        "started_at": "2026-11-21T21:00:00.000Z",
        "workflow": "rotate-keys",
    }


@pytest.mark.parametrize("written", ["2026-11-21T21:00:00.123Z", "2026-11-21T22:00:00.123456+01:00"])
def test_the_start_in_the_keys_of_a_runs_records_has_one_spelling(written: str) -> None:
    fraction = datetime.fromtimestamp(1795294800.123, UTC)
    by_api = verified(
        run_of(), run_of_event(started_at="other"), ExecutionFacts(RUN, "RUNNING", fraction, {})
    )
    given = {**OWN, "run": {"started_at": written}}
    by_context = verified(child_of(), {"execution": CHILD}, execution(CHILD, given))
    assert by_api["run"]["started_at"] == by_context["run"]["started_at"] == "2026-11-21T21:00:00.123Z"


def stopped(status: str, arn: str = RUN) -> dict[str, Any]:
    return {"detail": {"executionArn": arn, "status": status, "name": "other", "stateMachineArn": "other"}}


def test_a_run_is_reported_as_stopped_only_when_step_functions_says_so_too() -> None:
    event = verified(ended_run, stopped("ABORTED"), execution(RUN, {}, "ABORTED"))
    assert event["detail"]["name"] == "night"
    assert event["detail"]["stateMachineArn"].endswith(f":stateMachine:{STACK}-rotate-keys")
    with pytest.raises(NotAuthorized, match="is RUNNING, not ABORTED"):
        verified(ended_run, stopped("ABORTED"), execution(RUN, {}))
    with pytest.raises(NotAuthorized, match="is no execution of the state machines"):
        verified(ended_run, stopped("ABORTED", CHILD))
