"""The clock that every part of local AWS shares.

It runs in one of two ways. *Paced* (``speed`` virtual seconds a real second): `make local` and the demo.
*Jumping* (``speed=None``): tests and benches; it jumps to the next due moment once everything waits, so
thirty virtual minutes take no time.

Either way virtual time stands still while work is under way (`Clock.busy`), and never passes a due moment
before what is due has run: a paced clock that the machine held up is slow for a while, and never skips. So
the moment of each event depends on the waits before it alone, and not on the machine's speed. What is due is
begun in the order of time, then of scheduling; what begins at the same moment runs at the same time.
"""

import heapq
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LONGEST_REAL_WAIT = 0.5
"""Real seconds after which the driver looks again although nothing changed."""


@dataclass(order=True)
class Alarm:
    """One due moment and what to do then.

    A ``foreground`` alarm is worth jumping to; a background one rings when time passes it for another reason.
    """

    due: datetime
    order: int
    ring: Callable[[], None] = field(compare=False)
    foreground: bool = field(compare=False)
    canceled: bool = field(default=False, compare=False)


class Clock:
    """Virtual time: read it, wait on it, be called at a moment of it.

    Args:
        start: The first moment, timezone-aware.
        speed: Virtual seconds per real second, or None to jump from due moment to due moment.
        real_time: Real seconds, from any zero; only their differences count.
    """

    def __init__(
        self, start: datetime, speed: float | None = None, *, real_time: Callable[[], float] = time.monotonic
    ) -> None:
        self.speed = speed
        self._real_time = real_time
        self.changed = threading.Condition(threading.RLock())
        self._virtual = start.astimezone(UTC)
        self._anchor = real_time()
        self._working = 0
        self._ringing = False
        self._order = itertools.count()
        self._alarms: list[Alarm] = []
        self._waiting_together = Counter[str]()
        self._closed = False
        threading.Thread(target=self._drive, name="clock", daemon=True).start()

    def now(self) -> datetime:
        """The virtual moment, in UTC."""
        with self.changed:
            self._catch_up()
            return self._virtual

    @property
    def working(self) -> bool:
        """Whether any work is under way, the caller's own included."""
        with self.changed:
            return self._working > 0

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Time stands still while the block works; a `Waiter` used inside it counts as waiting."""
        self.count_working(+1)
        try:
            yield
        finally:
            self.count_working(-1)

    def spawn(self, work: Callable[[], None], name: str = "work") -> threading.Thread:
        """Run ``work`` on a thread of its own that counts as busy from this moment on."""
        self.count_working(+1)

        def run() -> None:
            try:
                work()
            finally:
                self.count_working(-1)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

    def call_at(self, due: datetime, work: Callable[[], None], *, foreground: bool = False) -> Alarm:
        """Spawn ``work`` once ``due`` has come; `cancel` takes it back."""

        def ring() -> None:
            self.spawn(work)

        return self.set_alarm(due, ring, foreground=foreground)

    def set_alarm(self, due: datetime, ring: Callable[[], None], *, foreground: bool) -> Alarm:
        """Have ``ring`` called on the clock's own thread, under its lock, once ``due`` has come."""
        with self.changed:
            alarm = Alarm(due, next(self._order), ring, foreground)
            heapq.heappush(self._alarms, alarm)
            self.changed.notify_all()
            return alarm

    def cancel(self, alarm: Alarm) -> None:
        """Cancel an alarm, unless it has rung."""
        with self.changed:
            alarm.canceled = True
            self.changed.notify_all()

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass, with everything that falls due meanwhile (for tests and scripts)."""
        with self.busy():
            Waiter(self).wait(self.now() + timedelta(seconds=seconds))

    def pace(self, speed: float | None) -> None:
        """Run at another speed from now on, or jump (None)."""
        with self.changed:
            self._catch_up()
            self.speed = speed
            self.changed.notify_all()

    def close(self) -> None:
        """Stop the clock's thread; no alarm rings after that."""
        with self.changed:
            self._closed = True
            self.changed.notify_all()

    def count_working(self, change: int) -> None:
        """Note that one more (+1) or one less (-1) piece of work is under way."""
        with self.changed:
            self._catch_up()
            self._working += change
            self.changed.notify_all()

    def count_waiting(self, change: int, together: str | None) -> None:
        """Note that one more (+1) or one less (-1) thread waits; those that wait ``together`` work as one."""
        with self.changed:
            if together is None:
                self.count_working(-change)
                return
            waited = bool(self._waiting_together[together])
            self._waiting_together[together] += change
            if waited != bool(self._waiting_together[together]):
                self.count_working(-change)

    def _catch_up(self) -> None:
        """Bring a paced clock's time up to the real moment: not while anything works, nor past an alarm."""
        real = self._real_time()
        if self.speed is not None and not self._working and not self._ringing:
            moment = self._virtual + timedelta(seconds=(real - self._anchor) * self.speed)
            alarm = self._next_alarm()
            self._virtual = moment if alarm is None else max(self._virtual, min(moment, alarm.due))
        self._anchor = real

    def _next_alarm(self) -> Alarm | None:
        """The earliest alarm that has not rung; the canceled ones before it are dropped."""
        while self._alarms and self._alarms[0].canceled:
            heapq.heappop(self._alarms)
        return self._alarms[0] if self._alarms else None

    def _drive(self) -> None:
        with self.changed:
            while not self._closed:
                self._catch_up()
                self._ring_due()
                if not self._jump():
                    self.changed.wait(self._real_seconds_to_next())

    def _ring_due(self) -> None:
        while (alarm := self._next_alarm()) is not None and alarm.due <= self._virtual:
            heapq.heappop(self._alarms)
            self._ringing = True  # time stands still until what rings counts as work
            alarm.ring()
            self._ringing = False

    def _jump(self) -> bool:
        """Move to the next due moment, if this clock jumps, nothing works, and a foreground alarm is set."""
        waited_for = any(alarm.foreground and not alarm.canceled for alarm in self._alarms)
        if self.speed is not None or self._working or not waited_for:
            return False
        self._virtual = max(self._virtual, self._alarms[0].due)
        return True

    def _real_seconds_to_next(self) -> float:
        alarm = self._next_alarm()
        if self.speed is None or self._working or alarm is None:
            return LONGEST_REAL_WAIT
        return min(LONGEST_REAL_WAIT, (alarm.due - self._virtual).total_seconds() / self.speed)


