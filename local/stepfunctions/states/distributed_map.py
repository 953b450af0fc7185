"""Distributed Map: a child execution for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.stepfunctions.asl.failures import TOO_MANY_FAILURES, StateFailure
from local.stepfunctions.asl.limits import checked_dump
from local.stepfunctions.engine.machine import stable_uuid
from local.stepfunctions.engine.map_run import MapRun, Tolerance
from local.stepfunctions.states.branches import concluded
from local.stepfunctions.states.items import Item, given_items, read_items

if TYPE_CHECKING:
    from local.stepfunctions.states.state_execution import Outcome, Visit


def run_distributed_map(visit: Visit) -> Outcome:
    """Distributed Map: the result is the list of the outputs of the children that succeeded."""
    try:
        run = _redriven(visit) or _started(visit)
        run.run(visit.flow.scope)
        if run.too_many_failures:
            raise _too_many(visit)
        visit.flow.record("MapRunSucceeded")
        outcome = concluded(visit, run.outputs())
    except StateFailure:
        visit.flow.record("MapStateFailed")
        raise
    visit.flow.record("MapStateSucceeded")
    return outcome


def _started(visit: Visit) -> MapRun:
    most_at_once = int(visit.number("MaxConcurrency", 0))
    reads = "ItemReader" in visit.definition
    items = [] if reads else given_items(visit)
    visit.flow.record("MapStateStarted", length=len(items))
    tolerance = Tolerance(visit.number("ToleratedFailureCount"), visit.number("ToleratedFailurePercentage"))
    inputs = _inputs(visit, read_items(visit) if reads else items)
    execution = visit.flow.execution
    machine = execution.machine.child(label(visit), visit.definition["ItemProcessor"])
    name = stable_uuid(execution.engine.context.seed, execution.arn, visit.name, visit.flow.event)
    run = MapRun(execution, machine, name, inputs, tolerance, most_at_once)
    execution.engine.map_runs[run.arn] = run
    visit.progress.map_run = run
    visit.flow.record("MapRunStarted", mapRunArn=run.arn)
    return run


def _inputs(visit: Visit, items: list[Item]) -> list[Any]:
    inputs = [_selected(visit, item) for item in items]
    for value in inputs:
        checked_dump(value, visit.name)
    return inputs


def _selected(visit: Visit, item: Item) -> Any:
    if "ItemSelector" not in visit.definition:
        return item.value
    return visit.evaluate(visit.definition["ItemSelector"], "ItemSelector", item=item.context())


def _redriven(visit: Visit) -> MapRun | None:
    run = visit.progress.map_run
    if run is not None:
        run.redrive()
        visit.flow.record("MapRunRedriven", mapRunArn=run.arn, redriveCount=run.redrive_count)
    return run


def _too_many(visit: Visit) -> StateFailure:
    failure = StateFailure(TOO_MANY_FAILURES, "The specified tolerated failure threshold was exceeded")
    visit.flow.record("MapRunFailed", **failure.details())
    return failure


def label(visit: Visit) -> str:
    """The Map's Label, or one made from the machine and the state."""
    given = visit.definition.get("Label")
    return str(given or stable_uuid(visit.flow.execution.machine.arn, visit.name))
