"""Tasks that wait for an answer from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.stepfunctions.conftest import Steps

ARGUMENTS = {"FunctionName": "ask", "Payload": {"token": "{% $states.context.Task.Token %}"}}
ASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Arguments": ARGUMENTS}


class WaitingTask:
    """A machine that asks for an answer, and what it handed out."""

    def __init__(self, steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]) -> None:
        self.steps = steps
        self.tokens: list[str] = []
        function("ask", lambda event: self.tokens.append(event["token"]))

    def start(self, **fields: Any) -> str:
        arn = self.steps.start(self.steps.machine({"A": {**ASK, "End": True, **fields}}))
        self.steps.until(arn, "TaskSubmitted")
        return arn


@pytest.fixture
def waiting_task(steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]) -> WaitingTask:
    return WaitingTask(steps, function)


def test_success_ends_the_task_with_its_output(steps: Steps, waiting_task: WaitingTask) -> None:
    arn = waiting_task.start()
    assert steps.api.describe_execution(executionArn=arn)["status"] == "RUNNING"
    steps.api.send_task_success(taskToken=waiting_task.tokens[0], output='{"approved": true}')
    assert steps.wait_for_end(arn)["output"] == {"approved": True}
    kinds = [kind for kind in steps.events(arn) if kind.startswith("Task") and "State" not in kind]
    assert kinds == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_failure_fails_the_task_with_its_error(steps: Steps, waiting_task: WaitingTask) -> None:
    arn = waiting_task.start()
    steps.api.send_task_failure(taskToken=waiting_task.tokens[0], error="Refused", cause="by Ann")
    ended = steps.wait_for_end(arn)
    assert (ended["error"], ended["cause"]) == ("Refused", "by Ann")


def test_a_jumping_clock_does_not_run_away_from_somebody_who_is_asked(
    steps: Steps, waiting_task: WaitingTask
) -> None:
    before = steps.clock.now()
    arn = waiting_task.start(TimeoutSeconds=86_400)
    assert steps.clock.now() == before
    steps.api.send_task_success(taskToken=waiting_task.tokens[0], output="1")
    assert steps.wait_for_end(arn)["status"] == "SUCCEEDED"


def test_a_task_times_out_in_virtual_time(steps: Steps, waiting_task: WaitingTask) -> None:
    arn = waiting_task.start(TimeoutSeconds="{% 3600 %}")
    steps.clock.advance(3599)
    assert steps.api.describe_execution(executionArn=arn)["status"] == "RUNNING"
    steps.clock.advance(2)
    ended = steps.wait_for_end(arn)
    assert ended["error"] == "States.Timeout"
    assert ended["stopDate"] - ended["startDate"] == timedelta(hours=1)
    assert "TaskTimedOut" in steps.events(arn)
    with pytest.raises(steps.api.exceptions.TaskTimedOut):
        steps.api.send_task_success(taskToken=waiting_task.tokens[0], output="1")


def test_heartbeats_keep_a_task_alive_and_their_absence_ends_it(
    steps: Steps, waiting_task: WaitingTask
) -> None:
    arn = waiting_task.start(TimeoutSeconds=10_000, HeartbeatSeconds=100)
    for _ in range(3):
        steps.clock.advance(90)
        steps.api.send_task_heartbeat(taskToken=waiting_task.tokens[0])
    assert steps.api.describe_execution(executionArn=arn)["status"] == "RUNNING"
    steps.clock.advance(101)
    ended = steps.wait_for_end(arn)
    assert ended["error"] == "States.HeartbeatTimeout"
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=3 * 90 + 100)


def test_a_missed_heartbeat_is_caught_as_a_timeout(steps: Steps, waiting_task: WaitingTask) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "Next": "S"}]
    machine = steps.machine(
        {"A": {**ASK, "HeartbeatSeconds": 5, "Catch": catch, "End": True}, "S": {"Type": "Succeed"}}
    )
    arn = steps.start(machine)
    steps.until(arn, "TaskSubmitted")
    steps.clock.advance(6)
    assert steps.wait_for_end(arn)["status"] == "SUCCEEDED"
    assert waiting_task.tokens


def test_each_attempt_has_a_token_of_its_own(steps: Steps, waiting_task: WaitingTask) -> None:
    arn = waiting_task.start(Retry=[{"ErrorEquals": ["Later"], "IntervalSeconds": 5}])
    steps.api.send_task_failure(taskToken=waiting_task.tokens[0], error="Later")
    steps.until(arn, "TaskSubmitted", times=2)
    assert waiting_task.tokens[0] != waiting_task.tokens[1]
    steps.api.send_task_success(taskToken=waiting_task.tokens[1], output="1")
    assert steps.wait_for_end(arn)["status"] == "SUCCEEDED"


def test_a_token_answers_once_and_only_while_its_execution_runs(
    steps: Steps, waiting_task: WaitingTask
) -> None:
    arn = waiting_task.start()
    steps.api.send_task_success(taskToken=waiting_task.tokens[0], output="1")
    steps.wait_for_end(arn)
    for call in (
        lambda: steps.api.send_task_success(taskToken=waiting_task.tokens[0], output="1"),
        lambda: steps.api.send_task_failure(taskToken=waiting_task.tokens[0]),
        lambda: steps.api.send_task_heartbeat(taskToken=waiting_task.tokens[0]),
    ):
        with pytest.raises(steps.api.exceptions.TaskTimedOut):
            call()


def test_an_unknown_token_and_an_output_that_is_no_json_are_refused(
    steps: Steps, waiting_task: WaitingTask
) -> None:
    arn = waiting_task.start()
    with pytest.raises(steps.api.exceptions.InvalidToken):
        steps.api.send_task_success(taskToken="nobody", output="1")
    with pytest.raises(steps.api.exceptions.InvalidOutput):
        steps.api.send_task_success(taskToken=waiting_task.tokens[0], output="{oops")
    with pytest.raises(steps.api.exceptions.InvalidOutput):
        steps.api.send_task_success(taskToken=waiting_task.tokens[0], output='"' + "é" * 200_000 + '"')
    steps.api.stop_execution(executionArn=arn)


def test_an_answer_that_comes_before_the_task_waits_is_not_lost(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    function(
        "ask", lambda event: steps.api.send_task_success(taskToken=event["token"], output='"early"') and None
    )
    assert steps.run({"A": {**ASK, "End": True}})["output"] == "early"


def test_a_call_that_fails_leaves_no_token_to_answer(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    tokens = []

    def handler(event: Any) -> None:
        tokens.append(event["token"])
        raise ValueError("no")

    function("ask", handler)
    assert steps.run({"A": {**ASK, "End": True}})["error"] == "ValueError"
    with pytest.raises(steps.api.exceptions.TaskTimedOut):
        steps.api.send_task_success(taskToken=tokens[0], output="1")