class Waiter:
    """One place where one busy thread waits: for a moment, for another thread's `wake`, or for either.

    The thread counts as waiting in between and as busy again from the moment that it is released, before it
    has run: a jumping clock cannot slip past it.

    Args:
        clock: On which it waits.
        together: Threads that wait under this name count as one piece of work; None: this one is its own.
    """

    def __init__(self, clock: Clock, together: str | None = None) -> None:
        self._clock = clock
        self._together = together
        self._released = threading.Event()
        self._waiting = False
        self._woken = False
        self._alarm: Alarm | None = None

    def wait(self, until: datetime | None = None) -> bool:
        """Wait; True when `wake` ended it (or was called before), False when ``until`` came."""
        with self._clock.changed:
            if not self._woken:
                self._begin(until)
        if self._waiting or self._released.is_set():
            self._released.wait()
        with self._clock.changed:
            woken, self._woken = self._woken, False
            self._released.clear()
            return woken

    def wake(self) -> None:
        """End the wait from another thread; before the wait has begun, it then ends at once."""
        with self._clock.changed:
            self._woken = True
            if self._waiting:
                self._release()

    def _begin(self, until: datetime | None) -> None:
        self._waiting = True
        if until is not None:
            self._alarm = self._clock.set_alarm(until, self._release, foreground=True)
        self._clock.count_waiting(+1, self._together)

    def _release(self) -> None:
        if not self._waiting:
            return
        self._waiting = False
        if self._alarm is not None:
            self._clock.cancel(self._alarm)
            self._alarm = None
        self._clock.count_waiting(-1, self._together)
        self._released.set()
