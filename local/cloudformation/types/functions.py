"""AWS::Lambda types. moto drops half of a function's properties, and lacks Url and EventInvokeConfig."""

import io
import zipfile
from typing import Any

from moto.awslambda.models import lambda_backends

from local.cloudformation.resource import Environment, Properties, Resource
from local.cloudformation.types.tags import as_map

CONFIGURATION = (
    "Description",
    "Handler",
    "KmsKeyArn",
    "Layers",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
    "VpcConfig",
)


CREATED_WITH = ("Architectures", "DeadLetterConfig", "Environment", "EphemeralStorage")
RECONCILED = ("LoggingConfig", "ReservedConcurrentExecutions")


class Function(Resource):
    """AWS::Lambda::Function from a zip in S3 or inline source."""

    TYPE = "AWS::Lambda::Function"
    NAME = "FunctionName"
    REPLACING = frozenset({"PackageType"})
    KNOWN = frozenset(
        {*CONFIGURATION, *CREATED_WITH, *RECONCILED, "Code", "FunctionName", "PackageType", "Tags"}
    )

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {key: properties[key] for key in CONFIGURATION if key in properties}
        given |= {key: properties[key] for key in CREATED_WITH if key in properties}
        given |= {
            "FunctionName": name,
            "Code": _code(properties),
            "Tags": as_map(properties.get("Tags")),
        }
        arn = environment.call("lambda", "CreateFunction", given)["FunctionArn"]
        resource = cls(environment, name, properties, {"Arn": arn})
        resource.reconcile(properties)
        return resource

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("lambda", "GetFunction", {"FunctionName": name})

    def update(self, properties: Properties) -> None:
        name = self.physical_resource_id
        given = {key: properties[key] for key in CONFIGURATION if key in properties}
        given["Environment"] = properties.get("Environment") or {"Variables": {}}
        self.call("lambda", "UpdateFunctionConfiguration", {"FunctionName": name, **given})
        code = _code(properties)
        self.call("lambda", "UpdateFunctionCode", {"FunctionName": name, **code})
        self.reconcile(properties)

    def delete(self) -> None:
        self.call("lambda", "DeleteFunction", {"FunctionName": self.physical_resource_id})

    def reconcile(self, properties: Properties) -> None:
        """Set what moto's CreateFunction drops: where the function logs, and its reserved concurrency."""
        name = self.physical_resource_id
        function = lambda_backends[self.environment.account][self.environment.region].get_function(name)
        function.logging_config = properties.get("LoggingConfig") or {}  # type: ignore[attr-defined] # read by Invoke
        reserved = properties.get("ReservedConcurrentExecutions")
        if reserved is not None:
            given = {"FunctionName": name, "ReservedConcurrentExecutions": reserved}
            self.call("lambda", "PutFunctionConcurrency", given)
        elif "ReservedConcurrentExecutions" in self.properties:
            self.call("lambda", "DeleteFunctionConcurrency", {"FunctionName": name})


class Version(Resource):
    """AWS::Lambda::Version: what the function is at this moment, for good."""

    TYPE = "AWS::Lambda::Version"
    REPLACING = frozenset({"FunctionName", "CodeSha256", "Description"})
    KNOWN = frozenset({"FunctionName", "CodeSha256", "Description"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        del name
        published = environment.call("lambda", "PublishVersion", properties)
        arn, version = published["FunctionArn"], published["Version"]
        return cls(environment, arn, properties, {"Version": version, "FunctionArn": arn})

    def update(self, properties: Properties) -> None:
        """Nothing else can change."""

    def delete(self) -> None:
        given = {"FunctionName": self.properties["FunctionName"], "Qualifier": self.attributes["Version"]}
        self.call("lambda", "DeleteFunction", given)


class Permission(Resource):
    TYPE = "AWS::Lambda::Permission"
    REPLACING = frozenset({"FunctionName", "Action", "Principal", "SourceArn", "SourceAccount"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        environment.call("lambda", "AddPermission", {**properties, "StatementId": name})
        return cls(environment, name, properties)

    def update(self, properties: Properties) -> None:
        """Nothing else can change."""

    def delete(self) -> None:
        given = {"FunctionName": self.properties["FunctionName"], "StatementId": self.physical_resource_id}
        self.call("lambda", "RemovePermission", given)


class Url(Resource):
    TYPE = "AWS::Lambda::Url"
    REPLACING = frozenset({"TargetFunctionArn", "Qualifier"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        del name
        resource = environment.call("lambda", "CreateFunctionUrlConfig", _url(properties))
        attributes = {"FunctionUrl": resource["FunctionUrl"], "FunctionArn": resource["FunctionArn"]}
        return cls(environment, properties["TargetFunctionArn"], properties, attributes)

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del name
        return environment.finds(
            "lambda", "GetFunctionUrlConfig", {"FunctionName": properties["TargetFunctionArn"]}
        )

    def update(self, properties: Properties) -> None:
        self.call("lambda", "UpdateFunctionUrlConfig", _url(properties))

    def delete(self) -> None:
        given = {"FunctionName": self.properties["TargetFunctionArn"]}
        self.call("lambda", "DeleteFunctionUrlConfig", given)


class EventInvokeConfig(Resource):
    TYPE = "AWS::Lambda::EventInvokeConfig"
    REPLACING = frozenset({"FunctionName", "Qualifier"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        environment.call("lambda", "PutFunctionEventInvokeConfig", properties)
        return cls(environment, name, properties)

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del name
        return environment.finds(
            "lambda", "GetFunctionEventInvokeConfig", {"FunctionName": properties["FunctionName"]}
        )

    def update(self, properties: Properties) -> None:
        self.delete()
        self.call("lambda", "PutFunctionEventInvokeConfig", properties)

    def delete(self) -> None:
        given = {"FunctionName": self.properties["FunctionName"]}
        self.call("lambda", "DeleteFunctionEventInvokeConfig", given)


def _url(properties: Properties) -> Properties:
    given = dict(properties)
    given["FunctionName"] = given.pop("TargetFunctionArn")
    return given


def _code(properties: Properties) -> dict[str, Any]:
    """Where the code is; inline source (at most 4 KB on AWS) becomes a zip with ``index.py``."""
    code = dict(properties["Code"])
    if "ZipFile" in code:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as target:
            target.writestr("index.py", code["ZipFile"])
        code["ZipFile"] = archive.getvalue()
    return {key: code[key] for key in ("S3Bucket", "S3Key", "ZipFile") if key in code}
