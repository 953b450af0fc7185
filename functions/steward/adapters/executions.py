"""Executions of the steward's state machines, and of their Distributed Maps."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant
from steward.domain.authority import ExecutionFacts, HistoryEvent
from steward.domain.ended_runs import EndedRun
from steward.domain.errors import ExecutionUnknown

LATEST = 5
"""Events of a history: enough for the one that schedules a call and those of its attempt."""

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_stepfunctions.client import SFNClient

    from steward.domain.run import Run


class Executions:
    """Describes executions."""

    GRANTS = (grant(Scope.EXECUTIONS, "states:DescribeExecution"),)

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def is_running(self, arn: str) -> bool:
        """Whether the execution runs; one that Step Functions has forgotten (after 90 days) does not."""
        try:
            return self._states.describe_execution(executionArn=arn)["status"] == "RUNNING"
        except self._states.exceptions.ExecutionDoesNotExist:
            return False

    def find(self, arn: str) -> ExecutionFacts | None:
        """The execution; None when there is none, or when it is so new that it is not seen yet.

        Raises:
            ExecutionUnknown: Step Functions does not answer now, or refuses.
        """
        try:
            found = self._states.describe_execution(executionArn=arn)
        except (self._states.exceptions.ExecutionDoesNotExist, self._states.exceptions.InvalidArn):
            return None
        except self._states.exceptions.ClientError as error:
            sentence = f"Step Functions does not describe {arn}: {error}"
            raise ExecutionUnknown(sentence, explained=True) from error
        return ExecutionFacts(
            arn,
            found["status"],
            found["startDate"],
            _read_json(found.get("input", "{}")),
            found.get("redriveDate"),
            found.get("error", ""),
            found.get("cause", ""),
            found.get("stopDate"),
        )


class ScheduledTasks:
    """Reads which call an execution is making."""

    GRANTS = (grant(Scope.EXECUTIONS, "states:GetExecutionHistory"),)

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def latest_events(self, arn: str) -> list[HistoryEvent]:
        """The last events of the execution's history, the newest first.

        Raises:
            ExecutionUnknown: There is no such execution yet, or Step Functions does not answer, or refuses.
        """
        try:
            found = self._states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=LATEST)
        except (self._states.exceptions.ExecutionDoesNotExist, self._states.exceptions.InvalidArn) as error:
            raise ExecutionUnknown(f"Step Functions knows no execution {arn}; nothing was changed") from error
        except self._states.exceptions.ClientError as error:
            sentence = f"Step Functions shows no history of {arn}: {error}"
            raise ExecutionUnknown(sentence, explained=True) from error
        return [
            HistoryEvent(
                event["type"], _read_json(event.get("taskScheduledEventDetails", {}).get("parameters", "{}"))
            )
            for event in found["events"]
        ]


class EndedRuns:
    """Lists the executions that have ended, which Step Functions keeps for 90 days."""

    GRANTS = (grant(Scope.STATE_MACHINES, "states:ListExecutions"),)

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def of_machine(self, machine: str) -> Iterator[EndedRun]:
        """Those of a state machine, the last started first; none of one that is not deployed."""
        paginator = self._states.get_paginator("list_executions")
        pages = paginator.paginate(stateMachineArn=machine, PaginationConfig={"PageSize": 1000})
        with suppress(self._states.exceptions.StateMachineDoesNotExist):
            for page in pages:
                for found in page["executions"]:
                    if stopped_at := found.get("stopDate"):
                        arn, status = found["executionArn"], found["status"]
                        yield EndedRun(arn, status, found["startDate"], stopped_at, found.get("redriveDate"))


class RecoveryRuns:
    """Starts the runs that finish, or put back, what stopped runs have begun."""

    GRANTS = (grant(Scope.STATE_MACHINES, "states:StartExecution"),)

    def __init__(self, states: SFNClient) -> None:
        self._states = states

    def start(self, recovery: Run, stopped: str) -> None:
        """Start ``recovery`` for the execution ``stopped``; nothing happens when it was started before."""
        machine = recovery.arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")
        with suppress(self._states.exceptions.ExecutionAlreadyExists):
            self._states.start_execution(
                stateMachineArn=machine, name=recovery.name, input=json.dumps({"continue": stopped})
            )


def _read_json(text: str) -> Any:
    return json.loads(text or "{}")
