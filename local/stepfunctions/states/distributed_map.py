"""Distributed Map: a child execution for each item."""

from typing import Any

from local.stepfunctions.asl.failures import TOO_MANY_FAILURES, StateFailure
from local.stepfunctions.asl.limits import dump_payload
from local.stepfunctions.engine.machine import stable_uuid
from local.stepfunctions.engine.map_run import MapRun, Tolerance
from local.stepfunctions.states.branches import finish_with_result
from local.stepfunctions.states.items import Item, item_input, items_of, read_items
from local.stepfunctions.states.state_execution import Outcome, StateExecution


def run_distributed_map(state: StateExecution) -> Outcome:
    """Distributed Map: the result is the list of the outputs of the children that succeeded."""
    try:
        run = _redrive(state) or _start(state)
        run.run(state.sequence.scope)
        if run.too_many_failures:
            raise _too_many(state)
        state.sequence.record("MapRunSucceeded")
        outcome = finish_with_result(state, run.outputs())
    except StateFailure:
        state.sequence.record("MapStateFailed")
        raise
    state.sequence.record("MapStateSucceeded")
    return outcome


def _start(state: StateExecution) -> MapRun:
    most_at_once = int(state.number("MaxConcurrency", 0))
    reads = "ItemReader" in state.definition
    items = [] if reads else items_of(state)
    state.sequence.record("MapStateStarted", length=len(items))
    tolerance = Tolerance(state.number("ToleratedFailureCount"), state.number("ToleratedFailurePercentage"))
    inputs = _inputs(state, read_items(state) if reads else items)
    engine, execution = state.sequence.engine, state.sequence.execution
    machine = execution.machine.child(label(state), state.definition["ItemProcessor"])
    name = stable_uuid(engine.context.seed, execution.arn, state.name, state.sequence.event)
    run = MapRun(execution, machine, name, inputs, tolerance, most_at_once)
    engine.map_runs[run.arn] = run
    state.progress.map_run = run
    state.sequence.record("MapRunStarted", mapRunArn=run.arn)
    return run


def _inputs(state: StateExecution, items: list[Item]) -> list[Any]:
    inputs = [item_input(state, item) for item in items]
    for value in inputs:
        dump_payload(value, state.name)
    return inputs


def _redrive(state: StateExecution) -> MapRun | None:
    run: MapRun | None = state.progress.map_run
    if run is not None:
        run.redrive()
        state.sequence.record("MapRunRedriven", mapRunArn=run.arn, redriveCount=run.redrive_count)
    return run


def _too_many(state: StateExecution) -> StateFailure:
    failure = StateFailure(TOO_MANY_FAILURES, "The specified tolerated failure threshold was exceeded")
    state.sequence.record("MapRunFailed", **failure.details())
    return failure


def label(state: StateExecution) -> str:
    """The Map's Label, or one made from the machine and the state."""
    given = state.definition.get("Label")
    return str(given or stable_uuid(state.sequence.execution.machine.arn, state.name))
