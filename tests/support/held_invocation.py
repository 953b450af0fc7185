"""An invocation that stops in the middle, and goes on later, when others have been at work."""

from __future__ import annotations

from datetime import timedelta
from threading import Semaphore, Thread, current_thread
from typing import TYPE_CHECKING, Any

from tests.support.fault_plan import LATE, HeldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.deprovision_simulation import Simulation

LONGEST = timedelta(seconds=118)
"""Lambda ends an invocation after two minutes."""


class HeldInvocation(Thread):
    """One invocation in a thread of its own; of it and its caller only one is at work at any moment."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._answer: list[Any] = []
        self._error: BaseException | None = None
        self._held = False
        self._its_turn, self._callers_turn = Semaphore(0), Semaphore(0)

    def begin(self) -> Any:
        """Its answer, or its error.

        Raises:
            HeldError: It has stopped in the middle: for whoever called it, no answer comes.
        """
        self.start()
        self._callers_turn.acquire()
        if self._error is not None:
            raise self._error
        if not self._answer:
            raise HeldError
        return self._answer[0]

    def hold(self) -> None:
        """Stop until `go_on`."""
        self._held = True
        self._callers_turn.release()
        self._its_turn.acquire()

    def go_on(self) -> None:
        """Have it go on to its end; nobody hears of its answer."""
        if self._held:
            self._held = False
            self._its_turn.release()
            self._callers_turn.acquire()

    def run(self) -> None:
        """The thread."""
        try:
            self._answer.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised where the invocation was begun
            self._error = error
        self._callers_turn.release()


def hold_this_invocation() -> None:
    """Stop here, if this is an invocation that can be held."""
    thread = current_thread()
    if isinstance(thread, HeldInvocation):
        thread.hold()


def begin_invocation(simulation: Simulation, work: Callable[[], Any]) -> Any:
    """The answer of an invocation; one that stops in the middle goes on right before Lambda would end it."""
    if LATE not in simulation.faults.planned.values():
        return work()
    held = HeldInvocation(work)
    simulation.events.append((simulation.clock.moment + LONGEST, lambda _: held.go_on()))
    simulation.events.sort(key=lambda event: event[0])
    return held.begin()
