"""Scripted faults: end an execution at the moment that it enters a state."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.stepfunctions.execution import Execution

SCRIPTED = "LocalAws.ScriptedFault"
"""The error of an execution that was aborted on request."""


class Faults:
    """Which executions are to be aborted where."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted: set[tuple[str, str, int]] = set()
        self._entered: Counter[tuple[str, str]] = Counter()

    def stop_at(self, machine_name: str, state_name: str, nth: int = 1) -> None:
        """Abort the execution that is the ``nth`` from now to enter the state.

        Args:
            machine_name: The state machine; children of its Distributed Maps count too.
            state_name: The state.
            nth: Counts the entries of all executions together.
        """
        with self._lock:
            place = (machine_name, state_name)
            self._wanted.add((*place, self._entered[place] + nth))

    def entered(self, execution: Execution, state_name: str) -> None:
        """Note that an execution has entered a state, and abort it if that is wanted."""
        place = (execution.machine.base_name, state_name)
        with self._lock:
            self._entered[place] += 1
            visit = (*place, self._entered[place])
            wanted = visit in self._wanted
            self._wanted.discard(visit)
        if wanted:
            execution.abort(SCRIPTED, f"aborted on entering '{state_name}', as was asked for")
