"""Which failures are tried again, after which pause, and which are caught."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.stepfunctions.asl.failures import StateFailure, matches
from local.stepfunctions.asl.retry import Retries, interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.stepfunctions.conftest import Steps


def rng(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - repeatable on purpose


INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}}
retriers = st.fixed_dictionaries(
    {"ErrorEquals": st.just(["States.ALL"])},
    optional={
        "IntervalSeconds": st.integers(1, 1000),
        "BackoffRate": st.floats(1, 10),
        "MaxDelaySeconds": st.integers(1, 5000),
        "MaxAttempts": st.integers(0, 8),
    },
)


@given(retriers, st.integers(0, 30))
def test_an_interval_grows_by_its_rate_up_to_its_ceiling(retrier: dict[str, Any], attempt: int) -> None:
    seconds = interval(retrier, attempt)
    ceiling = retrier.get("MaxDelaySeconds", float("inf"))
    grown = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** attempt
    assert seconds == pytest.approx(min(grown, ceiling))


@given(retriers, st.integers(0, 2**32))
def test_full_jitter_stays_between_nothing_and_the_interval_and_repeats(
    retrier: dict[str, Any], seed: int
) -> None:
    jittered = {**retrier, "JitterStrategy": "FULL"}
    runs = [[pauses(jittered, rng(seed))] for _ in range(2)]
    assert runs[0] == runs[1]
    for attempt, pause in enumerate(runs[0][0]):
        assert 0 <= pause <= interval(retrier, attempt)


def pauses(retrier: dict[str, Any], random: Random) -> list[float]:
    retries, found = Retries([retrier], random), []
    while (pause := retries.pause(StateFailure("E", None))) is not None:
        found.append(pause)
    return found


@given(retriers)
def test_a_failure_is_retried_as_often_as_allowed_and_three_times_by_default(retrier: dict[str, Any]) -> None:
    assert len(pauses(retrier, rng(0))) == retrier.get("MaxAttempts", 3)


@pytest.mark.parametrize(
    ("names", "error", "covered"),
    [
        (["States.ALL"], "Anything", True),
        (["States.ALL"], None, True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.TaskFailed"], "ValueError", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.HeartbeatTimeout", False),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
        (["States.HeartbeatTimeout"], "States.Timeout", False),
        (["A", "B"], "B", True),
        (["A", "B"], "b", False),
        ([], "A", False),
    ],
)
def test_error_names_cover_what_aws_says(names: list[str], error: str | None, covered: bool) -> None:  # noqa: FBT001 - a table
    assert matches(names, error) is covered


class Flaky:
    """Fails with the given exceptions in turn, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, event: Any) -> Any:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return {"saw": event}


def test_a_task_is_tried_again_after_virtual_pauses(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    flaky = Flaky(ValueError("a"), ValueError("b"))
    function("f", flaky)
    retry = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 10, "BackoffRate": 3}]
    arn = steps.start(steps.machine({"T": {**INVOKE, "Retry": retry, "End": True}}))
    ended = steps.wait_for_end(arn)
    assert ended["status"] == "SUCCEEDED"
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=10 + 30)
    assert flaky.calls == 3
    kinds = steps.events(arn)
    assert (kinds.count("TaskScheduled"), kinds.count("TaskFailed"), kinds.count("TaskStateEntered")) == (
        3,
        2,
        1,
    )


def test_each_retrier_counts_its_own_attempts(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    flaky = Flaky(ValueError(), KeyError(), ValueError(), KeyError())
    function("f", flaky)
    retry = [
        {"ErrorEquals": ["ValueError"], "MaxAttempts": 2, "IntervalSeconds": 1, "BackoffRate": 1},
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1, "IntervalSeconds": 5},
    ]
    ended = steps.run({"T": {**INVOKE, "Retry": retry, "End": True}})
    assert (ended["error"], flaky.calls) == ("KeyError", 4)
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=1 + 5 + 1)


def test_the_retry_count_is_in_the_context_and_the_entered_time_stays(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    observed = []

    def handler(event: Any) -> Any:
        observed.append(event)
        if len(observed) < 3:
            raise ValueError("again")

    function("f", handler)
    arguments = {"FunctionName": "f", "Payload": "{% $states.context.State %}"}
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 60}]
    steps.run({"T": {**INVOKE, "Arguments": arguments, "Retry": retry, "End": True}})
    assert [each["RetryCount"] for each in observed] == [0, 1, 2]
    assert len({each["EnteredTime"] for each in observed}) == 1


def test_a_catcher_gets_the_error_and_sets_variables_and_output(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    function("f", Flaky(ValueError("bad")))
    catch = [
        {"ErrorEquals": ["KeyError"], "Next": "Wrong"},
        {
            "ErrorEquals": ["ValueError"],
            "Assign": {"why": "{% $states.errorOutput.Error %}"},
            "Output": "{% $states.input.c %}",
            "Next": "After",
        },
        {"ErrorEquals": ["States.ALL"], "Next": "Wrong"},
    ]
    states = {
        "T": {**INVOKE, "Catch": catch, "Next": "Wrong"},
        "Wrong": {"Type": "Fail", "Error": "Wrong"},
        "After": {"Type": "Pass", "Output": "{% [$why, $states.input] %}", "End": True},
    }
    assert steps.run(states, {"c": "x"})["output"] == ["ValueError", "x"]


def test_a_catcher_without_output_hands_the_error_on(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    function("f", Flaky(ValueError("bad")))
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "After"}]
    arn = steps.start(
        steps.machine({"T": {**INVOKE, "Catch": catch, "End": True}, "After": {"Type": "Succeed"}})
    )
    ended = steps.wait_for_end(arn)
    assert ended["output"]["Error"] == "ValueError"
    assert '"errorMessage":"bad"' in ended["output"]["Cause"]
    assert "TaskStateExited" in steps.events(arn)


def test_retries_come_before_catchers(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    flaky = Flaky(*[ValueError() for _ in range(9)])
    function("f", flaky)
    states = {
        "T": {
            **INVOKE,
            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S"}],
            "End": True,
        },
        "S": {"Type": "Succeed"},
    }
    assert steps.run(states)["status"] == "SUCCEEDED"
    assert flaky.calls == 3


def test_a_query_error_in_a_task_is_caught(steps: Steps) -> None:
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "S"}]
    task = {**INVOKE, "Arguments": {"FunctionName": "{% $nowhere %}"}, "Catch": catch, "End": True}
    assert steps.run({"T": task, "S": {"Type": "Succeed"}})["status"] == "SUCCEEDED"


def test_a_parallel_state_is_retried_as_a_whole(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    flaky, steady = Flaky(ValueError()), Flaky()
    function("f", flaky)
    function("g", steady)
    other = {**INVOKE, "Arguments": {"FunctionName": "g"}, "End": True}
    parallel = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "G", "States": {"G": other}},
            {
                "StartAt": "W",
                "States": {"W": {"Type": "Wait", "Seconds": 1, "Next": "F"}, "F": {**INVOKE, "End": True}},
            },
        ],
        "Retry": [{"ErrorEquals": ["ValueError"]}],
        "End": True,
    }
    assert steps.run({"P": parallel})["status"] == "SUCCEEDED"
    assert (flaky.calls, steady.calls) == (2, 2)
