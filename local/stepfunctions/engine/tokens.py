"""Task tokens: what a `.waitForTaskToken` task waits for, and what SendTask* brings."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.clock import Clock, Waiter
from local.stepfunctions.asl.failures import HEARTBEAT, TIMEOUT, StateFailure
from local.stepfunctions.engine.scope import Scope


class UnknownTokenError(Exception):
    """No task ever had this token."""


class TaskOverError(Exception):
    """The task of this token timed out, was answered already, or its execution has ended."""


@dataclass
class TaskToken:
    """One task that waits for an answer from outside.

    Attributes:
        text: The token itself.
        machine: ARN of the state machine whose task it is; of a Map's own one, ``…:NAME/LABEL``.
        heartbeat: When the last sign of life came.
        outcome: The result, or the failure, once it is there.
    """

    text: str
    machine: str
    heartbeat: datetime
    waiter: Waiter
    outcome: Any = None
    answered: bool = False
    over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, outcome: Any) -> None:
        """End the wait with a result or a `StateFailure`.

        Raises:
            TaskOverError: It has ended already.
        """
        with self.lock:
            if self.over or self.answered:
                raise TaskOverError
            self.outcome, self.answered = outcome, True
        self.waiter.wake()

    def beat(self, now: datetime) -> None:
        """Note a sign of life.

        Raises:
            TaskOverError: The wait has ended.
        """
        with self.lock:
            if self.over or self.answered:
                raise TaskOverError
            self.heartbeat = now
        self.waiter.wake()

    def give_up(self, failure: StateFailure) -> None:
        """End the wait with a time-out, unless an answer has just come."""
        with self.lock:
            if not self.answered:
                self.over = True
                raise failure


class Tokens:
    """All task tokens of one local AWS."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, TaskToken] = {}

    def issue(self, text: str, machine: str) -> TaskToken:
        """A new token of a task of a state machine; the task is about to start."""
        token = TaskToken(text, machine, self._clock.now(), Waiter(self._clock))
        with self._lock:
            self._tokens[text] = token
        return token

    def find(self, text: str) -> TaskToken:
        """The token with this text.

        Raises:
            UnknownTokenError: There is none.
        """
        with self._lock:
            if text not in self._tokens:
                raise UnknownTokenError
            return self._tokens[text]


@dataclass(frozen=True)
class TaskDeadlines:
    """How long a task may take.

    Attributes:
        deadline: When TimeoutSeconds are over.
        heartbeat: The longest time between two signs of life.
    """

    deadline: datetime | None
    heartbeat: Any = None

    def until(self, token: TaskToken) -> datetime | None:
        """The next moment at which patience may end."""
        beat = None if self.heartbeat is None else token.heartbeat + self.heartbeat
        return min((moment for moment in (self.deadline, beat) if moment is not None), default=None)

    def failure(self, token: TaskToken, now: datetime) -> StateFailure | None:
        """The time-out that has come by now, if one has."""
        if self.deadline is not None and now >= self.deadline:
            return StateFailure(TIMEOUT, None)
        if self.heartbeat is not None and now >= token.heartbeat + self.heartbeat:
            return StateFailure(HEARTBEAT, None)
        return None


def await_answer(token: TaskToken, deadlines: TaskDeadlines, scope: Scope) -> Any:
    """Wait until the task is answered; its result.

    Raises:
        StateFailure: SendTaskFailure's, States.Timeout or States.HeartbeatTimeout.
        Stopped: The execution ended meanwhile.
    """
    while not token.answered:
        failure = deadlines.failure(token, scope.clock.now())
        if failure is not None:
            token.give_up(failure)
        else:
            scope.wait_in_background(token.waiter, deadlines.until(token))
    if isinstance(token.outcome, StateFailure):
        raise token.outcome
    return token.outcome
