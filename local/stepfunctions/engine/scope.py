"""What can be stopped as a whole: an execution, or one branch or iteration of it, with all its waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from local.clock import Waiter
from local.stepfunctions.asl.failures import Stopped

if TYPE_CHECKING:
    from datetime import datetime

    from local.clock import Clock


class Scope:
    """A tree of work in which a stopped part takes its own parts with it.

    Args:
        clock: The time that waits are on.
        parent: The scope that this one is a part of.

    Attributes:
        root: The scope of the whole execution.
        stopped: Whether it was stopped.
    """

    def __init__(self, clock: Clock, parent: Scope | None = None) -> None:
        self.clock = clock
        self.root: Scope = parent.root if parent else self
        self.stopped: bool = parent is not None and parent.stopped
        self._lock: threading.RLock = parent._lock if parent else threading.RLock()  # noqa: SLF001 - one tree
        self._parts: list[Scope] = []
        self._waiters: set[Waiter] = set()

    def part(self) -> Scope:
        """A new scope inside this one."""
        with self._lock:
            part = Scope(self.clock, self)
            self._parts.append(part)
            return part

    def stop(self) -> None:
        """End all waits inside; from now on `check` and `wait` raise `Stopped`."""
        for waiter in self._stop_all():
            waiter.wake()

    def check(self) -> None:
        """Raise `Stopped` once this scope was stopped."""
        if self.stopped:
            raise Stopped

    def wait(self, until: datetime | None = None, waiter: Waiter | None = None) -> bool:
        """Wait in virtual time; True when ``waiter`` was woken, False when ``until`` came.

        Raises:
            Stopped: The scope was stopped before or meanwhile.
        """
        waiter = waiter or Waiter(self.clock)
        with self._lock:
            self.check()
            self._waiters.add(waiter)
        try:
            woken = waiter.wait(until)
        finally:
            with self._lock:
                self._waiters.discard(waiter)
        self.check()
        return woken

    def wait_in_background(self, waiter: Waiter, until: datetime | None) -> None:
        """Wait for an answer from outside local AWS, which a jumping clock does not jump for."""
        alarm = None if until is None else self.clock.call_at(until, waiter.wake)
        try:
            self.wait(waiter=waiter)
        finally:
            if alarm is not None:
                self.clock.cancel(alarm)

    def _stop_all(self) -> list[Waiter]:
        with self._lock:
            self.stopped = True
            inner = [waiter for part in self._parts for waiter in part._stop_all()]  # noqa: SLF001 - one tree
            return inner + list(self._waiters)
