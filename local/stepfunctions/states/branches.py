"""Parallel and inline Map: several sequences of states inside one state, all or nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from local.clock import Waiter
from local.stepfunctions.asl.failures import DATA_LIMIT, StateFailure, Stopped
from local.stepfunctions.asl.limits import INLINE_CONCURRENCY
from local.stepfunctions.engine.progress import Progress
from local.stepfunctions.states.items import Item, given_items
from local.stepfunctions.states.state_sequence import Flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.stepfunctions.engine.scope import Scope
    from local.stepfunctions.states.state_execution import Outcome, Visit

Part = tuple[int, Flow]
"""One branch or iteration: its index and its sequence."""


class Team:
    """Runs parts on threads of their own, some at a time, until all are done or one fails.

    Args:
        visit: The Parallel or Map state.
        scope: What all parts are in.
        run: Does one part.
    """

    def __init__(self, visit: Visit, scope: Scope, run: Callable[[Part], None]) -> None:
        self._visit = visit
        self._scope = scope
        self._run = run
        self._waiter = Waiter(visit.clock)
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
            self._visit.flow.scope.wait(waiter=self._waiter)
        except Stopped:
            while self._running:
                self._waiter.wait()
            raise

    def _start(self, part: Part) -> None:
        with self._lock:
            self._running += 1
        self._visit.clock.spawn(lambda: self._work(part), f"{self._visit.name} {part[0]}")

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


def run_parallel(visit: Visit) -> Outcome:
    """Parallel: all branches, each with the same input; the result is the list of their outputs."""
    arguments = visit.input
    if "Arguments" in visit.definition:
        arguments = visit.evaluate(visit.definition["Arguments"], "Arguments")
    started = visit.flow.record("ParallelStateStarted")
    scope = visit.flow.scope.part()
    branches = visit.definition["Branches"]
    parts = [
        (index, _flow(visit, scope, started, index, branch, arguments))
        for index, branch in enumerate(branches)
    ]
    team = Team(visit, scope, lambda part: _discard(part[1].run()))
    return _all_parts(visit, team, parts, len(parts))


def run_inline_map(visit: Visit) -> Outcome:
    """Inline Map: the same sequence for each item; the result is the list of their outputs."""
    most_at_once = int(visit.number("MaxConcurrency", 0)) or INLINE_CONCURRENCY
    items = given_items(visit)
    started = visit.flow.record("MapStateStarted", length=len(items))
    scope = visit.flow.scope.part()
    processor = visit.definition["ItemProcessor"]
    parts = [
        (index, _flow(visit, scope, started, index, processor, _selected(visit, item), item))
        for index, item in enumerate(items)
    ]
    team = Team(visit, scope, lambda part: _iterate(visit, part))
    return _all_parts(visit, team, parts, min(most_at_once, INLINE_CONCURRENCY))


def _all_parts(visit: Visit, team: Team, parts: list[Part], most_at_once: int) -> Outcome:
    undone = [(index, flow) for index, flow in parts if not flow.progress.finished]
    try:
        team.run(undone, most_at_once)
    except StateFailure as failure:
        visit.flow.record(f"{visit.kind}StateFailed")
        raise failure  # noqa: TRY201 - the traceback of the part's thread is of no use here
    result = [flow.progress.output for _, flow in parts]
    outcome = concluded(visit, result)
    visit.flow.record(f"{visit.kind}StateSucceeded")
    return outcome


def concluded(visit: Visit, result: list[Any]) -> Outcome:
    """The outcome; where the result is too large, a redrive runs all parts again (AWS guide, "Redriving")."""
    try:
        return visit.conclude(visit.definition, result, result=result)
    except StateFailure as failure:
        if failure.error == DATA_LIMIT:
            visit.progress.forget_parts()
        raise


def _flow(
    visit: Visit,
    scope: Scope,
    started: int,
    index: int,
    sequence: dict[str, Any],
    value: Any,
    item: Item | None = None,
) -> Flow:
    outer = visit.flow
    fresh = Progress(sequence["StartAt"], value, dict(visit.progress.variables))
    progress = visit.progress.parts.setdefault(index, fresh)
    path = f"{outer.path}/{visit.name}.{visit.retry_count}[{index}]"
    map_item = outer.map_item if item is None else item.context()
    return Flow(outer.execution, sequence["States"], progress, scope.part(), started, path, map_item)


def _selected(visit: Visit, item: Item) -> Any:
    if "ItemSelector" not in visit.definition:
        return item.value
    return visit.evaluate(visit.definition["ItemSelector"], "ItemSelector", item=item.context())


def _iterate(visit: Visit, part: Part) -> None:
    index, flow = part
    flow.record("MapIterationStarted", name=visit.name, index=index)
    try:
        flow.run()
    except StateFailure:
        flow.record("MapIterationFailed", name=visit.name, index=index)
        raise
    except Stopped:
        flow.record_abortion("MapIterationAborted", name=visit.name, index=index)
        raise
    flow.record("MapIterationSucceeded", name=visit.name, index=index)


def _discard(_: Any) -> None:
    """Outputs are read from the progress of each part."""
