"""AWS::StepFunctions::StateMachine with all the ways in which a template gives the definition.

moto knows DefinitionString only, makes the machine in another backend than the API's, and lets no template
read its Arn.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, cast

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import AWSError
from moto.s3.models import s3_backends
from moto.stepfunctions.models import StateMachine, stepfunctions_backends
from moto.stepfunctions.utils import cfn_to_api_tags
from moto.utilities.utils import get_partition

from local.stepfunctions.backend import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.stepfunctions.backend import EngineBackend

RESOURCE = "AWS::StepFunctions::StateMachine"
READABLE = {"Arn", "Name"}
"""Attributes for Fn::GetAtt."""

NAME_LENGTH = 80


class StateMachineResource(StateMachine):
    """The resource type, put in the place of moto's."""

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> StateMachine:
        """Create the machine."""
        properties = cloudformation_json["Properties"]
        with _refusals_as_cloudformation_tells_them(resource_name):
            machine = _backend(account_id, region_name).create_state_machine(
                properties.get("StateMachineName") or _generated(resource_name),
                definition_of(properties, account_id, region_name),
                properties.get("RoleArn", ""),
                tags=cfn_to_api_tags(properties.get("Tags", [])),
                loggingConfiguration=_as_api(properties.get("LoggingConfiguration")),
                tracingConfiguration=_as_api(properties.get("TracingConfiguration")),
                sm_type=properties.get("StateMachineType"),
            )
        machine.__class__ = cls
        return machine

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Whether Fn::GetAtt can read an attribute."""
        return attr in READABLE

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """The value for Fn::GetAtt."""
        return {"Arn": self.arn, "Name": self.name}[attribute_name]

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Any,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> StateMachine:
        """Update the machine; one with a new name is another machine."""
        properties = cloudformation_json.get("Properties", {})
        backend = _backend(account_id, region_name)
        if properties.get("StateMachineName") not in {None, original_resource.name}:
            made = cls.create_from_cloudformation_json(
                new_resource_name, cloudformation_json, account_id, region_name
            )
            backend.delete_state_machine(original_resource.arn)
            return made
        with _refusals_as_cloudformation_tells_them(original_resource.name):
            machine = backend.update_state_machine(
                original_resource.arn,
                definition_of(properties, account_id, region_name),
                role_arn=properties.get("RoleArn"),
                logging_configuration=_as_api(properties.get("LoggingConfiguration")),
                tracing_configuration=_as_api(properties.get("TracingConfiguration")),
            )
        backend.tagger.delete_all_tags_for_resource(machine.arn)
        backend.tagger.tag_resource(machine.arn, cfn_to_api_tags(properties.get("Tags", [])))
        return machine

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> None:
        """Delete the machine; CloudFormation knows it by its ARN."""
        del cloudformation_json
        _backend(account_id, region_name).delete_state_machine(resource_name)


def install_resource() -> None:
    """Have CloudFormation use this resource type."""
    parsing.get_model_map()[RESOURCE] = cast("Any", StateMachineResource)


@contextlib.contextmanager
def _refusals_as_cloudformation_tells_them(name: str) -> Iterator[None]:
    try:
        yield
    except AWSError as error:
        raise ValidationError(message=f"{RESOURCE} {name}: {error.message}") from error


def definition_of(properties: dict[str, Any], account_id: str, region_name: str) -> str:
    """The definition that a template gives, with its substitutions made."""
    if "DefinitionS3Location" in properties:
        text = _from_s3(properties["DefinitionS3Location"], account_id, region_name)
    elif "Definition" in properties:
        text = json.dumps(properties["Definition"])
    else:
        text = properties.get("DefinitionString", "")
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace("${" + name + "}", str(value))
    return text


def _from_s3(location: dict[str, str], account_id: str, region_name: str) -> str:
    backend = s3_backends[account_id][get_partition(region_name)]
    stored = backend.get_object(location["Bucket"], location["Key"], version_id=location.get("Version"))
    if stored is None:
        place = f"s3://{location['Bucket']}/{location['Key']}"
        raise refusal("InvalidDefinition", f"DefinitionS3Location: there is no object {place}")
    return str(stored.value.decode())


def _as_api(configuration: Any) -> Any:
    """A configuration with CloudFormation's names as the API names it."""
    if isinstance(configuration, dict):
        return {key[:1].lower() + key[1:]: _as_api(value) for key, value in configuration.items()}
    if isinstance(configuration, list):
        return [_as_api(value) for value in configuration]
    return configuration


def _generated(resource_name: str) -> str:
    """A generated name, which keeps its random end when it is too long."""
    return resource_name if len(resource_name) <= NAME_LENGTH else resource_name[:67] + resource_name[-13:]


def _backend(account_id: str, region_name: str) -> EngineBackend:
    return cast("EngineBackend", stepfunctions_backends[account_id][region_name])
