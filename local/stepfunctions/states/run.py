"""Runs an execution's states: which function does what each state type does."""

from collections.abc import Callable
from typing import Any

from local.stepfunctions.engine.engine import Engine
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.states.branches import run_inline_map, run_parallel
from local.stepfunctions.states.distributed_map import run_distributed_map
from local.stepfunctions.states.simple import run_choice, run_fail, run_pass, run_wait
from local.stepfunctions.states.state_execution import Outcome, StateExecution
from local.stepfunctions.states.state_sequence import StateSequence
from local.stepfunctions.states.task import run_task


def run_states(engine: Engine, execution: Execution, event: int) -> Any:
    """Run an execution from where its progress stands; returns the output.

    Args:
        engine: What it runs in.
        execution: Which one.
        event: The id of the event that started or redrove it.

    Raises:
        StateFailure: A state failed and nothing caught it.
        Stopped: The execution ended meanwhile.
    """
    states = execution.machine.definition["States"]
    return StateSequence(
        engine, execution, run_state, states, execution.progress, execution.scope, event
    ).run()


def run_state(sequence: StateSequence) -> None:
    """Run the present state of a sequence, and move on to the next one."""
    state = StateExecution(sequence)
    state.enter()
    outcome = state.run(RUNNERS[state.kind])
    state.leave(outcome)
    progress = sequence.progress
    progress.variables = {**progress.variables, **outcome.assigned}
    if outcome.next is None:
        progress.finish(outcome.output)
    else:
        progress.move_to(outcome.next, outcome.output)


def run_map(state: StateExecution) -> Outcome:
    """Map: inline, or distributed over child executions."""
    mode = state.definition["ItemProcessor"].get("ProcessorConfig", {}).get("Mode", "INLINE")
    return run_distributed_map(state) if mode == "DISTRIBUTED" else run_inline_map(state)


RUNNERS: dict[str, Callable[[StateExecution], Outcome]] = {
    "Pass": run_pass,
    "Succeed": run_pass,
    "Fail": run_fail,
    "Choice": run_choice,
    "Wait": run_wait,
    "Task": run_task,
    "Parallel": run_parallel,
    "Map": run_map,
}
