"""Executions of the steward's state machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.adapters.grants import Scope, grant

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient


class Executions:
    """Tells whether a run still lives."""

    GRANTS = (grant(Scope.EXECUTIONS, "states:DescribeExecution"),)

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def is_running(self, arn: str) -> bool:
        """Whether the execution runs; one that Step Functions has forgotten (after 90 days) does not."""
        try:
            return self._states.describe_execution(executionArn=arn)["status"] == "RUNNING"
        except self._states.exceptions.ExecutionDoesNotExist:
            return False
