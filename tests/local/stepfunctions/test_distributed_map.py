"""Distributed Map: every item is an execution of its own."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.stepfunctions.engine.map_run import Tolerance

if TYPE_CHECKING:
    from tests.local.stepfunctions.conftest import Steps

PASS = {"P": {"Type": "Pass", "End": True}}
CHILD_CONTEXT = {"P": {"Type": "Pass", "Output": "{% $states.context %}", "End": True}}


def distributed_map(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Distributed Map of these states, the only state of a machine."""
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": next(iter(states)),
        "States": states,
    }
    return {"M": {"Type": "Map", "Label": "each", "ItemProcessor": processor, "End": True, **fields}}


def failing(condition: str, seconds: int = 10) -> dict[str, Any]:
    """A child that fails where the condition holds and takes its time otherwise."""
    return {
        "C": {"Type": "Choice", "Choices": [{"Condition": condition, "Next": "F"}], "Default": "W"},
        "F": {"Type": "Fail", "Error": "Bad", "Cause": "as told"},
        "W": {"Type": "Wait", "Seconds": seconds, "End": True},
    }


def map_run(steps: Steps, arn: str) -> dict[str, Any]:
    """The only Map Run of an execution."""
    (run,) = steps.api.list_map_runs(executionArn=arn)["mapRuns"]
    described: dict[str, Any] = steps.api.describe_map_run(mapRunArn=run["mapRunArn"])
    return described


def children(steps: Steps, arn: str, **filters: Any) -> list[dict[str, Any]]:
    """The child executions, the first one first."""
    run = map_run(steps, arn)["mapRunArn"]
    pages = steps.api.get_paginator("list_executions").paginate(mapRunArn=run, **filters)
    return [each for page in pages for each in page["executions"]][::-1]


def test_the_result_is_the_list_of_the_childrens_outputs_in_order(steps: Steps) -> None:
    assert steps.run(distributed_map(PASS, Items=["a", {"b": None}, 3]))["output"] == ["a", {"b": None}, 3]


def test_a_map_of_nothing_succeeds_with_an_empty_list(steps: Steps) -> None:
    assert steps.run(distributed_map(PASS, Items=[]))["output"] == []


def test_each_item_is_an_execution_with_its_own_arn_name_and_history(steps: Steps) -> None:
    arn = steps.start(steps.machine(distributed_map(PASS, Items=[5, 6]), name="parent-of-two"))
    steps.wait_for_end(arn)
    run = map_run(steps, arn)
    found = children(steps, arn)
    assert run["mapRunArn"].startswith("arn:aws:states:eu-central-1:123456789012:mapRun:parent-of-two/each:")
    assert len({each["executionArn"] for each in found}) == 2
    for item, each in zip(["5", "6"], found, strict=True):
        prefix = "arn:aws:states:eu-central-1:123456789012:execution:parent-of-two/each:"
        assert each["executionArn"] == prefix + each["name"]
        summary = steps.api.describe_execution(executionArn=each["executionArn"])
        assert (summary["input"], summary["output"], summary["mapRunArn"]) == (
            item,
            item,
            run["mapRunArn"],
        )
        assert summary["stateMachineArn"].endswith(":stateMachine:parent-of-two/each")
        assert steps.events(each["executionArn"]) == [
            "ExecutionStarted",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded",
        ]
    assert steps.events(arn) == [
        "ExecutionStarted",
        "MapStateEntered",
        "MapStateStarted",
        "MapRunStarted",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]


def test_the_context_in_a_child_is_the_childs(steps: Steps) -> None:
    arn = steps.start(steps.machine(distributed_map(CHILD_CONTEXT, Items=[{"id": "c1"}])))
    (context,) = steps.wait_for_end(arn)["output"]
    (child,) = children(steps, arn)
    assert context["Execution"]["Id"] == child["executionArn"]
    assert context["Execution"]["Name"] == child["name"]
    assert context["Execution"]["Input"] == {"id": "c1"}
    assert context["Execution"]["RoleArn"]
    assert "Map" not in context


def test_the_selector_sees_the_item_the_input_and_the_variables_of_the_parent(steps: Steps) -> None:
    selector = {
        "item": "{% $states.context.Map.Item.Value %}",
        "at": "{% $states.context.Map.Item.Index %}",
        "run": "{% $states.context.Execution.Name %}",
        "input": "{% $states.input.x %}",
        "variable": "{% $v %}",
    }
    states = {
        "A": {"Type": "Pass", "Assign": {"v": "var"}, "Next": "M"},
        **distributed_map(PASS, Items=["a", "b"], ItemSelector=selector),
    }
    arn = steps.start(steps.machine(states), {"x": 1}, name="chosen")
    summary = {"run": "chosen", "input": 1, "variable": "var"}
    assert steps.wait_for_end(arn)["output"] == [
        {"item": "a", "at": 0, **summary},
        {"item": "b", "at": 1, **summary},
    ]


