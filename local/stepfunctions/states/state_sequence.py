"""Runs one sequence of states: an execution's own, or that of a branch or an iteration."""

from __future__ import annotations

import contextlib
from random import Random
from typing import TYPE_CHECKING, Any

from local.stepfunctions.asl.failures import StateFailure, Stopped
from local.stepfunctions.states.state_execution import StateExecution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.stepfunctions.engine.execution import Execution
    from local.stepfunctions.engine.progress import Progress
    from local.stepfunctions.engine.scope import Scope


class StateSequence:
    """One sequence of states under way.

    Args:
        execution: The execution that it is part of.
        states: The definitions, by name.
        progress: Where it starts or continues.
        scope: What stops it.
        event: The id of the event before its first one.
        path: Tells it from the other sequences of the execution; seeds its randomness.
        map_item: ``$states.context.Map.Item`` inside an inline Map's iteration.
    """

    def __init__(
        self,
        execution: Execution,
        states: Mapping[str, Any],
        progress: Progress,
        scope: Scope,
        event: int,
        path: str = "",
        map_item: Mapping[str, Any] | None = None,
    ) -> None:
        self.execution = execution
        self.states = states
        self.progress = progress
        self.scope = scope
        self.event = event
        self.path = path
        self.map_item = map_item
        seed = f"{execution.engine.context.seed} {execution.arn} {execution.redrive_count} {path}"
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose

    def run(self) -> Any:
        """Run state after state to the end; returns the output.

        Raises:
            StateFailure: A state failed and nothing caught it.
            Stopped: The execution ended meanwhile.
        """
        while not self.progress.finished:
            self._step()
        return self.progress.output

    def record(self, kind: str, **details: Any) -> int:
        """Add an event to the execution's history, following this sequence's last one.

        Raises:
            Stopped: This sequence was stopped.
        """
        self.scope.check()
        self.event = self.execution.history.add(kind, self.event, **details)
        return self.event

    def record_abortion(self, kind: str, **details: Any) -> None:
        """Note what was aborted with this branch; when the whole execution ended, nothing is noted."""
        if not self.scope.root.stopped:
            with contextlib.suppress(Stopped, StateFailure):
                self.event = self.execution.history.add(kind, self.event, **details)

    def _step(self) -> None:
        self.scope.check()
        state = StateExecution(self)
        state.enter()
        outcome = state.run()
        state.leave(outcome)
        self.progress.variables = {**self.progress.variables, **outcome.assigned}
        if outcome.next is None:
            self.progress.finish(outcome.output)
        else:
            self.progress.move_to(outcome.next, outcome.output)
