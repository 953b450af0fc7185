"""The quotas that an execution can run into."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.stepfunctions.asl.limits import PAYLOAD_BYTES, name_problem, too_large

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.exceptions import ClientError

    from tests.local.stepfunctions.conftest import Steps

LARGE = "{% $pad('', 262143) %}"
"""With its quotes one byte more than a payload may have."""

LARGEST = "{% $pad('', 262142) %}"
SUCCEED = {"S": {"Type": "Succeed"}}


@given(st.text(max_size=60), st.integers(0, 200))
def test_sizes_are_counted_in_bytes_of_utf8(text: str, most: int) -> None:
    assert too_large(text, most) == (len(text.encode("utf-8", "surrogatepass")) > most)


@pytest.mark.parametrize("field", ["Output", "Assign"])
def test_an_output_or_assignment_over_256_kib_fails_the_execution(steps: Steps, field: str) -> None:
    value = {"x": LARGE} if field == "Assign" else LARGE
    ended = steps.run({"P": {"Type": "Pass", field: value, "End": True}})
    assert ended["error"] == "States.DataLimitExceeded"


def test_an_output_of_just_256_kib_is_fine(steps: Steps) -> None:
    assert len(steps.evaluate(LARGEST)) == PAYLOAD_BYTES - 2


def test_all_variables_together_hold_ten_mib(steps: Steps) -> None:
    names = [f"v{number}" for number in range(45)]
    states: dict[str, Any] = {
        name: {"Type": "Pass", "Assign": {name: "{% $pad('', 250000) %}"}, "Next": after}
        for name, after in zip(names, [*names[1:], "S"], strict=True)
    }
    ended = steps.run({**states, **SUCCEED})
    assert ended["error"] == "States.DataLimitExceeded"
    assert "'v41'" in ended["cause"]


def test_a_result_over_256_kib_fails_its_task_and_is_caught_by_name_only(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    function("f", lambda _: "x" * PAYLOAD_BYTES)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f"},
        "End": True,
    }
    for name, status in (("States.ALL", "FAILED"), ("States.DataLimitExceeded", "SUCCEEDED")):
        catch = [{"ErrorEquals": [name], "Next": "S"}]
        assert steps.run({"T": {**task, "Catch": catch}, **SUCCEED})["status"] == status


def test_the_joint_result_of_a_map_is_limited_too(steps: Steps) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "Output": "{% $pad('', 200000) %}", "End": True}},
    }
    mapped = {"Type": "Map", "Items": [1, 2], "ItemProcessor": processor, "End": True}
    assert steps.run({"M": mapped})["error"] == "States.DataLimitExceeded"
    small = steps.run({"M": {**mapped, "Output": "{% $count($states.result) %}"}})
    assert small["output"] == 2


def test_an_input_over_256_kib_is_refused(steps: Steps) -> None:
    machine = steps.machine(SUCCEED)
    steps.wait_for_end(steps.start(machine, "x" * (PAYLOAD_BYTES - 2)))
    with pytest.raises(steps.api.exceptions.ClientError, match="less than or equal to 262144"):
        steps.start(machine, "é" * (PAYLOAD_BYTES // 2))


def test_the_25_000th_event_ends_an_execution(steps: Steps) -> None:
    arn = steps.start(steps.machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}))
    ended = steps.wait_for_end(arn)
    assert ended["status"] == "FAILED"
    assert ended["cause"] == "The execution reached the maximum number of history events (25000)."
    history = steps.execution(arn).history.events
    assert (len(history), history[-1]["type"]) == (25_000, "ExecutionFailed")
    assert ended["redriveStatus"] == "NOT_REDRIVABLE"


def test_a_machine_times_out_in_virtual_time(steps: Steps) -> None:
    loop = {"A": {"Type": "Wait", "Seconds": 40, "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}
    arn = steps.start(steps.machine(loop, TimeoutSeconds=100))
    ended = steps.wait_for_end(arn)
    assert (ended["status"], ended["error"]) == ("TIMED_OUT", "States.Timeout")
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=100)
    assert steps.events(arn)[-1] == "ExecutionTimedOut"


def test_a_machine_that_ends_in_time_does_not_time_out_later(steps: Steps) -> None:
    arn = steps.start(steps.machine(SUCCEED, TimeoutSeconds=10))
    steps.wait_for_end(arn)
    steps.clock.advance(60)
    assert steps.wait_for_end(arn)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    "name", ["a b", "a:b", "a/b", "a*", "a<b>", "a#", "a\u0007", "a\x9f", 'a"', "x" * 81]
)
def test_a_name_with_forbidden_characters_or_over_80_is_refused(steps: Steps, name: str) -> None:
    assert name_problem(name)
    if "\x9f" in name or "\u0007" in name or len(name) <= 80:
        with pytest.raises(steps.api.exceptions.InvalidName):
            steps.start(steps.machine(SUCCEED), name=name)


@pytest.mark.parametrize("name", ["a", "a-b_c.d", "ÄÖ", "x" * 80, "rotate-2031-05-06T07+00"])
def test_other_names_are_fine(name: str) -> None:
    assert name_problem(name) is None


def test_a_name_is_an_executions_own_for_ninety_days(steps: Steps) -> None:
    machine = steps.machine(SUCCEED)
    arn = steps.start(machine, {"a": 1}, name="once")
    steps.wait_for_end(arn)
    for value in ({"a": 1}, {"a": 2}):
        with pytest.raises(steps.api.exceptions.ExecutionAlreadyExists, match="once"):
            steps.start(machine, value, name="once")
    assert steps.start(steps.machine(SUCCEED), name="once") != arn
    steps.clock.advance(timedelta(days=90, seconds=1).total_seconds())
    assert steps.start(machine, {"a": 2}, name="once") == arn
    assert steps.wait_for_end(arn)["input"] == '{"a": 2}'


def test_the_same_request_again_while_it_runs_is_the_same_execution(steps: Steps) -> None:
    machine = steps.machine({"W": {"Type": "Wait", "Seconds": 5, "End": True}})
    with steps.clock.busy():
        first = steps.start(machine, {"a": 1}, name="twice")
        assert steps.start(machine, {"a": 1}, name="twice") == first
        with pytest.raises(steps.api.exceptions.ExecutionAlreadyExists):
            steps.start(machine, {"a": 2}, name="twice")
    steps.wait_for_end(first)
    assert len(steps.api.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_unnamed_executions_get_names_of_their_own(steps: Steps) -> None:
    machine = steps.machine(SUCCEED)
    arns = {steps.start(machine) for _ in range(3)}
    assert len(arns) == 3
    for arn in arns:
        assert len(steps.wait_for_end(arn)["name"]) == 36


def test_an_input_that_is_no_json_is_refused(steps: Steps) -> None:
    machine = steps.machine(SUCCEED)
    with pytest.raises(steps.api.exceptions.InvalidExecutionInput):
        steps.api.start_execution(stateMachineArn=machine, input="{oops")
    assert steps.api.list_executions(stateMachineArn=machine)["executions"] == []


def test_a_definition_over_one_mib_is_refused(steps: Steps) -> None:
    with pytest.raises(steps.api.exceptions.ClientError) as caught:
        steps.machine({"S": {"Type": "Succeed", "Comment": "x" * 1024 * 1024}})
    assert code(caught.value) in {"InvalidDefinition", "ValidationException"}


def code(error: ClientError) -> str:
    return str(json.loads(json.dumps(error.response["Error"]))["Code"])