def test_the_parents_variables_are_unknown_in_a_child(steps: Steps) -> None:
    child = {"P": {"Type": "Pass", "Output": "{% $exists($v) %}", "Assign": {"v": 2}, "End": True}}
    states = {"A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "M"}, **distributed_map(child, Items=[0])}
    assert steps.run(states)["output"] == [False]


def test_items_are_read_from_a_json_array_in_s3(steps: Steps) -> None:
    s3 = steps.client("s3")
    s3.create_bucket(Bucket="plans", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="plans", Key="run/plan.json", Body=json.dumps([{"id": "ä"}, {"id": "b"}]))
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Arguments": {"Bucket": "plans", "Key": "{% $states.input.run & '/plan.json' %}"},
    }
    selector = {
        "c": "{% $states.context.Map.Item.Value.id %}",
        "from": "{% $states.context.Map.Item.Source %}",
    }
    machine = steps.machine(distributed_map(PASS, ItemReader=reader, ItemSelector=selector))
    source = "s3://plans/run/plan.json"
    assert steps.wait_for_end(steps.start(machine, {"run": "run"}))["output"] == [
        {"c": "ä", "from": source},
        {"c": "b", "from": source},
    ]
    lost = steps.wait_for_end(steps.start(machine, {"run": "absent"}))
    assert lost["error"] == "States.ItemReaderFailed"
    assert "S3.NoSuchKeyException" in lost["cause"]
    for body in ('{"a": 1}', "{oops"):
        s3.put_object(Bucket="plans", Key="run/plan.json", Body=body)
        assert steps.wait_for_end(steps.start(machine, {"run": "run"}))["error"] == "States.ItemReaderFailed"


@pytest.mark.parametrize(("most", "seconds"), [(1, 70), (2, 40), ("{% 3 %}", 30), (0, 10)])
def test_no_more_children_run_at_once_than_allowed(steps: Steps, most: Any, seconds: int) -> None:
    child = {"W": {"Type": "Wait", "Seconds": 10, "End": True}}
    ended = steps.run(distributed_map(child, Items="{% [1..7] %}", MaxConcurrency=most))
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=seconds)


def test_a_thousand_items_twenty_at_a_time(steps: Steps) -> None:
    child = {"W": {"Type": "Wait", "Seconds": 60, "End": True}}
    arn = steps.start(steps.machine(distributed_map(child, Items="{% [1..1000] %}", MaxConcurrency=20)))
    ended = steps.wait_for_end(arn)
    assert len(ended["output"]) == 1000
    assert ended["stopDate"] - ended["startDate"] == timedelta(minutes=50)
    assert map_run(steps, arn)["itemCounts"]["succeeded"] == 1000
    assert len(children(steps, arn)) == 1000


@given(st.integers(0, 1000), st.integers(1, 1000), st.integers(0, 1000), st.integers(0, 100))
def test_failures_are_tolerated_up_to_either_limit_and_no_further(
    failed: int, total: int, count: int, percentage: int
) -> None:
    too_many, too_large_a_share = failed > count, failed / total > percentage / 100
    assert Tolerance().exceeded(failed, total) == (failed > 0)
    assert Tolerance(count=count).exceeded(failed, total) == too_many
    assert Tolerance(percentage=percentage).exceeded(failed, total) == too_large_a_share
    assert Tolerance(count, percentage).exceeded(failed, total) == (too_many or too_large_a_share)


@pytest.mark.parametrize(
    "tolerance",
    [
        {"ToleratedFailurePercentage": 50},
        {"ToleratedFailurePercentage": 50.0},
        {"ToleratedFailurePercentage": "{% $states.input.half %}"},
        {"ToleratedFailureCount": 2},
        {"ToleratedFailureCount": "{% 2 %}"},
    ],
)
def test_tolerated_failures_leave_the_map_successful_without_their_outputs(
    steps: Steps, tolerance: dict[str, Any]
) -> None:
    states = distributed_map(failing("{% $states.input <= 2 %}"), Items=[1, 2, 3, 4], **tolerance)
    arn = steps.start(steps.machine(states), {"half": 50})
    assert steps.wait_for_end(arn)["output"] == [3, 4]
    counts = map_run(steps, arn)["executionCounts"]
    assert (counts["failed"], counts["succeeded"], counts["total"]) == (2, 2, 4)
    failed = children(steps, arn, statusFilter="FAILED")
    assert [steps.api.describe_execution(executionArn=each["executionArn"])["error"] for each in failed] == [
        "Bad",
        "Bad",
    ]


