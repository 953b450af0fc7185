"""One execution of a state machine: its record, its thread, its end, its redrives."""

from __future__ import annotations

import json
import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from local.stepfunctions.asl.failures import RUNTIME, TIMEOUT, StateFailure, Stopped
from local.stepfunctions.asl.limits import HISTORY_EVENTS, REDRIVE_PERIOD, REDRIVES, dump
from local.stepfunctions.asl.times import iso
from local.stepfunctions.engine.history import WHOLE, History
from local.stepfunctions.engine.progress import Progress
from local.stepfunctions.engine.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.clock import Alarm
    from local.context import Context
    from local.stepfunctions.engine.machine import Machine

RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
TIMED_OUT = "TIMED_OUT"
ABORTED = "ABORTED"

LAST_EVENTS = {
    SUCCEEDED: "ExecutionSucceeded",
    FAILED: "ExecutionFailed",
    TIMED_OUT: "ExecutionTimedOut",
    ABORTED: "ExecutionAborted",
}
LOG = logging.getLogger("local.stepfunctions")


class Host(Protocol):
    """What executions and Map Runs need of the engine that they run in."""

    context: Context

    def run(self, execution: Execution, event: int) -> Any:
        """Run its states from where it stands, after the event with this id; the output."""

    def publish(self, execution: Execution) -> None:
        """Make a change of its status known."""

    def add_child(self, machine: Machine, name: str, input_text: str, map_run_arn: str) -> Execution:
        """A new execution of a Map Run, not started yet."""


class Execution:
    """One execution.

    Args:
        host: The engine that it runs in.
        machine: What it runs.
        name: Its name.
        input_text: Its input, JSON.
        map_run_arn: The Map Run that it is a child of.

    Attributes:
        arn: Its ARN.
        status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        output: JSON, once it succeeded.
        failure: Error and cause, once it ended otherwise.
        history: Its events.
        redrive_count: How often it was redriven.
        redrive_tokens: When it was, by the client tokens that asked for it.
        redriving: Held by the one request that is redriving it.
    """

    def __init__(
        self, host: Host, machine: Machine, name: str, input_text: str, map_run_arn: str | None = None
    ) -> None:
        self.host = host
        self.clock = host.context.clock
        self.machine = machine
        self.name = name
        self.arn = machine.execution_arn(name)
        self.input_text = input_text
        self.input = json.loads(input_text)
        self.map_run_arn = map_run_arn
        self.status = RUNNING
        self.start_date = self.clock.now()
        self.stop_date: datetime | None = None
        self.output: str | None = None
        self.failure = StateFailure(None, None)
        self.redrive_count = 0
        self.redrive_date: datetime | None = None
        self.redrive_tokens: dict[str, datetime | None] = {}
        self.redriving = threading.Lock()
        self.history = History(self.clock)
        self.progress = Progress(machine.definition["StartAt"], self.input)
        self.scope = Scope(self.clock)
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._timeout: Alarm | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status == RUNNING

    def start(self) -> None:
        """Begin; it counts as busy on the clock when this returns."""
        event = self.history.add(
            "ExecutionStarted",
            0,
            input=self.input_text,
            inputDetails=WHOLE,
            roleArn=self.machine.role_arn,
            **({"stateMachineVersionArn": self.machine.version_arn} if self.machine.version_arn else {}),
        )
        self._run_from(event)

    def redrive(self) -> None:
        """Continue from the state in which it ended; the caller has seen that `redrive_problem` is None."""
        if self._thread is not None:
            self._thread.join()  # an aborted run may still be inside a call
        with self._lock:
            self.redrive_count += 1
            self.redrive_date = self.clock.now()
            self.status, self.stop_date = RUNNING, None
            self.failure = StateFailure(None, None)
            self.scope = Scope(self.clock)
            event = self.history.reopen("ExecutionRedriven", redriveCount=self.redrive_count)
        self._run_from(event)

    def redrive_problem(self) -> str | None:
        """Why it cannot be redriven, or None (AWS Step Functions guide, "Redriving executions")."""
        if self.status in {RUNNING, SUCCEEDED}:
            return f"Execution is {self.status} and cannot be redriven"
        if self.stop_date is not None and self.clock.now() - self.stop_date > REDRIVE_PERIOD:
            return "Execution has exceeded the redrivable period of 14 days and cannot be redriven"
        if self.redrive_count >= REDRIVES:
            return f"Execution has been redriven {REDRIVES} times and cannot be redriven"
        if len(self.history.events) >= HISTORY_EVENTS - 1:
            return "Execution history event limit exceeded, the execution cannot be redriven"
        return None

    def finish(self, status: str, *, output: str | None = None, failure: StateFailure | None = None) -> bool:
        """End it, whatever it does at the moment; False when it had ended before."""
        with self._lock:
            if self.status != RUNNING:
                return False
            self.failure = failure or self.failure
            self.output = output
            details = (
                {"output": output, "outputDetails": WHOLE} if output is not None else self.failure.details()
            )
            self.history.close(LAST_EVENTS[status], **details)
            self.status, self.stop_date = status, self.clock.now()
            listeners, self._listeners = self._listeners, []
        self.scope.stop()
        if self._timeout is not None:
            self.clock.cancel(self._timeout)
        self.host.publish(self)
        for listener in listeners:
            listener()
        return True

    def abort(self, error: str | None = None, cause: str | None = None) -> bool:
        """End it as StopExecution does; False when it had ended before."""
        return self.finish(ABORTED, failure=StateFailure(error, cause))

    def on_end(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called once when the execution ends, at once if it has."""
        with self._lock:
            if self.status == RUNNING:
                self._listeners.append(listener)
                return
        listener()

    def context(self) -> dict[str, Any]:
        """``$states.context.Execution``."""
        redriven = {} if self.redrive_date is None else {"RedriveTime": iso(self.redrive_date)}
        return {
            "Id": self.arn,
            "Input": self.input,
            "Name": self.name,
            "RoleArn": self.machine.role_arn,
            "StartTime": iso(self.start_date),
            "RedriveCount": self.redrive_count,
            **redriven,
        }

    def summary(self) -> dict[str, Any]:
        """Its description as `startExecution.sync` gives it."""
        description: dict[str, Any] = {
            "ExecutionArn": self.arn,
            "Input": self.input_text,
            "InputDetails": {"Included": True},
            "Name": self.name,
            "StartDate": int(self.start_date.timestamp() * 1000),
            "StateMachineArn": self.machine.arn,
            "Status": self.status,
        }
        if self.output is not None:
            description |= {"Output": self.output, "OutputDetails": {"Included": True}}
        if self.stop_date is not None:
            description["StopDate"] = int(self.stop_date.timestamp() * 1000)
        return description | {name.capitalize(): text for name, text in self.failure.details().items()}

    def _run_from(self, event: int) -> None:
        if self.machine.timeout is not None:
            due = self.clock.now() + timedelta(seconds=self.machine.timeout)
            self._timeout = self.clock.call_at(due, self._time_out)
        self.host.publish(self)
        self._thread = self.clock.spawn(lambda: self._run_states(event), self.arn)

    def _time_out(self) -> None:
        self.finish(TIMED_OUT, failure=StateFailure(TIMEOUT, None))

    def _run_states(self, event: int) -> None:
        try:
            self.finish(SUCCEEDED, output=dump(self.host.run(self, event)))
        except Stopped:
            return
        except StateFailure as failure:
            self.finish(FAILED, failure=failure)
        except Exception as error:
            LOG.exception("the interpreter failed in %s", self.arn)
            self.finish(FAILED, failure=StateFailure(RUNTIME, f"{type(error).__name__}: {error}"))
