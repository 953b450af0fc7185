"""One run of a Distributed Map: its child executions, how many may fail, and what became of them."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.clock import Waiter
from local.stepfunctions.asl.failures import Stopped
from local.stepfunctions.asl.limits import DISTRIBUTED_CONCURRENCY, dump
from local.stepfunctions.engine.execution import ABORTED, FAILED, RUNNING, SUCCEEDED, TIMED_OUT
from local.stepfunctions.engine.machine import stable_uuid

if TYPE_CHECKING:
    from datetime import datetime

    from local.stepfunctions.engine.execution import Execution
    from local.stepfunctions.engine.machine import Machine
    from local.stepfunctions.engine.scope import Scope

PENDING = "PENDING"


@dataclass
class Tolerance:
    """How many children may fail before the Map Run does.

    Attributes:
        count: ToleratedFailureCount, if given.
        percentage: ToleratedFailurePercentage, if given.
    """

    count: float | None = None
    percentage: float | None = None

    def exceeded(self, failed: int, total: int) -> bool:
        """Whether that many failures are too many; with both limits given, either suffices."""
        if self.count is None and self.percentage is None:
            return failed > 0
        over_count = self.count is not None and failed > self.count
        return over_count or (self.percentage is not None and failed * 100 > self.percentage * total)


class MapRun:
    """A Map Run.

    Args:
        parent: The execution with the Distributed Map.
        machine: What the children run.
        name: The uuid in its ARN.
        inputs: The children's inputs, in the order of the items.
        tolerance: How many may fail.
        most_at_once: MaxConcurrency; 0 for the quota.

    Attributes:
        arn: Its ARN.
        status: RUNNING, SUCCEEDED, FAILED or ABORTED.
        children: The child executions that were started, by index.
        redrive_count: How often it was redriven.
    """

    def __init__(
        self,
        parent: Execution,
        machine: Machine,
        name: str,
        inputs: list[Any],
        tolerance: Tolerance,
        most_at_once: int,
    ) -> None:
        self.parent = parent
        self.machine = machine
        self.arn = f"{machine.arn.replace(':stateMachine:', ':mapRun:', 1)}:{name}"
        self.tolerance = tolerance
        self.most_at_once = most_at_once
        self.status = RUNNING
        self.start_date = parent.clock.now()
        self.stop_date: datetime | None = None
        self.redrive_count = 0
        self.redrive_date: datetime | None = None
        self.children: dict[int, Execution] = {}
        self._inputs = inputs
        self._counts: Counter[str] = Counter({PENDING: len(inputs)})
        self._lock = threading.Lock()
        self._waiter = Waiter(parent.clock)
        self._due: list[int] = list(range(len(inputs)))

    @property
    def total(self) -> int:
        """How many items there are."""
        return len(self._inputs)

    @property
    def too_many_failures(self) -> bool:
        """Whether more children failed than are tolerated."""
        with self._lock:
            unsuccessful = self._counts[FAILED] + self._counts[TIMED_OUT] + self._counts[ABORTED]
        return self.tolerance.exceeded(unsuccessful, self.total)

    def run(self, scope: Scope) -> None:
        """Run all children that are due; returns when all have ended, or too many have failed.

        Raises:
            Stopped: The parent ended; all children have been aborted.
        """
        try:
            while not self.too_many_failures:
                self._start_due()
                if self._counts[RUNNING] == 0 and not self._due:
                    break
                scope.wait(waiter=self._waiter)
        except Stopped:
            self._end(ABORTED)
            raise
        self._end(FAILED if self.too_many_failures else SUCCEEDED)

    def redrive(self) -> None:
        """Make the unsuccessful children due again, beside those that were never started."""
        with self._lock:
            self.status, self.stop_date = RUNNING, None
            self.redrive_count += 1
            self.redrive_date = self.parent.clock.now()
            again = [index for index, child in self.children.items() if child.redrive_problem() is None]
            self._due = sorted({*again, *self._due})
            kept = (child.status for index, child in self.children.items() if index not in again)
            self._counts = Counter(kept) + Counter({PENDING: len(self._due)})
            self._waiter = Waiter(self.parent.clock)

    def update(self, most_at_once: int | None, count: float | None, percentage: float | None) -> None:
        """UpdateMapRun: change what is given while it runs."""
        with self._lock:
            self.most_at_once = self.most_at_once if most_at_once is None else most_at_once
            self.tolerance.count = self.tolerance.count if count is None else count
            self.tolerance.percentage = self.tolerance.percentage if percentage is None else percentage
        self._waiter.wake()

    def outputs(self) -> list[Any]:
        """The outputs of the children that succeeded, in the order of the items."""
        done = (self.children[index].progress.output for index in sorted(self.children) if self._done(index))
        return list(done)

    def counts(self) -> dict[str, int]:
        """How many there are of each status: itemCounts and executionCounts of DescribeMapRun."""
        with self._lock:
            counts = dict(self._counts)
        return {
            "pending": counts.get(PENDING, 0),
            "running": counts.get(RUNNING, 0),
            "succeeded": counts.get(SUCCEEDED, 0),
            "failed": counts.get(FAILED, 0),
            "timedOut": counts.get(TIMED_OUT, 0),
            "aborted": counts.get(ABORTED, 0),
            "total": self.total,
            "resultsWritten": 0,
            "failuresNotRedrivable": 0,
            "pendingRedrive": 0,
        }

    def _done(self, index: int) -> bool:
        return self.children[index].status == SUCCEEDED

    def _start_due(self) -> None:
        most = self.most_at_once or DISTRIBUTED_CONCURRENCY
        while self._due and self._counts[RUNNING] < most and not self.too_many_failures:
            index = self._due.pop(0)
            with self._lock:
                self._counts[PENDING] -= 1
                self._counts[RUNNING] += 1
            self._start(index)

    def _start(self, index: int) -> None:
        child = self.children.get(index)
        if child is None:
            child = self._new_child(index)
            child.start()
        else:
            child.redrive()
        child.on_end(functools.partial(self._on_child_end, child))

    def _new_child(self, index: int) -> Execution:
        host = self.parent.host
        name = stable_uuid(host.context.seed, self.arn, index)
        child = host.add_child(self.machine, name, dump(self._inputs[index]), self.arn)
        self.children[index] = child
        return child

    def _on_child_end(self, child: Execution) -> None:
        with self._lock:
            self._counts[RUNNING] -= 1
            self._counts[child.status] += 1
        self._waiter.wake()

    def _end(self, status: str) -> None:
        """Abort what still runs; what was not started never will be."""
        for child in list(self.children.values()):
            child.abort()
        self.status, self.stop_date = status, self.parent.clock.now()
