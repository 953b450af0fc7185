"""moto's Step Functions backend with its machines kept and its executions replaced by the engine's."""

import functools
import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any, ClassVar

from moto.stepfunctions import urls
from moto.stepfunctions.models import StateMachine

from local.iam.service_roles import STATES, may_assume
from local.stepfunctions.api.definition import check
from local.stepfunctions.api.settings import Problem, encryption_problem, logging_problem, tags_problem
from local.stepfunctions.api.versions import VersionsBackend, check_unqualified, refusal
from local.stepfunctions.asl.failures import InvalidDefinitionError
from local.stepfunctions.asl.limits import PAYLOAD_BYTES, name_problem, too_large
from local.stepfunctions.engine.engine import Engine, NameTakenError, UnknownExecutionError
from local.stepfunctions.engine.execution import Execution
from local.stepfunctions.engine.machine import Machine
from local.stepfunctions.engine.map_run import MapRun
from local.strict_json import parse_json

SETTINGS = ("definition", "type", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")
"""What has to be equal for a second CreateStateMachine to be the same request again."""

MAP_RUN = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:mapRun:\S+")
ROLE_NOT_TRUSTING = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
    "the provided role."
)
"""Observed on CreateStateMachine."""

CHANGEABLE = ("role_arn", "logging_configuration", "tracing_configuration", "encryption_configuration")
"""What UpdateStateMachine can change beside the definition, with moto's names."""


class EngineBackend(VersionsBackend):
    """One account's Step Functions in one Region.

    Attributes:
        engine: What runs the executions; set for each local AWS by `install`.
    """

    engine: ClassVar[Engine]
    dispatch: ClassVar[Any]

    @property
    def _url_module(self) -> Any:
        return SimpleNamespace(url_bases=urls.url_bases, url_paths={"{0}/$": self.dispatch})

    def now(self) -> datetime:
        return self.engine.clock.now()

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
        _refuse(logging_problem(settings.get("loggingConfiguration")))
        _refuse(encryption_problem(settings.get("encryptionConfiguration")))
        _refuse(tags_problem(settings.get("tags")))
        _check_definition(definition)
        if settings.get("sm_type") == "EXPRESS":
            raise refusal(
                "StateMachineTypeNotSupported", "local Step Functions runs STANDARD state machines only"
            )
        earlier = next((each for each in self.state_machines if each.name == name), None)
        if earlier is not None:
            return _same(earlier, {**settings, "definition": definition})
        self._check_role(roleArn, name)
        machine = super().create_state_machine(name, definition, roleArn, **settings)
        machine.creation_date = machine.update_date = self.now()
        if machine.latest_version is not None:
            machine.latest_version.creation_date = machine.creation_date
        return machine

    def update_state_machine(  # type: ignore[override] # as above
        self, arn: str, definition: str | None = None, **settings: Any
    ) -> StateMachine:
        """UpdateStateMachine; executions that run keep the definition that they were started with."""
        check_unqualified(arn)
        if not any((definition, settings.get("publish"), *(settings.get(key) for key in CHANGEABLE))):
            raise refusal(
                "MissingRequiredParameter", "Give a definition, a roleArn or another setting to change"
            )
        if settings.get("role_arn") is not None:
            self._check_role(settings["role_arn"], arn.rpartition(":")[2])
        _refuse(logging_problem(settings.get("logging_configuration")))
        _refuse(encryption_problem(settings.get("encryption_configuration")))
        if definition is not None:
            _check_definition(definition)
        machine = super().update_state_machine(arn, definition, **settings)
        machine.update_date = self.now()
        if settings.get("publish") and machine.latest_version is not None:
            machine.latest_version.creation_date = machine.update_date
        return machine

    def _check_role(self, role: str, machine: str) -> None:
        """Refuse a role that Step Functions may not assume for the machine of a name."""
        self._validate_role_arn(role)
        source = f"arn:aws:states:{self.region_name}:{self.account_id}:stateMachine:{machine}"
        if not may_assume(STATES, role, self.account_id, source):
            raise refusal("AccessDeniedException", ROLE_NOT_TRUSTING)

    def delete_state_machine(self, arn: str) -> None:
        """DeleteStateMachine; its executions end with it."""
        super().delete_state_machine(arn)
        self.engine.forget(self.account_id, self.region_name, arn)

    def tag_resource(  # type: ignore[override] # the list as it came: a key may be in it twice
        self, arn: str, tags: list[dict[str, str]]
    ) -> None:
        """TagResource, of a machine that exists."""
        self._check_resource(arn)
        present = {tag["key"] for tag in super().list_tags_for_resource(arn)["tags"]}
        _refuse(tags_problem(tags, len(present - {tag["key"] for tag in tags})))
        super().tag_resource(arn, {tag["key"]: tag["value"] for tag in tags})

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        self._check_resource(arn)
        super().untag_resource(arn, tag_keys)

    def list_tags_for_resource(self, arn: str) -> dict[str, list[dict[str, str]]]:
        self._check_resource(arn)
        return super().list_tags_for_resource(arn)

    def _check_resource(self, arn: str) -> None:
        if not re.match(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:(stateMachine|activity):.", arn):
            raise refusal("InvalidArn", f"Invalid Arn: '{arn}'")
        if arn not in {*self.activities, *(each.arn for each in self.state_machines)}:
            raise refusal("ResourceNotFound", f"Resource not found: '{arn}'")

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
        if not MAP_RUN.fullmatch(arn):
            raise refusal("InvalidArn", f"Invalid Map Run Arn: '{arn}'")
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


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise refusal(*problem)


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
        parse_json(text)
    except ValueError as error:
        raise refusal("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'") from error