def test_without_tolerance_the_first_failure_fails_the_map(steps: Steps) -> None:
    states = distributed_map(failing("{% $states.input = 1 %}"), Items=[1, 2, 3, 4], MaxConcurrency=2)
    arn = steps.start(steps.machine(states))
    ended = steps.wait_for_end(arn)
    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    assert ended["stopDate"] == ended["startDate"]
    run = map_run(steps, arn)
    assert run["status"] == "FAILED"
    assert run["itemCounts"]["failed"] == 1
    assert "MapRunFailed" in steps.events(arn)


def test_beyond_the_tolerance_running_children_are_aborted_and_others_never_start(steps: Steps) -> None:
    child = {"D": {"Type": "Wait", "Seconds": "{% $states.input.after %}", "Next": "C"}}
    child |= failing("{% $states.input.bad %}", seconds=500)
    items = [
        {"after": 5, "bad": True},
        {"after": 10, "bad": True},
        {"after": 1, "bad": False},
        *[{"after": 1}] * 3,
    ]
    states = distributed_map(child, Items=items, MaxConcurrency=3, ToleratedFailureCount=1)
    states["M"]["ItemSelector"] = "{% $merge([{'bad': false}, $states.context.Map.Item.Value]) %}"
    arn = steps.start(steps.machine(states))
    ended = steps.wait_for_end(arn)
    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=10)
    assert [each["status"] for each in children(steps, arn)] == ["FAILED", "FAILED", "ABORTED", "ABORTED"]
    counts = map_run(steps, arn)["itemCounts"]
    assert (counts["failed"], counts["aborted"], counts["pending"]) == (2, 2, 2)


def test_too_many_failures_can_be_caught_and_retried(steps: Steps) -> None:
    error = ["States.ExceedToleratedFailureThreshold"]
    catch = [{"ErrorEquals": error, "Next": "S"}]
    retry = [{"ErrorEquals": error, "IntervalSeconds": 7, "MaxAttempts": 1}]
    states = distributed_map(failing("{% true %}"), Items=[1], Catch=catch, Retry=retry)
    arn = steps.start(steps.machine({**states, "S": {"Type": "Succeed"}}))
    ended = steps.wait_for_end(arn)
    assert ended["status"] == "SUCCEEDED"
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=7)
    assert len(steps.api.list_map_runs(executionArn=arn)["mapRuns"]) == 2


def test_stopping_the_parent_aborts_the_children(steps: Steps) -> None:
    ask = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    queue = steps.client("sqs").create_queue(QueueName="never-answers")["QueueUrl"]
    ask["Arguments"] = {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"}
    arn = steps.start(steps.machine(distributed_map({"A": ask}, Items=[1, 2, 3], MaxConcurrency=2)))
    steps.until(arn, "MapRunStarted")
    while len(children(steps, arn)) < 2:
        pass
    steps.api.stop_execution(executionArn=arn, error="Enough", cause="of it")
    summary = steps.wait_for_end(arn)
    assert (summary["status"], summary["error"], summary["cause"]) == (
        "ABORTED",
        "Enough",
        "of it",
    )
    for child in children(steps, arn):
        assert steps.wait_for_end(child["executionArn"])["status"] == "ABORTED"
    while map_run(steps, arn)["status"] == "RUNNING":
        pass
    run = map_run(steps, arn)
    assert (run["status"], run["itemCounts"]["pending"], run["itemCounts"]["aborted"]) == ("ABORTED", 1, 2)


def test_concurrency_and_tolerance_of_a_running_map_can_be_changed(steps: Steps) -> None:
    ask = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True}
    queue = steps.client("sqs").create_queue(QueueName="answers-late")["QueueUrl"]
    ask["Arguments"] = {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"}
    arn = steps.start(steps.machine(distributed_map({"A": ask}, Items=[1, 2, 3], MaxConcurrency=1)))
    steps.until(arn, "MapRunStarted")
    run = map_run(steps, arn)["mapRunArn"]
    steps.api.update_map_run(mapRunArn=run, maxConcurrency=3, toleratedFailureCount=1)
    while len(children(steps, arn)) < 3:
        pass
    assert map_run(steps, arn)["toleratedFailureCount"] == 1
    steps.api.stop_execution(executionArn=arn)


def test_a_map_run_that_does_not_exist_is_named(steps: Steps) -> None:
    with pytest.raises(steps.api.exceptions.ResourceNotFound, match="nothing"):
        steps.api.describe_map_run(mapRunArn="arn:aws:states:eu-central-1:123456789012:mapRun:m/l:nothing")
