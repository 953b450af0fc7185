"""Versions and aliases of state machines: moto lacks the calls for versions, and believes any ARN.

Step Functions API reference, PublishStateMachineVersion, ListStateMachineVersions, DeleteStateMachineVersion
and the calls for aliases.
"""

import re
from datetime import datetime
from typing import Any

from moto.core.exceptions import AWSError
from moto.stepfunctions.models import (
    StateMachine,
    StateMachineAlias,
    StateMachineVersion,
    StepFunctionBackend,
)

MACHINE = re.compile(r"arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[^:/\s]{1,80}")
QUALIFIED = re.compile(rf"({MACHINE.pattern}):([^:/\s]{{1,80}})")
OF_A_VERSION = (
    "definition",
    "roleArn",
    "loggingConfiguration",
    "tracingConfiguration",
    "encryptionConfiguration",
)
"""What a version keeps of its machine."""


def refusal(code: str, message: str) -> AWSError:
    return AWSError(message, exception_type=code)


class VersionsBackend(StepFunctionBackend):
    """The part of a backend that concerns versions and aliases."""

    def now(self) -> datetime:
        """The virtual moment."""
        raise NotImplementedError

    def publish_state_machine_version(
        self, arn: str, revision: str | None, description: str | None
    ) -> StateMachineVersion:
        """PublishStateMachineVersion; what was published already is not published again."""
        machine = self.machine_of_unqualified(arn)
        if revision is not None:
            raise refusal("ConflictException", f"{revision} is not the current revision of the state machine")
        latest = machine.latest_version
        if latest is None or any(getattr(latest, key) != getattr(machine, key) for key in OF_A_VERSION):
            machine.publish(description)
            latest = machine.versions[machine.latest_version_number]
            latest.creation_date = latest.update_date = self.now()
        return latest

    def list_state_machine_versions(self, arn: str) -> list[StateMachineVersion]:
        """ListStateMachineVersions, the latest first; none of a machine that does not exist."""
        check_unqualified(arn)
        machine = self._machine(arn)
        return [] if machine is None else sorted(machine.versions.values(), key=lambda each: -each.version)

    def delete_state_machine_version(self, arn: str) -> None:
        """DeleteStateMachineVersion; one that an alias leads to stays."""
        source, number = _split_qualifier(arn)
        machine = self._machine(source)
        if machine is None or not number.isdecimal():
            return
        users = sorted(alias.name for alias in machine.aliases.values() if arn in _versions(alias))
        if users:
            raise refusal("ConflictException", f"The version is used by the aliases {', '.join(users)}")
        machine.versions.pop(int(number), None)
        if machine.latest_version is not None and machine.latest_version.arn == arn:
            machine.latest_version = None

    def create_state_machine_alias(
        self, name: str, routing_configuration: list[dict[str, Any]], description: str | None
    ) -> StateMachineAlias:
        """CreateStateMachineAlias; the same request again is answered with the alias that is there."""
        arn = str(routing_configuration[0]["stateMachineVersionArn"])
        machine = self._machine(_split_qualifier(arn)[0])
        earlier = None if machine is None else machine.aliases.get(name)
        if earlier is None:
            self._check_routing(routing_configuration)
            alias = super().create_state_machine_alias(name, routing_configuration, description)
            alias.creation_date = alias.update_date = self.now()
            return alias
        if (earlier.routing_configuration, earlier.description) != (routing_configuration, description):
            raise refusal("ConflictException", f"State Machine Alias Already Exists: '{earlier.arn}'")
        return earlier

    def describe_state_machine_alias(self, arn: str) -> StateMachineAlias:
        """The alias; also what UpdateStateMachineAlias looks for."""
        _split_qualifier(arn)
        return super().describe_state_machine_alias(arn)

    def update_state_machine_alias(
        self, arn: str, description: str | None, routing_configuration: list[dict[str, Any]] | None
    ) -> StateMachineAlias:
        """UpdateStateMachineAlias, to versions that exist."""
        self.describe_state_machine_alias(arn)
        self._check_routing(routing_configuration or [])
        alias = super().update_state_machine_alias(arn, description, routing_configuration)
        alias.update_date = self.now()
        return alias

    def list_state_machine_aliases(self, *, arn: str, **page: Any) -> Any:  # type: ignore[override] # moto pages it
        check_unqualified(arn)
        return super().list_state_machine_aliases(arn=arn, **page)

    def delete_state_machine_alias(self, arn: str) -> None:
        _split_qualifier(arn)
        super().delete_state_machine_alias(arn)

    def machine_of_unqualified(self, arn: str) -> StateMachine:
        """The machine that a call for a whole machine is for; a version's or a Map's ARN is refused."""
        check_unqualified(arn)
        found = self._machine(arn)
        if found is None:
            raise refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        return found

    def _machine(self, arn: str) -> StateMachine | None:
        return next((each for each in self.state_machines if each.arn == arn), None)

    def _check_routing(self, routing: list[dict[str, Any]]) -> None:
        arns = [str(each["stateMachineVersionArn"]) for each in routing]
        if len(set(arns)) < len(arns):
            raise refusal("ValidationException", "The routing configuration names one version twice")
        for arn in arns:
            machine = self._machine(_split_qualifier(arn)[0])
            if machine is None or arn not in {each.arn for each in machine.versions.values()}:
                raise refusal("ResourceNotFound", f"State Machine Version Does Not Exist: '{arn}'")


def check_unqualified(arn: str) -> None:
    """Refuse what is no ARN of a state machine, and those of versions, aliases and Maps."""
    if MACHINE.fullmatch(arn):
        return
    if re.match(rf"{MACHINE.pattern}[:/]", arn):
        raise refusal(
            "ValidationException", f"'{arn}' is qualified: give the ARN of the state machine itself"
        )
    raise refusal("InvalidArn", f"Invalid State Machine Arn: '{arn}'")


def _split_qualifier(arn: str) -> tuple[str, str]:
    """The machine's ARN, and the number of the version or the name of the alias."""
    match = QUALIFIED.fullmatch(arn)
    if match is None:
        raise refusal("InvalidArn", f"Invalid Arn: '{arn}'")
    return match[1], match[2]


def _versions(alias: StateMachineAlias) -> set[str]:
    return {str(each["stateMachineVersionArn"]) for each in alias.routing_configuration}
