"""Parallel and inline Map: several sequences of states inside one state, all or nothing."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

from local.clock import Waiter
from local.stepfunctions.asl.failures import DATA_LIMIT, StateFailure, Stopped
from local.stepfunctions.asl.limits import INLINE_CONCURRENCY
from local.stepfunctions.engine.progress import Progress
from local.stepfunctions.states.items import Item, item_input, items_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stepfunctions.engine.scope import Scope
    from local.stepfunctions.states.state_execution import Outcome, StateExecution
    from local.stepfunctions.states.state_sequence import StateSequence

    Part = tuple[int, StateSequence]
    """One branch or iteration: its index and its sequence."""


class BranchRunner:
    """Runs parts on threads of their own, some at a time, until all are done or one fails.

    Args:
        state: The Parallel or Map state.
        scope: What all parts are in.
        run: Does one part.
    """

    def __init__(self, state: StateExecution, scope: Scope, run: Callable[[Part], object]) -> None:
        self._state = state
        self._scope = scope
        self._run = run
        self._waiter = Waiter(state.clock)
        self._lock = threading.Lock()
        self._running = 0
        self._failure: Exception | None = None

    def run(self, parts: list[Part], most_at_once: int) -> None:
        """Run them all.

        Raises:
            StateFailure: That of the first part that failed; the others were aborted.
        """
        waiting = list(reversed(parts))
        while True:
            while waiting and self._failure is None and self._running < most_at_once:
                self._start(waiting.pop())
            if self._running == 0 and (not waiting or self._failure is not None):
                break
            self._wait()
        if self._failure is not None:
            raise self._failure

    def _wait(self) -> None:
        """Wait for news of a part; when the state itself is stopped, for the last one to unwind."""
        try:
            self._state.sequence.scope.wait(waiter=self._waiter)
        except Stopped:
            while self._running:
                self._waiter.wait()
            raise

    def _start(self, part: Part) -> None:
        with self._lock:
            self._running += 1
        self._state.clock.spawn(lambda: self._work(part), f"{self._state.name} {part[0]}")

    def _work(self, part: Part) -> None:
        failure: Exception | None = None
        try:
            self._run(part)
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - raised again on the thread of the state
            failure = error
        with self._lock:
            self._running -= 1
            self._failure = self._failure or failure
        if failure is not None:
            self._scope.stop()
        self._waiter.wake()


def run_parallel(state: StateExecution) -> Outcome:
    """Parallel: all branches, each with the same input; the result is the list of their outputs."""
    arguments = state.input
    if "Arguments" in state.definition:
        arguments = state.evaluate(state.definition["Arguments"], "Arguments")
    state.sequence.record("ParallelStateStarted")
    scope = state.sequence.scope.part()
    branches = enumerate(state.definition["Branches"])
    parts = [_part(state, scope, index, branch, arguments) for index, branch in branches]
    runner = BranchRunner(state, scope, lambda part: part[1].run())
    return _all_parts(state, runner, parts, len(parts))


def run_inline_map(state: StateExecution) -> Outcome:
    """Inline Map: the same sequence for each item; the result is the list of their outputs."""
    most_at_once = int(state.number("MaxConcurrency", 0)) or INLINE_CONCURRENCY
    items = items_of(state)
    state.sequence.record("MapStateStarted", length=len(items))
    scope = state.sequence.scope.part()
    processor = state.definition["ItemProcessor"]
    parts = [
        _part(state, scope, index, processor, item_input(state, item), item)
        for index, item in enumerate(items)
    ]
    runner = BranchRunner(state, scope, lambda part: _iterate(state, part))
    return _all_parts(state, runner, parts, min(most_at_once, INLINE_CONCURRENCY))


def _all_parts(state: StateExecution, runner: BranchRunner, parts: list[Part], most_at_once: int) -> Outcome:
    undone = [(index, sequence) for index, sequence in parts if not sequence.progress.finished]
    try:
        runner.run(undone, most_at_once)
    except StateFailure as failure:
        state.sequence.record(f"{state.kind}StateFailed")
        raise failure  # noqa: TRY201 - the traceback of the part's thread is of no use here
    result = [sequence.progress.output for _, sequence in parts]
    outcome = finish_with_result(state, result)
    state.sequence.record(f"{state.kind}StateSucceeded")
    return outcome


def finish_with_result(state: StateExecution, result: list[Any]) -> Outcome:
    """The outcome; where the result is too large, a redrive runs all parts again (AWS guide, "Redriving")."""
    try:
        return state.finish(state.definition, result, result=result)
    except StateFailure as failure:
        if failure.error == DATA_LIMIT:
            state.progress.forget_parts()
        raise


def _part(
    state: StateExecution,
    scope: Scope,
    index: int,
    definition: dict[str, Any],
    value: Any,
    item: Item | None = None,
) -> Part:
    outer = state.sequence
    fresh = Progress(definition["StartAt"], value, dict(state.progress.variables))
    return index, dataclasses.replace(
        outer,
        states=definition["States"],
        progress=state.progress.parts.setdefault(index, fresh),
        scope=scope.part(),
        path=f"{outer.path}/{state.name}.{state.retry_count}[{index}]",
        map_item=outer.map_item if item is None else item.context(),
    )


def _iterate(state: StateExecution, part: Part) -> None:
    index, sequence = part
    sequence.record("MapIterationStarted", name=state.name, index=index)
    try:
        sequence.run()
    except StateFailure:
        sequence.record("MapIterationFailed", name=state.name, index=index)
        raise
    except Stopped:
        sequence.record_abortion("MapIterationAborted", name=state.name, index=index)
        raise
    sequence.record("MapIterationSucceeded", name=state.name, index=index)
