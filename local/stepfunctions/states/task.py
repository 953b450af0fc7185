"""Task: calls what its Resource names, waits for a token or an execution where it says so."""

import json
from datetime import timedelta
from typing import Any

from local.clock import Waiter
from local.stepfunctions.asl.failures import HEARTBEAT, RUNTIME, TASK_FAILED, TIMEOUT, StateFailure
from local.stepfunctions.asl.limits import dump, dump_payload
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.engine.history import WHOLE
from local.stepfunctions.engine.tokens import TaskDeadlines, TaskToken, await_answer
from local.stepfunctions.states.state_execution import Outcome, StateExecution
from local.stepfunctions.tasks.integrations import SYNC, SYNC_PARSED, TOKEN, Integration, integration


def run_task(state: StateExecution) -> Outcome:
    """Task: the call's result, through Output and Assign."""
    target = integration(state.definition["Resource"])
    token = _token(state) if target.mode == TOKEN else None
    arguments = state.input if not target.resource_type else {}
    if "Arguments" in state.definition:
        arguments = state.evaluate(state.definition["Arguments"], "Arguments")
    result = Attempt(state, target, arguments, token).run()
    state.task_token = None
    return state.finish(state.definition, result, result=result)


def _token(state: StateExecution) -> TaskToken:
    state.task_token = state.sequence.random.randbytes(48).hex()
    sequence = state.sequence
    return sequence.engine.tokens.issue(state.task_token, sequence.execution.machine.arn)


class Attempt:
    """One attempt of a task, with its events.

    Args:
        state: The Task state.
        target: What to call.
        arguments: With what.
        token: Whose answer to wait for after the call, if any.
    """

    def __init__(
        self, state: StateExecution, target: Integration, arguments: Any, token: TaskToken | None
    ) -> None:
        self._state = state
        self._target = target
        self._arguments = arguments
        self._token = token
        self._timeout = state.number("TimeoutSeconds")
        self._heartbeat = state.number("HeartbeatSeconds")
        if self._timeout is not None and self._heartbeat is not None and self._heartbeat >= self._timeout:
            raise state.query_failure(
                f"The value {self._heartbeat} for the field 'HeartbeatSeconds' is not less than that of"
                f" 'TimeoutSeconds', {self._timeout}.",
                "HeartbeatSeconds",
            )
        seconds = self._timeout
        self._deadline = None if seconds is None else state.clock.now() + timedelta(seconds=seconds)

    def run(self) -> Any:
        """Make the attempt; its result.

        Raises:
            StateFailure: It failed or timed out.
        """
        self._record_schedule()
        self._record("Started", **self._names())
        try:
            result = self._perform()
            text = dump_payload(result, self._state.name)
        except StateFailure as failure:
            raise self._on_failure(failure) from failure
        finally:
            if self._token is not None:
                self._token.over = True
        self._record("Succeeded", **self._names(), output=text, outputDetails=WHOLE)
        return result

    def _perform(self) -> Any:
        result = self._call()
        self._state.sequence.scope.check()
        if self._deadline is not None and self._state.clock.now() >= self._deadline:
            raise StateFailure(TIMEOUT, None)
        if self._token is not None:
            self._record("Submitted", **self._names(), output=dump(result), outputDetails=WHOLE)
            gap = None if self._heartbeat is None else timedelta(seconds=self._heartbeat)
            return await_answer(self._token, TaskDeadlines(self._deadline, gap), self._state.sequence.scope)
        if self._target.mode in {SYNC, SYNC_PARSED}:
            self._record("Submitted", **self._names(), output=dump(result), outputDetails=WHOLE)
            return self._await_execution(result["ExecutionArn"])
        return result

    def _call(self) -> Any:
        sequence = self._state.sequence
        if self._target.is_function:
            return sequence.engine.functions.invoke(sequence.sdk, self._target, self._arguments)
        return self._target.perform(sequence.sdk, self._arguments)

    def _await_execution(self, arn: str) -> dict[str, Any]:
        """Wait for the execution that was started; abort it when this one ends first."""
        child = self._state.sequence.engine.find(arn)
        waiter = Waiter(self._state.clock)
        child.on_end(waiter.wake)
        try:
            while child.running:
                if not self._state.sequence.scope.wait(self._deadline, waiter):
                    raise StateFailure(TIMEOUT, None)
        finally:
            child.abort("States.TaskAborted", "The task that waited for this execution has ended.")
        return _execution_result(child, parsed=self._target.mode == SYNC_PARSED)

    def _on_failure(self, failure: StateFailure) -> StateFailure:
        if failure.error == RUNTIME:
            return self._state.failure(RUNTIME, failure.cause or "")
        timed_out = failure.error in {TIMEOUT, HEARTBEAT}
        self._record("TimedOut" if timed_out else "Failed", **self._names(), **failure.details())
        return failure

    def _record_schedule(self) -> None:
        limits = {"timeoutInSeconds": self._timeout, "heartbeatInSeconds": self._heartbeat}
        given = {name: int(value) for name, value in limits.items() if value is not None}
        if not self._target.resource_type:
            given.pop("heartbeatInSeconds", None)
            about = {"resource": self._target.resource, "input": dump(self._arguments), "inputDetails": WHOLE}
        else:
            region = self._state.sequence.execution.machine.region
            about = {**self._names(), "region": region, "parameters": dump(self._arguments)}
        self._record("Scheduled", **about, **given)

    def _record(self, what: str, **details: Any) -> None:
        self._state.sequence.record(
            f"{'Task' if self._target.resource_type else 'LambdaFunction'}{what}", **details
        )

    def _names(self) -> dict[str, str]:
        if not self._target.resource_type:
            return {}
        return {"resourceType": self._target.resource_type, "resource": self._target.action}


def _execution_result(child: Execution, *, parsed: bool) -> dict[str, Any]:
    """What `startExecution.sync` gives: the description of the execution, or its failure."""
    description = child.summary()
    if child.status != "SUCCEEDED":
        raise StateFailure(TASK_FAILED, dump(description))
    if parsed:
        description["Input"], description["Output"] = (
            json.loads(description["Input"]),
            json.loads(description["Output"]),
        )
    return description
