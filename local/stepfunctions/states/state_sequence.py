"""Runs one sequence of states: an execution's own, or that of a branch or an iteration."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from local.stepfunctions.asl.failures import StateFailure, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.stepfunctions.engine.engine import Engine
    from local.stepfunctions.engine.execution import Execution
    from local.stepfunctions.engine.progress import Progress
    from local.stepfunctions.engine.scope import Scope
    from local.stepfunctions.tasks.sdk import Sdk


@dataclass
class StateSequence:
    """One sequence of states under way.

    Attributes:
        engine: What it runs in.
        execution: The execution that it is part of.
        run_state: Runs the present state and moves on; given, since Parallel and Map run sequences too.
        states: The definitions, by name.
        progress: Where it starts or continues.
        scope: What stops it.
        event: The id of the latest event, at first of the one before.
        path: Identifies it among the sequences of the execution; seeds its randomness.
        map_item: ``$states.context.Map.Item`` inside an inline Map's iteration.
        random: Where its jitter, its tokens and ``$random()`` come from.
    """

    engine: Engine
    execution: Execution
    run_state: Callable[[StateSequence], None]
    states: Mapping[str, Any]
    progress: Progress
    scope: Scope
    event: int
    path: str = ""
    map_item: Mapping[str, Any] | None = None
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        seed = f"{self.engine.context.seed} {self.execution.arn} {self.execution.redrive_count} {self.path}"
        self.random = Random(seed)  # noqa: S311 - repeatable on purpose

    @property
    def sdk(self) -> Sdk:
        """The AWS APIs as the machine calls them."""
        return self.engine.sdk(self.execution.machine)

    def run(self) -> Any:
        """Run state after state to the end; returns the output.

        Raises:
            StateFailure: A state failed and nothing caught it.
            Stopped: The execution ended meanwhile.
        """
        while not self.progress.finished:
            self.scope.check()
            self.run_state(self)
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
        """Record what was aborted with this branch; nothing, when the whole execution ended."""
        if not self.scope.root.stopped:
            with contextlib.suppress(Stopped, StateFailure):
                self.event = self.execution.history.add(kind, self.event, **details)
