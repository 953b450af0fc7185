"""What a schedule does when it fires: one AWS call, made in its role's name.

EventBridge Scheduler user guide: "Using templated targets", "Using universal targets", "Adding context
attributes".
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore import xform_name

from local.clients import client, queue_url, service_session
from local.context import Context
from local.iam.service_roles import SCHEDULER
from local.parameters import to_member_case

SDK_NAMES = {"cloudwatchlogs": "logs", "eventbridge": "events", "sfn": "stepfunctions"}
"""Services that universal targets call by another name than boto3 does."""

UNIVERSAL = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:([\w-]+):(\w+)")
"""ARN of a universal target: its service and API action."""


@dataclass(frozen=True)
class Firing:
    """One occurrence of a schedule on its way to the target.

    Attributes:
        scheduled: The moment that the expression names, in UTC.
        execution_id: The same for all attempts.
        attempt: Counted from 1.
    """

    schedule_arn: str
    scheduled: datetime
    execution_id: str
    attempt: int = 1

    @property
    def group_arn(self) -> str:
        """What a role's trust policy knows as the source (user guide, "Confused deputy prevention")."""
        return group_arn(self.schedule_arn)

    @property
    def scheduled_text(self) -> str:
        """The moment as Scheduler writes it, e.g. ``2026-03-01T02:00:00Z``."""
        return self.scheduled.strftime("%Y-%m-%dT%H:%M:%SZ")

    def fill(self, text: str) -> str:
        """``text`` with Scheduler's context attributes replaced."""
        attributes = {
            "schedule-arn": self.schedule_arn,
            "scheduled-time": self.scheduled_text,
            "execution-id": self.execution_id,
            "attempt-number": str(self.attempt),
        }
        for name, value in attributes.items():
            text = text.replace(f"<aws.scheduler.{name}>", value)
        return text


def group_arn(schedule_arn: str) -> str:
    """The ARN of a schedule's group."""
    return schedule_arn.replace(":schedule/", ":schedule-group/", 1).rpartition("/")[0]


class TargetError(Exception):
    """A target that cannot be called as it is described; the message is a sentence."""


def call(context: Context, target: dict[str, Any], firing: Firing) -> None:
    """Call the target once.

    Raises:
        ClientError: The target's API refused.
        BotoCoreError: The parameters do not fit the API, or nothing answered.
        TargetError: There is no such API.
    """
    service, operation, parameters = _request(context, target, firing)
    region = firing.schedule_arn.split(":")[3]
    name, account = f"scheduler-{firing.execution_id[:8]}", firing.schedule_arn.split(":")[4]
    session = service_session(SCHEDULER, target["RoleArn"], name, region, account, firing.group_arn)
    api = client(context, service, session, region, as_work=True)
    method = getattr(api, xform_name(operation), None)
    if method is None:
        raise TargetError(f"{target['Arn']} names no API of {service}")
    shape = api.meta.service_model.operation_model(operation).input_shape
    method(**to_member_case(parameters, shape))


def _request(context: Context, target: dict[str, Any], firing: Firing) -> tuple[str, str, dict[str, Any]]:
    """boto3's service, the operation and its parameters."""
    arn = target["Arn"]
    universal = UNIVERSAL.fullmatch(arn)
    if universal:
        service, action = universal.groups()
        parameters = json.loads(firing.fill(target.get("Input") or "{}"))
        return SDK_NAMES.get(service, service), action[0].upper() + action[1:], parameters
    text = firing.fill(target.get("Input") or _default_event(firing))
    match arn.split(":")[2]:
        case "states":
            name = firing.execution_id
            return "stepfunctions", "StartExecution", {"stateMachineArn": arn, "input": text, "name": name}
        case "lambda":
            return "lambda", "Invoke", {"FunctionName": arn, "InvocationType": "Event", "Payload": text}
        case "sqs":
            extra = target.get("SqsParameters") or {}
            return "sqs", "SendMessage", {"QueueUrl": queue_url(context, arn), "MessageBody": text, **extra}
        case "sns":
            return "sns", "Publish", {"TopicArn": arn, "Message": text}
    raise TargetError(f"local AWS does not know the target {arn}")


def _default_event(firing: Firing) -> str:
    """What a templated target gets from a schedule without an Input."""
    _, _, _, region, account, _ = firing.schedule_arn.split(":", 5)
    event = {
        "version": "0",
        "id": firing.execution_id,
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": firing.scheduled_text,
        "region": region,
        "resources": [firing.schedule_arn],
        "detail": "{}",
    }
    return json.dumps(event)
