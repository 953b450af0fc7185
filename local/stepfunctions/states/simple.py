"""Pass, Succeed, Fail, Choice and Wait."""

from datetime import datetime, timedelta
from typing import Any

from local.stepfunctions.asl.failures import NO_CHOICE, StateFailure
from local.stepfunctions.asl.times import parse_timestamp
from local.stepfunctions.states.state_execution import Outcome, StateExecution


def run_pass(state: StateExecution) -> Outcome:
    """Pass and Succeed: hand the input, or Output, on."""
    return state.finish(state.definition, state.input)


def run_fail(state: StateExecution) -> Outcome:
    """Fail: with the Error and Cause that are given."""
    parts = [
        state.evaluate(state.definition[field], field) if field in state.definition else None
        for field in ("Error", "Cause")
    ]
    for field, value in zip(("Error", "Cause"), parts, strict=True):
        if value is not None and not isinstance(value, str):
            raise state.type_failure(state.definition[field], field, "string", value)
    raise StateFailure(*parts)


def run_choice(state: StateExecution) -> Outcome:
    """Choice: the first rule whose Condition is true, else Default."""
    for place, rule in enumerate(state.definition["Choices"]):
        field = f"Choices[{place}]/Condition"
        holds = state.evaluate(rule["Condition"], field)
        if not isinstance(holds, bool):
            raise state.type_failure(rule["Condition"], field, "boolean", holds)
        if holds:
            return state.finish(rule, state.input)
    if "Default" not in state.definition:
        raise state.failure(NO_CHOICE, "No rule of Choices matched and there is no Default.")
    return state.finish({**state.definition, "Next": state.definition["Default"]}, state.input)


def run_wait(state: StateExecution) -> Outcome:
    """Wait: for Seconds, or until Timestamp."""
    state.sequence.scope.wait(_until(state))
    return state.finish(state.definition, state.input)


def _until(state: StateExecution) -> datetime:
    if "Timestamp" not in state.definition:
        return state.clock.now() + timedelta(seconds=int(state.number("Seconds")))
    template: Any = state.definition["Timestamp"]
    moment = state.evaluate(template, "Timestamp")
    try:
        return parse_timestamp(moment)
    except (TypeError, ValueError) as error:
        raise state.type_failure(template, "Timestamp", "ISO 8601 timestamp", moment) from error
