"""What the API tells about executions, and how they are stopped."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.stepfunctions.conftest import Steps

SUCCEED = {"S": {"Type": "Succeed"}}
FAIL = {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}
FOREVER = {"W": {"Type": "Wait", "Seconds": 10_000_000, "End": True}}


def test_an_execution_is_described_with_input_output_and_moments(steps: Steps) -> None:
    machine = steps.machine({"W": {"Type": "Wait", "Seconds": 5, "Output": {"b": "ü"}, "End": True}})
    arn = steps.start(machine, {"a": 1}, name="described")
    steps.wait_for_end(arn)
    summary = steps.api.describe_execution(executionArn=arn)
    assert (summary["name"], summary["stateMachineArn"], summary["status"]) == (
        "described",
        machine,
        "SUCCEEDED",
    )
    assert (summary["input"], summary["output"]) == ('{"a": 1}', '{"b":"ü"}')
    assert summary["stopDate"] - summary["startDate"] == timedelta(seconds=5)
    assert not {"error", "cause", "mapRunArn", "redriveDate"} & summary.keys()


def test_a_running_execution_has_neither_end_nor_output(steps: Steps) -> None:
    with steps.clock.busy():
        arn = steps.start(steps.machine(FOREVER))
        summary = steps.api.describe_execution(executionArn=arn)
        assert summary["status"] == "RUNNING"
        assert not {"stopDate", "output", "error"} & summary.keys()
        steps.api.stop_execution(executionArn=arn)


def test_a_stopped_execution_is_aborted_at_once_even_while_it_waits(steps: Steps) -> None:
    with steps.clock.busy():
        arn = steps.start(steps.machine(FOREVER))
        steps.until(arn, "WaitStateEntered")
        stopped = steps.api.stop_execution(executionArn=arn, error="Enough", cause="by Ann")
        summary = steps.api.describe_execution(executionArn=arn)
    assert (summary["status"], summary["error"], summary["cause"]) == (
        "ABORTED",
        "Enough",
        "by Ann",
    )
    assert summary["stopDate"] == stopped["stopDate"]
    assert steps.events(arn)[-1] == "ExecutionAborted"
    again = steps.api.stop_execution(executionArn=arn, error="Other")
    assert again["stopDate"] == stopped["stopDate"]
    assert steps.api.describe_execution(executionArn=arn)["error"] == "Enough"


def test_nothing_happens_after_an_execution_was_stopped(steps: Steps) -> None:
    with steps.clock.busy():
        arn = steps.start(steps.machine({"W": {"Type": "Wait", "Seconds": 5, "Next": "S"}, **SUCCEED}))
        steps.until(arn, "WaitStateEntered")
        steps.api.stop_execution(executionArn=arn)
    before = steps.events(arn)
    steps.clock.advance(60)
    assert steps.events(arn) == before
    assert "SucceedStateEntered" not in before


def test_an_unknown_execution_or_machine_is_refused(steps: Steps) -> None:
    lost = "arn:aws:states:eu-central-1:123456789012:execution:nowhere:x"
    for call in (steps.api.describe_execution, steps.api.stop_execution, steps.api.get_execution_history):
        with pytest.raises(steps.api.exceptions.ExecutionDoesNotExist):
            call(executionArn=lost)
    with pytest.raises(steps.api.exceptions.StateMachineDoesNotExist):
        steps.start("arn:aws:states:eu-central-1:123456789012:stateMachine:nowhere")
    with pytest.raises(steps.api.exceptions.InvalidArn):
        steps.start("nonsense")


def test_executions_are_listed_latest_first_by_status_and_in_pages(steps: Steps) -> None:
    machine = steps.machine(
        {
            "C": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.bad %}", "Next": "F"}],
                "Default": "S",
            },
            **SUCCEED,
            **FAIL,
        }
    )
    arns = [steps.start(machine, {"bad": number % 2 == 1}) for number in range(5)]
    for arn in arns:
        steps.wait_for_end(arn)
        steps.clock.advance(1)

    def list_names(**filters: Any) -> list[str]:
        pages = steps.api.get_paginator("list_executions").paginate(
            stateMachineArn=machine, maxResults=2, **filters
        )
        return [each["executionArn"] for page in pages for each in page["executions"]]

    assert list_names() == arns[::-1]
    assert list_names(statusFilter="FAILED") == [arns[3], arns[1]]
    assert list_names(statusFilter="RUNNING") == []
    assert len(steps.api.list_executions(stateMachineArn=machine, maxResults=2)["executions"]) == 2


def test_listing_wants_one_machine_or_one_map_run(steps: Steps) -> None:
    machine = steps.machine(SUCCEED)
    with pytest.raises(steps.api.exceptions.ValidationException):
        steps.api.list_executions()
    with pytest.raises(steps.api.exceptions.InvalidToken):
        steps.api.list_executions(stateMachineArn=machine, nextToken="nonsense")
    with pytest.raises(steps.api.exceptions.ResourceNotFound):
        steps.api.list_executions(mapRunArn="arn:aws:states:eu-central-1:123456789012:mapRun:m/l:none")


def test_a_history_is_a_chain_of_numbered_events_at_virtual_moments(steps: Steps) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"v": [1]}, "Next": "W"},
        "W": {"Type": "Wait", "Seconds": 30, "Next": "S"},
    }
    arn = steps.start(steps.machine({**states, **SUCCEED}), {"a": 1})
    steps.wait_for_end(arn)
    events = steps.history(arn)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert [event["previousEventId"] for event in events] == list(range(len(events)))
    kinds = [event["type"] for event in events]
    assert kinds == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "WaitStateEntered",
        "WaitStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert events[4]["timestamp"] - events[3]["timestamp"] == timedelta(seconds=30)
    left = events[2]["stateExitedEventDetails"]
    assert (left["name"], left["output"], left["assignedVariables"]) == ("A", '{"a":1}', {"v": "[1]"})
    assert events[1]["stateEnteredEventDetails"]["input"] == '{"a":1}'
    assert events[0]["executionStartedEventDetails"]["roleArn"]
    assert events[7]["executionSucceededEventDetails"]["output"] == '{"a":1}'


def test_a_history_can_be_read_backwards_in_pages_and_without_data(steps: Steps) -> None:
    arn = steps.start(steps.machine(SUCCEED))
    steps.wait_for_end(arn)
    first = steps.api.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=3)
    assert [event["id"] for event in first["events"]] == [4, 3, 2]
    rest = steps.api.get_execution_history(
        executionArn=arn, reverseOrder=True, maxResults=3, nextToken=first["nextToken"]
    )
    assert [event["id"] for event in rest["events"]] == [1]
    assert "nextToken" not in rest
    bare = steps.api.get_execution_history(executionArn=arn, includeExecutionData=False)["events"]
    assert "input" not in bare[1]["stateEnteredEventDetails"]


def test_events_of_parallel_branches_follow_those_of_their_own_branch(steps: Steps) -> None:
    branches = [
        {
            "StartAt": f"Wait {name}",
            "States": {
                f"Wait {name}": {"Type": "Wait", "Seconds": 1, "Next": f"Pass {name}"},
                f"Pass {name}": {"Type": "Pass", "End": True},
            },
        }
        for name in "ab"
    ]
    arn = steps.start(steps.machine({"P": {"Type": "Parallel", "Branches": branches, "End": True}}))
    steps.wait_for_end(arn)
    events = {event["id"]: event for event in steps.history(arn)}
    entered = [event for event in events.values() if event["type"] == "WaitStateEntered"]
    assert {events[event["previousEventId"]]["type"] for event in entered} == {"ParallelStateStarted"}
    passed = [event for event in events.values() if event["type"] == "PassStateEntered"]
    assert {events[event["previousEventId"]]["type"] for event in passed} == {"WaitStateExited"}


def test_an_update_does_not_touch_what_runs(steps: Steps) -> None:
    states = {
        "W": {"Type": "Wait", "Seconds": 5, "Next": "P"},
        "P": {"Type": "Pass", "Output": "old", "End": True},
    }
    machine = steps.machine(states)
    with steps.clock.busy():
        arn = steps.start(machine)
        definition = (
            '{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Succeed","Output":"new"}}}'
        )
        steps.api.update_state_machine(stateMachineArn=machine, definition=definition)
    assert steps.wait_for_end(arn)["output"] == "old"
    assert steps.wait_for_end(steps.start(machine))["output"] == "new"
    assert '"old"' in steps.api.describe_state_machine_for_execution(executionArn=arn)["definition"]
    assert "new" in steps.api.describe_state_machine(stateMachineArn=machine)["definition"]


def test_a_version_runs_what_was_published(steps: Steps) -> None:
    machine = steps.machine({"P": {"Type": "Succeed", "Output": 1}})
    definition = '{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Succeed","Output":2}}}'
    made = steps.api.update_state_machine(stateMachineArn=machine, definition=definition, publish=True)
    version = made["stateMachineVersionArn"]
    ended = steps.wait_for_end(steps.start(version))
    assert (ended["output"], ended["stateMachineArn"], ended["stateMachineVersionArn"]) == (
        2,
        machine,
        version,
    )


def test_a_machine_is_active_and_was_made_at_a_virtual_moment(steps: Steps) -> None:
    before = steps.clock.now()
    summary = steps.api.describe_state_machine(stateMachineArn=steps.machine(SUCCEED))
    assert (summary["status"], summary["type"]) == ("ACTIVE", "STANDARD")
    assert summary["creationDate"] >= before - timedelta(seconds=1)


def test_the_same_machine_again_is_the_same_request_and_another_one_is_refused(steps: Steps) -> None:
    first = steps.machine(SUCCEED, name="one-machine")
    assert steps.machine(SUCCEED, name="one-machine") == first
    with pytest.raises(steps.api.exceptions.StateMachineAlreadyExists):
        steps.machine(FAIL, name="one-machine")


def test_the_executions_of_a_deleted_machine_end_with_it(steps: Steps) -> None:
    machine = steps.machine(FOREVER)
    with steps.clock.busy():
        arn = steps.start(machine)
        execution = steps.execution(arn)
        steps.api.delete_state_machine(stateMachineArn=machine)
    assert execution.status == "ABORTED"
    with pytest.raises(steps.api.exceptions.ExecutionDoesNotExist):
        steps.api.describe_execution(executionArn=arn)


def test_when_start_execution_returns_time_can_not_slip_past_the_execution(steps: Steps) -> None:
    moments = []
    for _ in range(20):
        before = steps.clock.now()
        arn = steps.start(steps.machine({"W": {"Type": "Wait", "Seconds": 60, "End": True}}))
        moments.append((before, steps.wait_for_end(arn)))
    for before, ended in moments:
        assert ended["startDate"] - before < timedelta(milliseconds=1)
        assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=60)


def test_a_definition_can_be_checked_without_making_a_machine(steps: Steps) -> None:
    good = '{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Succeed"}}}'
    assert steps.api.validate_state_machine_definition(definition=good)["result"] == "OK"
    bad = steps.api.validate_state_machine_definition(
        definition=good.replace('"StartAt":"S"', '"StartAt":"X"')
    )
    assert bad["result"] == "FAIL"
    assert "Missing 'Next' target: X" in bad["diagnostics"][0]["message"]


def test_express_machines_are_refused(steps: Steps) -> None:
    with pytest.raises(steps.api.exceptions.ClientError, match="STANDARD state machines only"):
        steps.api.create_state_machine(
            name="express",
            definition='{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Succeed"}}}',
            roleArn="arn:aws:iam::123456789012:role/machine",
            type="EXPRESS",
        )


@pytest.mark.parametrize("text", ["{nope", "NaN", "[Infinity]", "1e999", "[" * 3_000 + "]" * 3_000, ""])
def test_an_input_that_is_no_json_is_refused(steps: Steps, text: str) -> None:
    machine = steps.machine({"P": {"Type": "Pass", "End": True}})
    with pytest.raises(steps.api.exceptions.InvalidExecutionInput):
        steps.api.start_execution(stateMachineArn=machine, input=text)
