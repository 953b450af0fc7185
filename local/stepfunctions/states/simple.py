"""What each state type does; the composite and the Task state have files of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.stepfunctions.asl.failures import NO_CHOICE, StateFailure
from local.stepfunctions.asl.times import parse_timestamp
from local.stepfunctions.states.branches import run_inline_map, run_parallel
from local.stepfunctions.states.distributed_map import run_distributed_map
from local.stepfunctions.states.task import run_task

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.stepfunctions.states.state_execution import Outcome, Visit


def run_pass(visit: Visit) -> Outcome:
    """Pass and Succeed: hand the input, or Output, on."""
    return visit.conclude(visit.definition, visit.input)


def run_fail(visit: Visit) -> Outcome:
    """Fail: with the Error and Cause that are given."""
    parts = [
        visit.evaluate(visit.definition[field], field) if field in visit.definition else None
        for field in ("Error", "Cause")
    ]
    for field, value in zip(("Error", "Cause"), parts, strict=True):
        if value is not None and not isinstance(value, str):
            raise visit.unexpected(visit.definition[field], field, "string", value)
    raise StateFailure(*parts)


def run_choice(visit: Visit) -> Outcome:
    """Choice: the first rule whose Condition is true, else Default."""
    for place, rule in enumerate(visit.definition["Choices"]):
        field = f"Choices[{place}]/Condition"
        holds = visit.evaluate(rule["Condition"], field)
        if not isinstance(holds, bool):
            raise visit.unexpected(rule["Condition"], field, "boolean", holds)
        if holds:
            return visit.conclude(rule, visit.input)
    if "Default" not in visit.definition:
        raise visit.failure(NO_CHOICE, "No rule of Choices matched and there is no Default.")
    return visit.conclude({**visit.definition, "Next": visit.definition["Default"]}, visit.input)


def run_wait(visit: Visit) -> Outcome:
    """Wait: for Seconds, or until Timestamp."""
    visit.flow.scope.wait(_until(visit))
    return visit.conclude(visit.definition, visit.input)


def run_map(visit: Visit) -> Outcome:
    """Map: inline, or distributed over child executions."""
    mode = visit.definition["ItemProcessor"].get("ProcessorConfig", {}).get("Mode", "INLINE")
    return run_distributed_map(visit) if mode == "DISTRIBUTED" else run_inline_map(visit)


def _until(visit: Visit) -> datetime:
    if "Timestamp" not in visit.definition:
        return visit.clock.now() + timedelta(seconds=visit.number("Seconds"))
    template: Any = visit.definition["Timestamp"]
    moment = visit.evaluate(template, "Timestamp")
    try:
        return parse_timestamp(moment)
    except (TypeError, ValueError) as error:
        raise visit.unexpected(template, "Timestamp", "ISO 8601 timestamp", moment) from error


RUNNERS: dict[str, Callable[[Visit], Outcome]] = {
    "Pass": run_pass,
    "Succeed": run_pass,
    "Fail": run_fail,
    "Choice": run_choice,
    "Wait": run_wait,
    "Task": run_task,
    "Parallel": run_parallel,
    "Map": run_map,
}
