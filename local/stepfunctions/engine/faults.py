"""Scripted faults: executions that end as they enter a state, and histories that are late or cut."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

SCRIPTED = "LocalAws.ScriptedFault"
"""The error of an execution that was aborted on request."""


@dataclass
class Stop:
    """Executions that are to be aborted as they enter a state.

    Attributes:
        machine: A pattern of state machines; children of their Distributed Maps count too.
        state: A pattern of state names.
        times: How many executions; None for all.
        after: How many enter the state well before, all executions counted together.
        struck: How many it has aborted so far.
    """

    machine: str
    state: str
    times: int | None = 1
    after: int = 0
    seen: int = 0
    struck: int = 0

    def strikes(self, machine: str, state: str) -> bool:
        """Whether it is meant for the execution that enters a state; counts it."""
        matches = fnmatchcase(machine, self.machine) and fnmatchcase(state, self.state)
        if self.struck == self.times or not matches:
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.struck += 1
        return True


class Faults:
    """Which executions are to be aborted where, and what GetExecutionHistory does not show.

    Attributes:
        stops: The earlier ones first; removing one calls it off.
        history_delay: For how long an event is not shown.
        history_cut: How many characters of a task's parameters are shown; None for all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.stops: list[Stop] = []
        self.history_delay = timedelta()
        self.history_cut: int | None = None

    def strike(self, machine: str, state: str) -> bool:
        """Whether the execution that enters a state now is to be aborted; every stop counts the entry."""
        with self._lock:
            return bool([stop for stop in self.stops if stop.strikes(machine, state)])
