"""What a rule's target does with an event: one AWS call in EventBridge's name, or in the target's role's.

EventBridge user guide, "Event bus targets". A function has to let EventBridge invoke it, by a resource policy
(AWS::Lambda::Permission); the policies of queues and topics are not looked at.
"""

import json
import uuid
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import SERVICE_CREDENTIALS, client, send_message, service_session
from local.context import Context
from local.iam.service_roles import EVENTS, may_assume
from local.iam.topic_keys import service_may_use_key

SERVICES = ("lambda", "states", "sns", "sqs")
SESSION_NAME = "EventBridge"

CODES = {
    "AccessDenied": "NO_PERMISSIONS",
    "AccessDeniedException": "NO_PERMISSIONS",
    "AWS.SimpleQueueService.NonExistentQueue": "NO_RESOURCE",
    "AuthorizationError": "NO_PERMISSIONS",
    "ExecutionAlreadyExists": "RESOURCE_ALREADY_EXISTS",
    "InvalidExecutionInput": "INVALID_JSON",
    "NotFound": "NO_RESOURCE",
    "ResourceNotFoundException": "NO_RESOURCE",
    "StateMachineDoesNotExist": "NO_RESOURCE",
    "TooManyRequestsException": "THROTTLING",
}
"""Error codes of targets, as dead-letter queues name them ("Using dead-letter queues")."""

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = 500


class DeliveryError(Exception):
    """A target that did not take its event.

    Args:
        code: For the dead-letter queue.
        reason: In the target's words.
        retriable: Whether EventBridge tries again: after HTTP 429 and 5xx only.
    """

    def __init__(self, code: str, reason: str, *, retriable: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.retriable = retriable


def service_of(target: dict[str, Any]) -> str:
    """What kind of target it is, by its ARN."""
    return str(target["Arn"]).split(":")[2]


def check(target: dict[str, Any], rule_arn: str) -> str | None:
    """Why PutTargets refuses a target of a rule; None when it does not."""
    role = target.get("RoleArn")
    if role and not may_assume(EVENTS, role, rule_arn.split(":")[4], rule_arn):
        return f"Provided role '{role}' cannot be assumed by principal '{EVENTS}'."
    if service_of(target) == "states" and not target.get("RoleArn"):
        return f"RoleArn is required for target {target['Arn']}."
    return None


def send(context: Context, target: dict[str, Any], text: str, event_id: str, rule_arn: str) -> None:
    """Hand one event to one target.

    Args:
        context: Where to.
        target: As PutTargets took it.
        text: The target's input.
        event_id: Names executions, so that a second attempt of one delivery starts nothing twice.
        rule_arn: Has to be allowed by a function's policy.

    Raises:
        DeliveryError: The target refused.
    """
    try:
        _send(
            context,
            target,
            text,
            f"{event_id}_{uuid.uuid5(uuid.NAMESPACE_URL, rule_arn + target['Id'])}",
            rule_arn,
        )
    except ClientError as error:
        details, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        retriable = status == TOO_MANY_REQUESTS or status >= SERVER_ERRORS
        code = CODES.get(details["Code"], "ERROR_FROM_TARGET")
        raise DeliveryError(code, details["Message"], retriable=retriable) from error
    except BotoCoreError as error:
        raise DeliveryError("SDK_CLIENT_ERROR", str(error), retriable=True) from error


def _send(context: Context, target: dict[str, Any], text: str, name: str, rule_arn: str) -> None:
    arn, service = target["Arn"], service_of(target)
    api = _api(context, target, rule_arn)
    match service:
        case "lambda":
            _require_permission(api, arn, rule_arn)
            api.invoke(FunctionName=arn, InvocationType="Event", Payload=text.encode())
        case "states":
            api.start_execution(stateMachineArn=arn, input=text, name=name)
        case "sns":
            if not target.get("RoleArn") and not service_may_use_key(EVENTS, arn, rule_arn):
                raise DeliveryError("NO_PERMISSIONS", f"the key of {arn} does not let {EVENTS} use it")
            api.publish(TopicArn=arn, Message=text)
        case "sqs":
            send_message(context, arn, text, **(target.get("SqsParameters") or {}))


def _api(context: Context, target: dict[str, Any], rule_arn: str) -> Any:
    region = target["Arn"].split(":")[3]
    session = SERVICE_CREDENTIALS
    if target.get("RoleArn"):
        account = rule_arn.split(":")[4]
        session = service_session(EVENTS, target["RoleArn"], SESSION_NAME, region, account, rule_arn)
    names = {"states": "stepfunctions"}
    service = service_of(target)
    return client(context, names.get(service, service), session, region, as_work=True)


def _require_permission(api: Any, function: str, rule_arn: str) -> None:
    try:
        policy = json.loads(api.get_policy(FunctionName=function)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        api.get_function(FunctionName=function)  # a function that is not there says so itself
        policy = {"Statement": []}
    if not any(_allows(statement, rule_arn) for statement in policy["Statement"]):
        raise DeliveryError("NO_PERMISSIONS", f"{function} does not let {EVENTS} invoke it for {rule_arn}")


def _allows(statement: dict[str, Any], rule_arn: str) -> bool:
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    sources = [
        value
        for test in statement.get("Condition", {}).values()
        for key, value in test.items()
        if key.lower() == "aws:sourcearn"
    ]
    return (
        statement.get("Effect") == "Allow"
        and service in {EVENTS, "*"}
        and statement.get("Action") in {"lambda:InvokeFunction", "lambda:*", "*"}
        and all(fnmatchcase(rule_arn, source) for source in sources)
    )
