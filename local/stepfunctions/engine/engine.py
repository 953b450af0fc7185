"""Everything that Step Functions runs in one local AWS: executions, Map Runs, task tokens, faults."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from local.clients import role_session
from local.iam.service_roles import STATES, may_assume
from local.stepfunctions.asl.failures import TASK_FAILED, StateFailure
from local.stepfunctions.asl.limits import NAME_KEPT
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.engine.faults import Faults
from local.stepfunctions.engine.machine import Machine, stable_uuid
from local.stepfunctions.engine.status_events import publish_status
from local.stepfunctions.engine.tokens import Tokens
from local.stepfunctions.tasks.functions import Functions
from local.stepfunctions.tasks.sdk import Sdk

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.context import Context
    from local.stepfunctions.engine.map_run import MapRun

SESSION_NAME = "StepFunctions"
LOG = logging.getLogger("local.stepfunctions")


class UnknownExecutionError(Exception):
    """No execution has this ARN."""


class NameTakenError(Exception):
    """An execution of this machine had the name, with another input or within the last 90 days."""


class Engine:
    """The executions of one local AWS.

    Args:
        context: The local AWS that it is part of.
        run_states: Runs the states of an execution after the event with an id; returns the output.

    Attributes:
        executions: All executions, by ARN, in the order of their start.
        map_runs: All Map Runs, by ARN.
        tokens: The task tokens.
        functions: Lambda, as Task states invoke it.
        faults: What goes wrong on request.
    """

    def __init__(self, context: Context, run_states: Callable[[Engine, Execution, int], Any]) -> None:
        self.context = context
        self.clock = context.clock
        self.executions: dict[str, Execution] = {}
        self.map_runs: dict[str, MapRun] = {}
        self.tokens = Tokens(context.clock)
        self.faults = Faults()
        self.functions = Functions()
        self._run_states = run_states
        self._sdks: dict[tuple[str, str], Sdk] = {}
        self._unnamed = 0
        self._lock = threading.Lock()
        self._ended = threading.Condition()
        self._closed = False

    def start(self, machine: Machine, name: str | None, input_text: str) -> Execution:
        """Start an execution, or find the running one that has this name and input.

        It counts as busy on the clock when this returns: virtual time cannot slip past it.

        Raises:
            NameTakenError: The name was used before.
        """
        with self.clock.busy():
            with self._lock:
                if name is None:
                    self._unnamed += 1
                    name = stable_uuid(self.context.seed, machine.arn, self._unnamed)
                earlier = self.executions.get(machine.execution_arn(name))
                if earlier is not None and not self._is_forgotten(earlier):
                    return self._same(earlier, input_text)
                execution = Execution(self, machine, name, input_text)
                self.executions[execution.arn] = execution
            execution.start()
        return execution

    def add_child(self, machine: Machine, name: str, input_text: str, map_run_arn: str) -> Execution:
        """A new execution of a Map Run, not started yet."""
        child = Execution(self, machine, name, input_text, map_run_arn)
        with self._lock:
            self.executions[child.arn] = child
        return child

    def run(self, execution: Execution, event: int) -> Any:
        """Run the states of an execution from where it stands, after the event with this id; the output."""
        return self._run_states(self, execution, event)

    def find(self, arn: str) -> Execution:
        """The execution with this ARN.

        Raises:
            UnknownExecutionError: There is none.
        """
        with self._lock:
            if arn not in self.executions:
                raise UnknownExecutionError(arn)
            return self.executions[arn]

    def sdk(self, machine: Machine) -> Sdk:
        """The AWS APIs as a machine calls them: in its Region, with its role.

        Raises:
            StateFailure: Step Functions may not assume the role, or no longer.
        """
        if not may_assume(STATES, machine.role_arn, machine.account, machine.arn):
            raise StateFailure(
                TASK_FAILED, f"{STATES} is not authorized to assume the role {machine.role_arn}"
            )
        caller = (machine.role_arn, machine.region)
        with self._lock:
            if caller not in self._sdks:
                credentials = role_session(machine.role_arn, SESSION_NAME, machine.region)
                self._sdks[caller] = Sdk(self.context.endpoint, machine.region, credentials)
            return self._sdks[caller]

    def list(self, machine_arn: str | None = None, map_run_arn: str | None = None) -> list[Execution]:
        """The executions of a machine, or the children of a Map Run, the latest first."""
        with self._lock:
            every = list(self.executions.values())
        every.reverse()
        if map_run_arn is not None:
            return [each for each in every if each.map_run_arn == map_run_arn]
        return [each for each in every if each.map_run_arn is None and each.machine.arn == machine_arn]

    def publish(self, execution: Execution) -> None:
        """Publish that an execution's status has changed."""
        if self._closed:
            return
        try:
            publish_status(execution)
        except Exception:  # an event that cannot be delivered is no reason to fail, as on AWS (best effort)
            LOG.exception("no event for %s", execution.arn)
        with self._ended:
            self._ended.notify_all()

    def wait_for(self, arn: str, timeout: float) -> Execution:
        """Wait in real time, outside the clock, until an execution has ended.

        Raises:
            TimeoutError: It runs still.
        """
        execution = self.find(arn)
        deadline = time.monotonic() + timeout
        with self._ended:
            while execution.running:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{arn} still runs, in state '{execution.progress.state}'")
                self._ended.wait(min(left, 1.0))
        return execution

    def forget(self, account: str, region: str, machine_arn: str | None = None) -> None:
        """Abort and drop all executions of an account in a Region, or those of one machine."""
        with self._lock:
            here = [
                each
                for each in self.executions.values()
                if (each.machine.account, each.machine.region) == (account, region)
                and machine_arn in {None, each.machine.arn.partition("/")[0]}
            ]
            for execution in here:
                del self.executions[execution.arn]
        for execution in here:
            execution.abort()

    def close(self) -> None:
        """Abort everything, silently; nothing is left running."""
        self._closed = True
        with self._lock:
            every = list(self.executions.values())
        for execution in every:
            execution.abort()

    def _is_forgotten(self, execution: Execution) -> bool:
        ended = execution.stop_date
        return ended is not None and self.clock.now() - ended > NAME_KEPT

    @staticmethod
    def _same(earlier: Execution, input_text: str) -> Execution:
        if earlier.running and earlier.input_text == input_text:
            return earlier
        raise NameTakenError(earlier.arn)
