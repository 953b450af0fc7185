"""Redrive: an execution goes on where it ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.stepfunctions.conftest import Steps

    Register = Callable[[str, Callable[[Any], Any]], None]


def invoke(**fields: Any) -> dict[str, Any]:
    arguments = {"FunctionName": "f", "Payload": "{% $states.input %}"}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": arguments, **fields}


class Faulty:
    """Fails for the inputs in ``bad``; remembers its calls."""

    def __init__(self, *bad: Any) -> None:
        self.bad = set(bad)
        self.calls: list[Any] = []

    def __call__(self, event: Any) -> Any:
        self.calls.append(event)
        if event in self.bad:
            raise ValueError(str(event))
        return event


def redriven(steps: Steps, arn: str) -> dict[str, Any]:
    steps.api.redrive_execution(executionArn=arn)
    return steps.wait_for_end(arn)


def test_a_failed_execution_goes_on_at_the_failed_state_with_its_input_and_variables(
    steps: Steps, function: Register
) -> None:
    faulty = Faulty("x")
    function("f", faulty)
    states = {
        "A": {"Type": "Pass", "Assign": {"kept": "v"}, "Output": "x", "Next": "T"},
        "T": invoke(Output="{% [$kept, $states.input, $states.context.Execution.RedriveCount] %}", End=True),
    }
    arn = steps.start(steps.machine(states))
    failed = steps.wait_for_end(arn)
    assert (failed["status"], failed["redriveStatus"], failed["redriveCount"]) == ("FAILED", "REDRIVABLE", 0)
    faulty.bad.clear()
    steps.clock.advance(3600)
    ended = redriven(steps, arn)
    assert ended["status"] == "SUCCEEDED"
    assert ended["output"] == ["v", "x", 1]
    assert (ended["redriveCount"], "error" in ended) == (1, False)
    assert ended["redriveDate"] - ended["startDate"] == timedelta(hours=1)
    kinds = steps.events(arn)
    again = kinds.index("ExecutionRedriven")
    assert kinds[again - 1 : again + 2] == ["ExecutionFailed", "ExecutionRedriven", "TaskScheduled"]
    assert kinds.count("PassStateEntered") == 1


def test_a_redrive_starts_with_all_retries_again(steps: Steps, function: Register) -> None:
    faulty = Faulty("x")
    function("f", faulty)
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    arn = steps.start(steps.machine({"T": invoke(Retry=retry, End=True)}), "x")
    steps.wait_for_end(arn)
    redriven(steps, arn)
    assert len(faulty.calls) == 4


def test_an_aborted_wait_waits_again(steps: Steps) -> None:
    with steps.clock.busy():
        arn = steps.start(steps.machine({"W": {"Type": "Wait", "Seconds": 100, "End": True}}))
        steps.until(arn, "WaitStateEntered")
        steps.api.stop_execution(executionArn=arn)
    steps.clock.advance(50)
    ended = redriven(steps, arn)
    assert ended["status"] == "SUCCEEDED"
    assert ended["stopDate"] - ended["redriveDate"] == timedelta(seconds=100)
    with pytest.raises(steps.api.exceptions.ExecutionNotRedrivable, match="SUCCEEDED"):
        steps.api.redrive_execution(executionArn=arn)


def test_a_fail_state_fails_again(steps: Steps) -> None:
    arn = steps.start(steps.machine({"F": {"Type": "Fail", "Error": "E"}}))
    steps.wait_for_end(arn)
    assert redriven(steps, arn)["error"] == "E"
    assert redriven(steps, arn)["redriveCount"] == 2


def test_a_timed_out_execution_gets_its_whole_time_again(steps: Steps) -> None:
    states = {
        "A": {"Type": "Wait", "Seconds": 60, "Next": "B"},
        "B": {"Type": "Wait", "Seconds": 60, "End": True},
    }
    arn = steps.start(steps.machine(states, TimeoutSeconds=100))
    assert steps.wait_for_end(arn)["status"] == "TIMED_OUT"
    ended = redriven(steps, arn)
    assert ended["status"] == "SUCCEEDED"
    assert ended["stopDate"] - ended["redriveDate"] == timedelta(seconds=60)


def test_only_the_unsuccessful_branches_run_again(steps: Steps, function: Register) -> None:
    faulty = Faulty("b")
    function("f", faulty)
    branches = [
        {
            "StartAt": f"P{name}",
            "States": {
                f"P{name}": {"Type": "Pass", "Output": name, "Next": f"W{name}"},
                f"W{name}": {"Type": "Wait", "Seconds": seconds, "Next": f"T{name}"},
                f"T{name}": invoke(End=True, Output="{% $states.input %}"),
            },
        }
        for name, seconds in (("a", 1), ("b", 2), ("c", 3))
    ]
    arn = steps.start(steps.machine({"P": {"Type": "Parallel", "Branches": branches, "End": True}}))
    assert steps.wait_for_end(arn)["status"] == "FAILED"
    assert faulty.calls == ["a", "b"]
    faulty.bad.clear()
    assert redriven(steps, arn)["output"] == ["a", "b", "c"]
    assert sorted(faulty.calls) == ["a", "b", "b", "c"]


def test_only_the_unsuccessful_iterations_run_again(steps: Steps, function: Register) -> None:
    faulty = Faulty(2)
    function("f", faulty)
    processor = {"StartAt": "T", "States": {"T": invoke(End=True, Output="{% $states.input * 10 %}")}}
    distributed_map = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
    arn = steps.start(steps.machine({"M": distributed_map}), [1, 2, 3])
    steps.wait_for_end(arn)
    faulty.bad.clear()
    assert redriven(steps, arn)["output"] == [10, 20, 30]
    assert faulty.calls == [1, 2, 2, 3]


def distributed_map(**fields: Any) -> dict[str, Any]:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "W",
        "States": {
            "W": {"Type": "Wait", "Seconds": "{% $states.input %}", "Next": "T"},
            "T": invoke(End=True, Output="{% $states.input %}"),
        },
    }
    return {"M": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


def test_in_a_redriven_distributed_map_only_the_unsuccessful_children_run_again(
    steps: Steps, function: Register
) -> None:
    faulty = Faulty(20, 30)
    function("f", faulty)
    states = distributed_map(Items=[10, 20, 30, 40, 50], MaxConcurrency=4, ToleratedFailureCount=1)
    arn = steps.start(steps.machine(states))
    assert steps.wait_for_end(arn)["error"] == "States.ExceedToleratedFailureThreshold"
    (run,) = steps.api.list_map_runs(executionArn=arn)["mapRuns"]
    before = {
        each["executionArn"]: each["status"]
        for each in steps.api.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    }
    assert sorted(before.values()) == ["ABORTED", "ABORTED", "FAILED", "FAILED", "SUCCEEDED"]
    faulty.bad.clear()
    ended = redriven(steps, arn)
    assert ended["output"] == [10, 20, 30, 40, 50]
    summary = steps.api.describe_map_run(mapRunArn=run["mapRunArn"])
    assert (summary["status"], summary["redriveCount"], summary["itemCounts"]["succeeded"]) == (
        "SUCCEEDED",
        1,
        5,
    )
    after = steps.api.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert {each["executionArn"] for each in after} == before.keys()
    for each in after:
        assert each["redriveCount"] == (0 if before[each["executionArn"]] == "SUCCEEDED" else 1)
    assert sorted(faulty.calls) == [10, 20, 20, 30, 30, 40, 50]
    redriven_run = [event for event in steps.history(arn) if event["type"] == "MapRunRedriven"]
    assert redriven_run[0]["mapRunRedrivenEventDetails"]["mapRunArn"] == run["mapRunArn"]


def test_a_stopped_parent_is_redriven_with_the_children_that_it_aborted(
    steps: Steps, function: Register
) -> None:
    function("f", Faulty())
    states = distributed_map(Items=[5, 6])
    machine = steps.machine({"F": {"Type": "Pass", "Next": "M"}, **states})
    with steps.clock.busy():
        arn = steps.start(machine)
        steps.until(arn, "MapRunStarted")
        steps.api.stop_execution(executionArn=arn)
    steps.wait_for_end(arn)
    assert redriven(steps, arn)["output"] == [5, 6]


def test_a_child_is_redriven_with_its_parent_only(steps: Steps, function: Register) -> None:
    function("f", Faulty(1))
    arn = steps.start(steps.machine(distributed_map(Items=[1])))
    steps.wait_for_end(arn)
    (run,) = steps.api.list_map_runs(executionArn=arn)["mapRuns"]
    (child,) = steps.api.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    summary = steps.api.describe_execution(executionArn=child["executionArn"])
    assert summary["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    with pytest.raises(steps.api.exceptions.ExecutionNotRedrivable):
        steps.api.redrive_execution(executionArn=child["executionArn"])


def test_after_fourteen_days_or_while_it_runs_nothing_is_redriven(steps: Steps) -> None:
    arn = steps.start(steps.machine({"F": {"Type": "Fail", "Error": "E"}}))
    steps.wait_for_end(arn)
    steps.clock.advance(timedelta(days=14, seconds=1).total_seconds())
    with pytest.raises(steps.api.exceptions.ExecutionNotRedrivable, match="14 days"):
        steps.api.redrive_execution(executionArn=arn)
    assert steps.api.describe_execution(executionArn=arn)["redriveStatus"] == "NOT_REDRIVABLE"
    with steps.clock.busy():
        arn = steps.start(steps.machine({"W": {"Type": "Wait", "Seconds": 5, "End": True}}))
        with pytest.raises(steps.api.exceptions.ExecutionNotRedrivable, match="RUNNING"):
            steps.api.redrive_execution(executionArn=arn)
    steps.wait_for_end(arn)


def test_a_redrive_uses_the_definition_that_the_execution_was_started_with(
    steps: Steps, function: Register
) -> None:
    faulty = Faulty("x")
    function("f", faulty)
    machine = steps.machine({"T": invoke(Output="old", End=True)})
    arn = steps.start(machine, "x")
    steps.wait_for_end(arn)
    definition = '{"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Succeed","Output":"new"}}}'
    steps.api.update_state_machine(stateMachineArn=machine, definition=definition)
    faulty.bad.clear()
    assert redriven(steps, arn)["output"] == "old"
    assert steps.wait_for_end(steps.start(machine))["output"] == "new"


def test_redriven_executions_can_be_listed_by_themselves(steps: Steps) -> None:
    machine = steps.machine({"F": {"Type": "Fail", "Error": "E"}})
    again, once = steps.start(machine), steps.start(machine)
    steps.wait_for_end(again)
    steps.wait_for_end(once)
    redriven(steps, again)
    for kind, arn in (("REDRIVEN", again), ("NOT_REDRIVEN", once)):
        (found,) = steps.api.list_executions(stateMachineArn=machine, redriveFilter=kind)["executions"]
        assert found["executionArn"] == arn


def test_a_redrive_with_the_same_client_token_is_the_same_redrive(steps: Steps, function: Register) -> None:
    faulty = Faulty("x")
    function("f", faulty)
    arn = steps.start(steps.machine({"T": invoke(End=True)}), "x")
    steps.wait_for_end(arn)
    faulty.bad.clear()
    first = steps.api.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"]
    assert steps.wait_for_end(arn)["status"] == "SUCCEEDED"
    steps.clock.advance(60)
    assert steps.api.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"] == first
    assert steps.wait_for_end(arn)["redriveCount"] == 1


def test_of_redrives_at_the_same_time_with_one_client_token_all_are_the_same(
    steps: Steps, function: Register
) -> None:
    faulty = Faulty("x")
    function("f", faulty)
    arn = steps.start(steps.machine({"T": invoke(End=True)}), "x")
    steps.wait_for_end(arn)
    faulty.bad.clear()

    with ThreadPoolExecutor(12) as callers:
        asked = [
            callers.submit(steps.api.redrive_execution, executionArn=arn, clientToken="once")
            for _ in range(12)
        ]
        dates = {each.result()["redriveDate"] for each in asked}

    assert len(dates) == 1
    assert steps.wait_for_end(arn)["redriveCount"] == 1
