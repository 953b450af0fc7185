"""AWS::StepFunctions::StateMachine. moto's model drops type, logging, tracing and substitutions."""

import json
from typing import Any

from local.cloudformation.resource import Environment, Properties, Resource

DEFINED_BY = ("Definition", "DefinitionS3Location", "DefinitionString", "DefinitionSubstitutions")
SETTINGS = ("LoggingConfiguration", "TracingConfiguration")


class StateMachine(Resource):
    """A state machine with its definition inline, as an object, or in S3."""

    TYPE = "AWS::StepFunctions::StateMachine"
    NAME = "StateMachineName"
    NAME_LENGTH = 80
    REPLACING = frozenset({"StateMachineType"})
    KNOWN = frozenset({*DEFINED_BY, *SETTINGS, "RoleArn", "StateMachineName", "StateMachineType", "Tags"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags") or []]
        kind = {"type": properties.get("StateMachineType", "STANDARD")}
        given = {"name": name, "tags": tags, **kind, **_settings(environment, properties)}
        arn = environment.call("stepfunctions", "CreateStateMachine", given)["stateMachineArn"]
        return cls(environment, arn, properties, {"Arn": arn, "Name": name})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds(
            "stepfunctions",
            "DescribeStateMachine",
            {"stateMachineArn": environment.arn("states", f"stateMachine:{name}")},
        )

    def update(self, properties: Properties) -> None:
        given = {"stateMachineArn": self.physical_resource_id, **_settings(self.environment, properties)}
        self.call("stepfunctions", "UpdateStateMachine", given)

    def delete(self) -> None:
        given = {"stateMachineArn": self.physical_resource_id}
        self.call("stepfunctions", "DeleteStateMachine", given)


def _settings(environment: Environment, properties: Properties) -> dict[str, Any]:
    given: dict[str, Any] = {
        "roleArn": properties["RoleArn"],
        "definition": _definition(environment, properties),
    }
    for key in SETTINGS:
        if key in properties:
            given[key] = properties[key]
    return given


def _definition(environment: Environment, properties: Properties) -> str:
    text = properties.get("DefinitionString")
    if text is None and "Definition" in properties:
        text = json.dumps(properties["Definition"])
    if text is None:
        where = properties["DefinitionS3Location"]
        found = environment.call("s3", "GetObject", {"Bucket": where["Bucket"], "Key": where["Key"]})
        text = found["Body"].read().decode()
    for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    return str(text)
