"""What the Resource of a Task state names, and how it is called."""

import re
from dataclasses import dataclass
from typing import Any

from botocore.model import OperationModel

from local.stepfunctions.asl.failures import InvalidDefinitionError, StateFailure
from local.stepfunctions.tasks.naming import operation_model, service_model
from local.stepfunctions.tasks.sdk import Sdk, from_members, to_members

FUNCTION = re.compile(r"^arn:[^:]+:lambda:[^:]+:\d{12}:function:[^:]+(:[^:]+)?$")
INTEGRATION = re.compile(
    r"^arn:[^:]+:states:::(?P<sdk>aws-sdk:)?(?P<service>[a-z0-9-]+):(?P<action>[A-Za-z0-9]+)"
    r"(?:\.(?P<mode>waitForTaskToken|sync(?::2)?))?$"
)
REQUEST = "request"
TOKEN = "waitForTaskToken"  # noqa: S105 - a mode, no secret
SYNC = "sync"
SYNC_PARSED = "sync:2"

OPTIMIZED = {
    "lambda": ("lambda", "Lambda", "AWSLambdaException"),
    "dynamodb": ("dynamodb", "DynamoDB", "AmazonDynamoDBException"),
    "sns": ("sns", "SNS", "AmazonSNSException"),
    "sqs": ("sqs", "SQS", "AmazonSQSException"),
    "events": ("eventbridge", "EventBridge", "AmazonEventBridgeException"),
    "states": ("sfn", "StepFunctions", "AWSStepFunctionsException"),
}
"""Service in the ARN: its SDK name, its prefix in error names, that of an unknown code."""

OPTIMIZED_ACTIONS = {
    "lambda": {"invoke"},
    "dynamodb": {"getItem", "putItem", "updateItem", "deleteItem"},
    "sns": {"publish"},
    "sqs": {"sendMessage"},
    "events": {"putEvents"},
    "states": {"startExecution"},
}


@dataclass(frozen=True)
class Integration:
    """What a Task calls.

    Attributes:
        resource: The Resource as the definition has it.
        resource_type: ``lambda``, ``aws-sdk:redshift``; empty for a function named by its own ARN.
        action: ``invoke.waitForTaskToken``, ``describeClusters``.
        mode: Whether the answer is the result, or a token or another execution is waited for.
        operation: The API operation.
        sdk: Arguments and result have the SDK integration's names.
    """

    resource: str
    resource_type: str
    action: str
    mode: str
    operation: OperationModel
    sdk: bool = False

    @property
    def is_function(self) -> bool:
        """The task invokes a Lambda function."""
        return self.resource_type in {"", "lambda"}

    @property
    def service(self) -> str:
        """The service as botocore names it."""
        return str(self.operation.service_model.service_name)

    def perform(self, sdk: Sdk, arguments: Any) -> Any:
        """Call the API; the result of the task.

        Raises:
            StateFailure: With the error name that Step Functions gives it.
        """
        members = to_members(arguments, self.operation, optimized=not self.sdk)
        if self.sdk:
            return from_members(
                sdk.call(self.service, self.operation.name, members), self.operation.output_shape
            )
        try:
            return self._call_with_pascal_case(sdk, members)
        except StateFailure as failure:
            raise self.with_integration_name(failure) from failure

    def with_integration_name(self, failure: StateFailure) -> StateFailure:
        """The failure with the error name of an optimized integration, which differs from the SDK's."""
        if failure.error is None or self.sdk or failure.error.startswith("States."):
            return failure
        _, prefix, other = OPTIMIZED[self.resource_type or "lambda"]
        own, _, name = failure.error.partition(".")
        unmodeled = name == f"{own}Exception"
        return StateFailure(f"{prefix}.{other if unmodeled else name}", failure.cause)

    def _call_with_pascal_case(self, sdk: Sdk, members: dict[str, Any]) -> Any:
        answer = sdk.call(self.service, self.operation.name, members)
        capitalized = {name[:1].upper() + name[1:]: value for name, value in answer.items()}
        return {**capitalized, "SdkHttpMetadata": {"HttpStatusCode": 200}}


def integration(resource: str) -> Integration:
    """What a Resource names.

    Raises:
        InvalidDefinitionError: Nothing that Step Functions, or this emulation of it, can call.
    """
    if FUNCTION.match(resource):
        invoke = operation_model("lambda", "invoke")
        assert invoke is not None  # noqa: S101 - botocore has it
        return Integration(resource, "", "invoke", REQUEST, invoke)
    found = INTEGRATION.match(resource)
    if found is None:
        raise InvalidDefinitionError(f"The resource provided {resource} is not recognized")
    return _service_integration(resource, found)


def _service_integration(resource: str, found: re.Match[str]) -> Integration:
    service, action, mode = found["service"], found["action"], found["mode"] or REQUEST
    name = service if found["sdk"] else OPTIMIZED.get(service, ("",))[0]
    operation = operation_model(name, action) if service_model(name) else None
    supported = found["sdk"] or action in OPTIMIZED_ACTIONS.get(service, ())
    if operation is None or not supported or not _has_mode(mode, service, sdk=bool(found["sdk"])):
        raise InvalidDefinitionError(f"The resource provided {resource} is not recognized")
    suffix = "" if mode == REQUEST else f".{mode}"
    return Integration(
        resource, f"{found['sdk'] or ''}{service}", action + suffix, mode, operation, bool(found["sdk"])
    )


def _has_mode(mode: str, service: str, *, sdk: bool) -> bool:
    if mode in {SYNC, SYNC_PARSED}:
        return service == "states" and not sdk
    return mode == REQUEST or sdk or service != "dynamodb"
