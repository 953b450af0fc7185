"""Executions, Map Runs and events as the API describes them."""

from typing import Any

from local.stepfunctions.engine.execution import RUNNING, Execution
from local.stepfunctions.engine.map_run import MapRun

INCLUDED = {"included": True}
SCHEDULED = "taskScheduledEventDetails"
DATA_MEMBERS = ("input", "output", "parameters", "assignedVariables")


def execution_item(execution: Execution) -> dict[str, Any]:
    """An element of ListExecutions."""
    description = {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine.arn,
        "stateMachineVersionArn": execution.machine.version_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.start_date,
        "stopDate": execution.stop_date,
        "mapRunArn": execution.map_run_arn,
        "itemCount": None if execution.map_run_arn is None else 1,
        "redriveCount": execution.redrive_count,
        "redriveDate": execution.redrive_date,
    }
    return _without_nulls(description)


def describe_execution(execution: Execution) -> dict[str, Any]:
    item = execution_item(execution)
    item.pop("itemCount", None)
    description = item | {
        "input": execution.input_text,
        "inputDetails": INCLUDED,
        "output": execution.output,
        "outputDetails": None if execution.output is None else INCLUDED,
        **execution.failure.details(),
        **_redrive_status(execution),
    }
    return _without_nulls(description)


def _redrive_status(execution: Execution) -> dict[str, str]:
    problem = execution.redrive_problem()
    if problem is not None:
        return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": problem}
    if execution.map_run_arn is not None:
        return {"redriveStatus": "REDRIVABLE_BY_MAP_RUN"}
    return {"redriveStatus": "REDRIVABLE"}


def shown_event(event: dict[str, Any], longest: int | None) -> dict[str, Any]:
    """An event whose task's parameters are cut after ``longest`` characters, if that is given."""
    details = event.get(SCHEDULED)
    if longest is None or details is None:
        return event
    return {**event, SCHEDULED: {**details, "parameters": details["parameters"][:longest]}}


def history_event(event: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """An event; without execution data unless it was requested."""
    if whole:
        return event
    return {
        key: {name: each for name, each in value.items() if name not in DATA_MEMBERS}
        if isinstance(value, dict)
        else value
        for key, value in event.items()
    }


def map_run_item(run: MapRun) -> dict[str, Any]:
    """An element of ListMapRuns."""
    description = {
        "executionArn": run.parent.arn,
        "mapRunArn": run.arn,
        "stateMachineArn": run.machine.arn,
        "startDate": run.start_date,
        "stopDate": run.stop_date,
    }
    return _without_nulls(description)


def describe_map_run(run: MapRun) -> dict[str, Any]:
    counts = run.counts()
    description = {
        "mapRunArn": run.arn,
        "executionArn": run.parent.arn,
        "status": run.status,
        "startDate": run.start_date,
        "stopDate": run.stop_date if run.status != RUNNING else None,
        "maxConcurrency": run.most_at_once,
        "toleratedFailurePercentage": run.tolerance.percentage or 0,
        "toleratedFailureCount": int(run.tolerance.count or 0),
        "itemCounts": counts,
        "executionCounts": counts,
        "redriveCount": run.redrive_count,
        "redriveDate": run.redrive_date,
    }
    return _without_nulls(description)


def _without_nulls(description: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in description.items() if value is not None}
