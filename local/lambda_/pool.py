"""The execution environments of one function: started on demand, kept warm, at most so many."""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator

from local.clock import Clock, Waiter
from local.lambda_.model import Function
from local.lambda_.worker import Worker


class Pool:
    """The workers of one `Function`.

    Args:
        function: What they run.
        start: Makes a worker.
        ceiling: Most workers at a time.
        clock: On which a caller that has to wait for a worker counts as waiting, and else as busy: a worker
            may wait for virtual time itself.
    """

    def __init__(
        self, function: Function, start: Callable[[Function], Worker], ceiling: int, clock: Clock
    ) -> None:
        self.function = function
        self._start = start
        self._ceiling = ceiling
        self._clock = clock
        self._changed = threading.Lock()
        self._queue = deque[Waiter]()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._count = 0
        self._retired = False

    @contextlib.contextmanager
    def worker(self) -> Iterator[Worker]:
        """A worker for one invocation: a warm one, a new one, or the first that becomes free."""
        worker = self._take() or self._new()
        self._busy.add(worker)
        try:
            yield worker
        finally:
            self._busy.discard(worker)
            self._give_back(worker)

    def prewarm(self) -> None:
        """Start one worker, unless there is one."""
        with self._changed:
            if self._count:
                return
        with self.worker():
            pass

    def retire(self) -> None:
        """End idle workers now and busy ones after their work."""
        with self._changed:
            self._retired = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def kill(self) -> None:
        """End every worker now, also in the middle of its work."""
        self.retire()
        for worker in list(self._busy):
            worker.kill()

    def _take(self) -> Worker | None:
        """An idle worker, or None with a place reserved for a new one."""
        while True:
            with self._changed:
                if self._idle:
                    return self._idle.pop()
                if self._count < self._ceiling:
                    self._count += 1
                    return None
                waiter = Waiter(self._clock)
                self._queue.append(waiter)
            waiter.wait()

    def _new(self) -> Worker:
        try:
            return self._start(self.function)
        except BaseException:
            self._forget_one()
            raise

    def _give_back(self, worker: Worker) -> None:
        with self._changed:
            keep = worker.alive and not self._retired
            if keep:
                self._idle.append(worker)
                self._wake_next()
        if not keep:
            worker.close()
            self._forget_one()

    def _forget_one(self) -> None:
        with self._changed:
            self._count -= 1
            self._wake_next()

    def _wake_next(self) -> None:
        if self._queue:
            self._queue.popleft().wake()
