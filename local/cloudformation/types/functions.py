"""AWS::Lambda types. moto drops half of a function's properties, and lacks Url and EventInvokeConfig."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from moto.awslambda.models import lambda_backends

from local.cloudformation.resource import Place, Properties, Resource
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
SETTLED = ("LoggingConfig", "ReservedConcurrentExecutions")


class Function(Resource):
    """AWS::Lambda::Function from a zip in S3 or inline source."""

    TYPE = "AWS::Lambda::Function"
    NAME = "FunctionName"
    REPLACING = frozenset({"PackageType"})
    KNOWN = frozenset(
        {*CONFIGURATION, *CREATED_WITH, *SETTLED, "Code", "FunctionName", "PackageType", "Tags"}
    )

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        given = {key: properties[key] for key in CONFIGURATION if key in properties}
        given |= {key: properties[key] for key in CREATED_WITH if key in properties}
        given |= {"FunctionName": name, "Code": _code(properties), "Tags": as_map(properties.get("Tags"))}
        arn = place.call("lambda", "CreateFunction", given)["FunctionArn"]
        made = cls(place, name, properties, {"Arn": arn})
        made.settle(properties)
        return made

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        name = self.physical_resource_id
        given = {key: properties[key] for key in CONFIGURATION if key in properties}
        given["Environment"] = properties.get("Environment") or {"Variables": {}}
        self.place.call("lambda", "UpdateFunctionConfiguration", {"FunctionName": name, **given})
        code = _code(properties)
        self.place.call("lambda", "UpdateFunctionCode", {"FunctionName": name, **code})
        self.settle(properties)

    def delete(self) -> None:
        """As `Resource.delete`."""
        self.place.call("lambda", "DeleteFunction", {"FunctionName": self.physical_resource_id})

    def settle(self, properties: Properties) -> None:
        """What moto's API does not keep: where the function logs; and its reserved concurrency."""
        name = self.physical_resource_id
        function = lambda_backends[self.place.account][self.place.region].get_function(name)
        function.logging_config = properties.get("LoggingConfig") or {}  # type: ignore[attr-defined] # read by Invoke
        reserved = properties.get("ReservedConcurrentExecutions")
        if reserved is not None:
            given = {"FunctionName": name, "ReservedConcurrentExecutions": reserved}
            self.place.call("lambda", "PutFunctionConcurrency", given)
        elif "ReservedConcurrentExecutions" in self.properties:
            self.place.call("lambda", "DeleteFunctionConcurrency", {"FunctionName": name})


class Permission(Resource):
    """AWS::Lambda::Permission."""

    TYPE = "AWS::Lambda::Permission"
    REPLACING = frozenset({"FunctionName", "Action", "Principal", "SourceArn", "SourceAccount"})

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        place.call("lambda", "AddPermission", {**properties, "StatementId": name})
        return cls(place, name, properties)

    def update(self, properties: Properties) -> None:
        """Nothing else can change."""

    def delete(self) -> None:
        """As `Resource.delete`."""
        given = {"FunctionName": self.properties["FunctionName"], "StatementId": self.physical_resource_id}
        self.place.call("lambda", "RemovePermission", given)


class Url(Resource):
    """AWS::Lambda::Url."""

    TYPE = "AWS::Lambda::Url"
    REPLACING = frozenset({"TargetFunctionArn", "Qualifier"})

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        del name
        made = place.call("lambda", "CreateFunctionUrlConfig", _url(properties))
        attributes = {"FunctionUrl": made["FunctionUrl"], "FunctionArn": made["FunctionArn"]}
        return cls(place, properties["TargetFunctionArn"], properties, attributes)

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        self.place.call("lambda", "UpdateFunctionUrlConfig", _url(properties))

    def delete(self) -> None:
        """As `Resource.delete`."""
        given = {"FunctionName": self.properties["TargetFunctionArn"]}
        self.place.call("lambda", "DeleteFunctionUrlConfig", given)


class EventInvokeConfig(Resource):
    """AWS::Lambda::EventInvokeConfig."""

    TYPE = "AWS::Lambda::EventInvokeConfig"
    REPLACING = frozenset({"FunctionName", "Qualifier"})

    @classmethod
    def create(cls, place: Place, name: str, properties: Properties) -> Resource:
        """As `Resource.create`."""
        place.call("lambda", "PutFunctionEventInvokeConfig", properties)
        return cls(place, name, properties)

    def update(self, properties: Properties) -> None:
        """As `Resource.update`."""
        self.delete()
        self.place.call("lambda", "PutFunctionEventInvokeConfig", properties)

    def delete(self) -> None:
        """As `Resource.delete`."""
        given = {"FunctionName": self.properties["FunctionName"]}
        self.place.call("lambda", "DeleteFunctionEventInvokeConfig", given)


def _url(properties: Properties) -> Properties:
    given = dict(properties)
    given["FunctionName"] = given.pop("TargetFunctionArn")
    return given


def _code(properties: Properties) -> dict[str, Any]:
    """Where the code is; inline source (at most 4 KB on AWS) becomes a zip with ``index.py``."""
    code = dict(properties["Code"])
    if "ZipFile" in code:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr("index.py", code["ZipFile"])
        code["ZipFile"] = archive.getvalue()
    return {key: code[key] for key in ("S3Bucket", "S3Key", "ZipFile") if key in code}
