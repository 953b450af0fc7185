"""What the documentation of the Amazon States Language rules out is refused when a machine is created."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.stepfunctions.api.definition import check
from local.stepfunctions.asl.failures import InvalidDefinitionError

TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Arguments": {"FunctionName": "f"},
    "End": True,
}
PASS = {"Type": "Pass", "End": True}
WAIT = {"Type": "Wait", "End": True}
CHOICE = {"Type": "Choice", "Choices": [{"Condition": True, "Next": "Z"}]}
END = {"Type": "Succeed"}
PROCESSOR = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "P", "States": {"P": PASS}}
MAP = {"Type": "Map", "ItemProcessor": PROCESSOR, "End": True}


def catching(*names: str, others: int = 0) -> list[dict[str, Any]]:
    first = {"ErrorEquals": list(names), "Next": "Z"}
    return [first, *[{"ErrorEquals": ["E"], "Next": "Z"}] * others]


def retrying(**fields: Any) -> dict[str, Any]:
    return {**TASK, "Retry": [{"ErrorEquals": ["E"], **fields}]}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({**CHOICE, "Catch": catching("E")}, "/Catch cannot stand in a state of the type Choice"),
    ({**PASS, "Catch": catching("E")}, "/Catch cannot stand in a state of the type Pass"),
    ({**WAIT, "Seconds": 1, "Retry": [{"ErrorEquals": ["E"]}]}, "/Retry cannot stand in"),
    (
        {**TASK, "Catch": catching("States.ALL", others=1)},
        "States.ALL must appear alone and in the last entry",
    ),
    ({**TASK, "Catch": catching("States.ALL", "E")}, "States.ALL must appear alone"),
    ({**TASK, "Retry": [{"ErrorEquals": ["States.ALL", "E"]}]}, "/Retry[0]/ErrorEquals: States.ALL must"),
    ({**PASS, "Assign": {"states": 1}}, "the variable name 'states' is reserved"),
    ({**PASS, "Assign": {"a-b": 1}}, "'a-b' is not a valid variable name"),
    ({**PASS, "Assign": {"x" * 81: 1}}, "is not a valid variable name"),
    ({**CHOICE, "Choices": [{"Condition": True, "Next": "Z", "Assign": {"states": 1}}]}, "reserved"),
    *[({**TASK, field: "$"}, f"/{field} is a field of JSONPath") for field in ("InputPath", "ResultPath")],
    ({**PASS, "Parameters": {}}, "/Parameters is a field of JSONPath"),
    ({**WAIT, "SecondsPath": "$.s"}, "/SecondsPath is a field of JSONPath"),
    ({**MAP, "ItemsPath": "$.s"}, "/ItemsPath is a field of JSONPath"),
    ({**MAP, "ToleratedFailurePercentage": 101}, "must be a number from 0 to 100, not 101"),
    ({**MAP, "ToleratedFailurePercentage": -1}, "must be a number from 0 to 100, not -1"),
    ({**MAP, "MaxConcurrency": -1}, "/MaxConcurrency must be a number"),
    ({**MAP, "ToleratedFailureCount": 1.5}, "/ToleratedFailureCount must be a number"),
    ({**TASK, "TimeoutSeconds": 0}, "/TimeoutSeconds must be a number from 1 to 99999999, not 0"),
    ({**TASK, "TimeoutSeconds": 100_000_000}, "/TimeoutSeconds must be a number"),
    (
        {**TASK, "TimeoutSeconds": 9, "HeartbeatSeconds": 9},
        "/HeartbeatSeconds must be less than TimeoutSeconds",
    ),
    ({**WAIT, "Seconds": -1}, "/Seconds must be a number from 0 to 99999999, not -1"),
    ({**WAIT, "Seconds": 100_000_000}, "/Seconds must be a number"),
    ({**WAIT, "Seconds": 1.5}, "/Seconds must be a number"),
    ({**WAIT, "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z"}, "exactly one of Seconds and Timestamp"),
    (WAIT, "exactly one of Seconds and Timestamp"),
    (retrying(IntervalSeconds=0), "/Retry[0]/IntervalSeconds must be a number from 1"),
    (retrying(MaxAttempts=-1), "/Retry[0]/MaxAttempts must be a number from 0"),
    (retrying(MaxAttempts=1.5), "/Retry[0]/MaxAttempts must be a number"),
    (retrying(BackoffRate=0.5), "/Retry[0]/BackoffRate must be a number from 1"),
    (retrying(MaxDelaySeconds=31_622_401), "/Retry[0]/MaxDelaySeconds must be a number"),
    (retrying(IntervalSeconds=9, MaxDelaySeconds=9), "MaxDelaySeconds must be greater than IntervalSeconds"),
    ({**PASS, "Next": "Z"}, "has both Next and End"),
    ({"Type": "Succeed", "End": True}, "can have neither Next nor End"),
    ({"Type": "Fail", "Output": {}}, "can have neither Output nor Assign"),
]


def definition(state: dict[str, Any], **top: Any) -> str:
    states = {"S": {"Type": "Choice", "Choices": [{"Condition": True, "Next": "A"}], "Default": "Z"}}
    return json.dumps(
        {"QueryLanguage": "JSONata", "StartAt": "S", "States": {**states, "A": state, "Z": END}, **top}
    )


@pytest.mark.parametrize(("state", "sentence"), REFUSED)
def test_a_state_that_breaks_a_rule_is_refused_with_its_place(state: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        check(definition(state))
    assert str(caught.value).startswith("SCHEMA_VALIDATION_FAILED: /States/A")
    assert sentence in str(caught.value)


@pytest.mark.parametrize("seconds", [0, -1, 100_000_000, 1.5, "9"])
def test_a_machines_time_out_is_in_range(seconds: Any) -> None:
    with pytest.raises(InvalidDefinitionError, match="TimeoutSeconds"):
        check(definition(PASS, TimeoutSeconds=seconds))


@pytest.mark.parametrize(
    "state",
    [
        {**TASK, "Retry": [{"ErrorEquals": ["E"]}, {"ErrorEquals": ["States.ALL"]}]},
        {**TASK, "Catch": [*catching("E"), *catching("States.ALL")]},
        {**TASK, "TimeoutSeconds": 99_999_999, "HeartbeatSeconds": 1},
        {**TASK, "TimeoutSeconds": "{% 1 + 1 %}"},
        {**WAIT, "Seconds": 99_999_999},
        {**WAIT, "Seconds": "{% 5 %}"},
        {**MAP, "ToleratedFailurePercentage": "{% 5 %}", "MaxConcurrency": 0},
        retrying(IntervalSeconds=1, MaxAttempts=0, BackoffRate=1.5, MaxDelaySeconds=31_622_400),
    ],
)
def test_what_the_rules_allow_is_taken(state: dict[str, Any]) -> None:
    check(definition(state))
