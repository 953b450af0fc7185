"""How an answer reaches its run, and how a run of deprovision is started for a person (Step Functions)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient


class WaitingTasks:
    """Tasks that wait for a callback with their token."""

    GRANTS = (grant(Scope.DEPROVISION_MACHINE, "states:SendTaskSuccess", "states:SendTaskFailure"),)

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def succeed(self, token: str, output: dict[str, Any]) -> bool:
        """False when the task no longer waits."""
        try:
            self._states.send_task_success(taskToken=token, output=json.dumps(output))
        except self._not_waiting:
            return False
        return True

    def fail(self, token: str, error: str, cause: str) -> bool:
        """False when the task no longer waits."""
        try:
            self._states.send_task_failure(taskToken=token, error=error, cause=cause)
        except self._not_waiting:
            return False
        return True

    @property
    def _not_waiting(self) -> tuple[type[Exception], ...]:
        """Timed out; answered, stopped, or of another machine; never issued."""
        known = self._states.exceptions
        return known.TaskTimedOut, known.TaskDoesNotExist, known.InvalidToken


class DeprovisionRuns:
    """Runs that the approvals API starts."""

    GRANTS = (grant(Scope.DEPROVISION_MACHINE, "states:StartExecution"),)

    def __init__(self, states: SFNClient, machine: str) -> None:
        self._states = states
        self._machine = machine

    def execution(self, name: str) -> str:
        """The ARN that the execution ``name`` has or will have."""
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"

    def start(self, name: str, document: dict[str, Any]) -> None:
        """Idempotent, also once the execution of this name has ended."""
        with suppress(self._states.exceptions.ExecutionAlreadyExists):
            self._states.start_execution(stateMachineArn=self._machine, name=name, input=json.dumps(document))
