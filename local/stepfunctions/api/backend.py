"""moto's Step Functions backend with its machines kept and its executions replaced by the engine's."""

import functools
import json
from types import SimpleNamespace
from typing import Any, ClassVar

from moto.core.exceptions import AWSError
from moto.stepfunctions import urls
from moto.stepfunctions.models import StateMachine, StepFunctionBackend

from local.stepfunctions.api.definition import check
from local.stepfunctions.asl.failures import InvalidDefinitionError
from local.stepfunctions.asl.limits import PAYLOAD_BYTES, name_problem, too_large
from local.stepfunctions.engine.engine import Engine, NameTakenError, UnknownExecutionError
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.engine.machine import Machine
from local.stepfunctions.engine.map_run import MapRun

SETTINGS = ("definition", "type", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
"""What has to be equal for a second CreateStateMachine to be the same request again."""


def refusal(code: str, message: str) -> AWSError:
    return AWSError(message, exception_type=code)


class EngineBackend(StepFunctionBackend):
    """One account's Step Functions in one Region.

    Attributes:
        engine: What runs the executions; set for each local AWS by `install`.
    """

    engine: ClassVar[Engine]
    dispatch: ClassVar[Any]

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=urls.url_bases, url_paths={"{0}/$": self.dispatch})

    def reset(self) -> None:
        """Forget all machines and executions."""
        self.engine.forget(self.account_id, self.region_name)
        super().reset()

    def create_state_machine(  # type: ignore[override] # what is not looked at goes through as it is
        self,
        name: str,
        definition: str,
        roleArn: str,  # noqa: N803 - moto's name
        **settings: Any,
    ) -> StateMachine:
        """CreateStateMachine; the same request again is answered with the machine that is there."""
        _check_definition(definition)
        if settings.get("sm_type") == "EXPRESS":
            raise refusal(
                "StateMachineTypeNotSupported", "local Step Functions runs STANDARD state machines only"
            )
        earlier = next((each for each in self.state_machines if each.name == name), None)
        if earlier is not None:
            return _same(earlier, {**settings, "definition": definition})
        machine = super().create_state_machine(name, definition, roleArn, **settings)
        machine.creation_date = machine.update_date = self.engine.clock.now()
        return machine

    def update_state_machine(  # type: ignore[override] # as above
        self, arn: str, definition: str | None = None, **settings: Any
    ) -> StateMachine:
        """UpdateStateMachine; executions that run keep the definition that they were started with."""
        if definition is not None:
            _check_definition(definition)
        machine = super().update_state_machine(arn, definition, **settings)
        machine.update_date = self.engine.clock.now()
        return machine

    def delete_state_machine(self, arn: str) -> None:
        """DeleteStateMachine; its executions end with it."""
        super().delete_state_machine(arn)
        self.engine.forget(self.account_id, self.region_name, arn)

    def start_execution(  # type: ignore[override] # an execution of the engine, not moto's
        self, state_machine_arn: str, name: str | None, execution_input: str
    ) -> Execution:
        """StartExecution; an empty name, as moto's own event targets give, is none."""
        name = name or None
        _check_name(name)
        _check_input(execution_input)
        machine = Machine.of(self.describe_state_machine(self._target(state_machine_arn)))
        try:
            return self.engine.start(machine, name, execution_input)
        except NameTakenError as error:
            raise refusal("ExecutionAlreadyExists", f"Execution Already Exists: '{error}'") from error

    def describe_execution(  # type: ignore[override] # an execution of the engine, not moto's
        self, execution_arn: str
    ) -> Execution:
        """The execution with this ARN, also a child of a Map Run."""
        self._validate_execution_arn(execution_arn)
        try:
            return self.engine.find(execution_arn)
        except UnknownExecutionError as error:
            raise refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{execution_arn}'") from error

    def find_map_run(self, arn: str) -> MapRun:
        """The Map Run with this ARN."""
        run = self.engine.map_runs.get(arn)
        if run is None:
            raise refusal("ResourceNotFound", f"Resource not found: '{arn}'")
        return run

    def _target(self, arn: str) -> str:
        """The ARN of the machine or version that an alias stands for, or the ARN itself."""
        source, _, last = arn.rpartition(":")
        machine = next((each for each in self.state_machines if each.arn == source), None)
        alias = None if machine is None else machine.aliases.get(last)
        return arn if alias is None else str(alias.routing_configuration[0]["stateMachineVersionArn"])


@functools.lru_cache(maxsize=256)  # a definition that is in order stays so; to check a long one takes a while
def _check_definition(definition: str) -> None:
    try:
        check(definition)
    except InvalidDefinitionError as error:
        raise refusal("InvalidDefinition", f"Invalid State Machine Definition: '{error}'") from error


def _same(earlier: StateMachine, settings: dict[str, Any]) -> StateMachine:
    wanted = {**settings, "type": settings.get("sm_type")}
    given = {key: wanted[key] for key in SETTINGS if wanted.get(key) is not None}
    if any(value != getattr(earlier, key) for key, value in given.items()):
        raise refusal("StateMachineAlreadyExists", f"State Machine Already Exists: '{earlier.arn}'")
    return earlier


def _check_name(name: str | None) -> None:
    problem = None if name is None else name_problem(name)
    if problem is not None:
        raise refusal("InvalidName", f"Invalid Name: '{name}': {problem}")


def _check_input(text: str) -> None:
    if too_large(text):
        raise refusal(
            "ValidationException",
            "1 validation error detected: Value at 'input' failed to satisfy constraint:"
            f" Member must have length less than or equal to {PAYLOAD_BYTES}",
        )
    try:
        json.loads(text)
    except ValueError as error:
        raise refusal("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'") from error
