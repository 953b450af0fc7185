"""The Step Functions API over our engine; what is not here is moto's."""

import base64
from collections.abc import Sequence
from typing import Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.responses import StepFunctionResponse

from local.stepfunctions.api.backend import EngineBackend
from local.stepfunctions.api.definition import check
from local.stepfunctions.api.rendering import (
    describe_execution,
    describe_map_run,
    execution_item,
    history_event,
    map_run_item,
    shown_event,
)
from local.stepfunctions.api.versions import refusal
from local.stepfunctions.asl.failures import InvalidDefinitionError, StateFailure
from local.stepfunctions.asl.limits import dump, too_large
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.engine.tokens import TaskOverError, TaskToken, UnknownTokenError
from local.strict_json import parse_json

PAGE = 100
LONGEST_PAGE = 1_000


class EngineResponse(StepFunctionResponse):
    """Answers the operations that concern executions, Map Runs and task tokens."""

    @property
    def stepfunction_backend(self) -> EngineBackend:
        """The backend of the account and Region of this request."""
        return cast("EngineBackend", stepfunctions_backends[self.current_account][self.region])

    def start_execution(self) -> ActionResult:
        execution = self.stepfunction_backend.start_execution(
            self._get_param("stateMachineArn"), self._get_param("name"), self._get_param("input", "{}")
        )
        return ActionResult({"executionArn": execution.arn, "startDate": execution.start_date})

    def start_sync_execution(self) -> ActionResult:
        """StartSyncExecution: refused, since there are no Express machines."""
        raise refusal("StateMachineTypeNotSupported", "StartSyncExecution is for EXPRESS state machines only")

    def describe_execution(self) -> ActionResult:
        return ActionResult(describe_execution(self._execution()))

    def stop_execution(self) -> ActionResult:
        """StopExecution; one that has ended stays as it is."""
        execution = self._execution()
        execution.abort(self._get_param("error"), self._get_param("cause"))
        return ActionResult({"stopDate": execution.stop_date})

    def redrive_execution(self) -> ActionResult:
        execution = self._execution()
        with execution.clock.busy(), execution.redriving:
            token = self._get_param("clientToken")
            if token is not None and execution.redrive_tokens.get(token) is not None:
                return ActionResult({"redriveDate": execution.redrive_tokens[token]})
            problem = execution.redrive_problem()
            if execution.map_run_arn is not None:
                problem = "A child workflow execution is redriven with the execution that has the Map Run"
            if problem is not None:
                raise refusal("ExecutionNotRedrivable", problem)
            execution.redrive()
            if token is not None:
                execution.redrive_tokens[token] = execution.redrive_date
        return ActionResult({"redriveDate": execution.redrive_date})

    def list_executions(self) -> ActionResult:
        """ListExecutions, of a machine or of a Map Run, the latest first."""
        machine, run = self._get_param("stateMachineArn"), self._get_param("mapRunArn")
        if (machine is None) == (run is None):
            raise refusal("ValidationException", "Give either stateMachineArn or mapRunArn, not both")
        if run is None:
            self.stepfunction_backend.describe_state_machine(machine)
        else:
            self.stepfunction_backend.find_map_run(run)
        wanted = [each for each in self._engine.list(machine, run) if self._is_wanted(each)]
        page, token = self._page(wanted)
        return ActionResult({"executions": [execution_item(each) for each in page], "nextToken": token})

    def get_execution_history(self) -> ActionResult:
        faults, now = self._engine.faults, self._engine.clock.now()
        events = [
            shown_event(each, faults.history_cut)
            for each in self._execution().history.events
            if now - each["timestamp"] >= faults.history_delay
        ]
        if self._get_param("reverseOrder"):
            events.reverse()
        page, token = self._page(events)
        whole = self._get_param("includeExecutionData", if_none=True)
        return ActionResult(
            {"events": [history_event(each, whole=whole) for each in page], "nextToken": token}
        )

    def describe_state_machine_for_execution(self) -> ActionResult:
        """DescribeStateMachineForExecution: the definition that the execution was started with."""
        execution = self._execution()
        machine = execution.machine
        description: dict[str, Any] = {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "definition": dump(machine.definition),
            "roleArn": machine.role_arn,
            "updateDate": execution.start_date,
        }
        if execution.map_run_arn is not None:
            description |= {"mapRunArn": execution.map_run_arn, "label": machine.name.partition("/")[2]}
        return ActionResult(description)

    def validate_state_machine_definition(self) -> ActionResult:
        """ValidateStateMachineDefinition, by the rules of CreateStateMachine."""
        try:
            check(self._get_param("definition"))
        except InvalidDefinitionError as error:
            found = {"severity": "ERROR", "code": "INVALID_DEFINITION", "message": str(error)}
            return ActionResult({"result": "FAIL", "diagnostics": [found], "truncated": False})
        return ActionResult({"result": "OK", "diagnostics": [], "truncated": False})

    def tag_resource(self) -> ActionResult:
        self.stepfunction_backend.tag_resource(self._get_param("resourceArn"), self._get_param("tags", []))
        return EmptyResult()

    def publish_state_machine_version(self) -> ActionResult:
        version = self.stepfunction_backend.publish_state_machine_version(
            self._get_param("stateMachineArn"), self._get_param("revisionId"), self._get_param("description")
        )
        return ActionResult(_version_item(version))

    def list_state_machine_versions(self) -> ActionResult:
        found = self.stepfunction_backend.list_state_machine_versions(self._get_param("stateMachineArn"))
        page, token = self._page(found)
        return ActionResult(
            {"stateMachineVersions": [_version_item(each) for each in page], "nextToken": token}
        )

    def delete_state_machine_version(self) -> ActionResult:
        self.stepfunction_backend.delete_state_machine_version(self._get_param("stateMachineVersionArn"))
        return EmptyResult()

    def list_map_runs(self) -> ActionResult:
        """ListMapRuns, the latest first."""
        execution = self._execution()
        runs = [run for run in self._engine.map_runs.values() if run.parent is execution]
        page, token = self._page(runs[::-1])
        return ActionResult({"mapRuns": [map_run_item(run) for run in page], "nextToken": token})

    def describe_map_run(self) -> ActionResult:
        return ActionResult(
            describe_map_run(self.stepfunction_backend.find_map_run(self._get_param("mapRunArn")))
        )

    def update_map_run(self) -> ActionResult:
        run = self.stepfunction_backend.find_map_run(self._get_param("mapRunArn"))
        run.update(
            self._get_param("maxConcurrency"),
            self._get_param("toleratedFailureCount"),
            self._get_param("toleratedFailurePercentage"),
        )
        return EmptyResult()

    def send_task_success(self) -> ActionResult:
        output = self._get_param("output")
        if too_large(output):
            raise refusal("InvalidOutput", "The output is longer than 262144 bytes")
        try:
            value = parse_json(output)
        except ValueError as error:
            raise refusal("InvalidOutput", f"Invalid Output: '{error}'") from error
        return self._answer(value)

    def send_task_failure(self) -> ActionResult:
        return self._answer(StateFailure(self._get_param("error"), self._get_param("cause")))

    def send_task_heartbeat(self) -> ActionResult:
        token = self._token()
        try:
            token.beat(self._engine.clock.now())
        except TaskOverError as error:
            raise refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'") from error
        return EmptyResult()

    @property
    def _engine(self) -> Any:
        return self.stepfunction_backend.engine

    def _execution(self) -> Execution:
        return self.stepfunction_backend.describe_execution(self._get_param("executionArn"))

    def _token(self) -> TaskToken:
        try:
            token: TaskToken = self._engine.tokens.find(self._get_param("taskToken"))
        except UnknownTokenError as error:
            raise refusal("InvalidToken", "Invalid Token: 'Invalid token'") from error
        return token

    def _answer(self, outcome: Any) -> ActionResult:
        try:
            self._token().answer(outcome)
        except TaskOverError as error:
            raise refusal("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'") from error
        return EmptyResult()

    def _is_wanted(self, execution: Execution) -> bool:
        status, redriven = self._get_param("statusFilter"), self._get_param("redriveFilter")
        fits = redriven is None or (redriven == "REDRIVEN") == (execution.redrive_count > 0)
        return fits and status in {None, execution.status}

    def _page(self, everything: Sequence[Any]) -> tuple[list[Any], str | None]:
        """One page of a list, and the token of the next one."""
        start = _offset(self._get_param("nextToken"))
        size = min(int(self._get_param("maxResults") or PAGE), LONGEST_PAGE)
        end = start + size
        token = base64.b64encode(f"offset {end}".encode()).decode() if end < len(everything) else None
        return list(everything[start:end]), token


def _version_item(version: Any) -> dict[str, Any]:
    return {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date}


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.b64decode(token, validate=True).decode().partition(" ")
        return int(number) if word == "offset" else int(word)
    except ValueError as error:
        raise refusal("InvalidToken", "Invalid Token: 'Invalid token'") from error
