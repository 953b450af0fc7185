"""What EventBridge Scheduler refuses of a schedule beyond its API's model.

Sources: Scheduler API reference, CreateSchedule and Target; user guide, "Schedule types", "Using universal
targets", "Configuring flexible time windows". Where AWS's own wording was observed, it is used.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import botocore.session

from local.arns import MALFORMED, is_arn
from local.scheduler.engine import is_one_time, moment
from local.scheduler.targets import SDK_NAMES, UNIVERSAL
from local.strict_json import parse_json
from schedule_expressions import parse

GRACE = timedelta(minutes=5)
"""How long ago a new StartDate may be (observed: "cannot be earlier than 5 minutes ago")."""

TEMPLATED = frozenset(
    {
        *("codebuild", "codepipeline", "ecs", "events", "firehose", "inspector", "kinesis", "lambda"),
        *("sagemaker", "sns", "sqs", "states"),
    }
)
"""Services with templated targets, as their ARNs name them (user guide, "Using templated targets")."""

JSON_INPUT = frozenset({"events", "lambda", "states"})
"""Templated targets whose Input must be JSON (API reference, Target)."""

PARAMETERS = {
    "EcsParameters": "ecs",
    "EventBridgeParameters": "events",
    "KinesisParameters": "kinesis",
    "SageMakerPipelineParameters": "sagemaker",
    "SqsParameters": "sqs",
}
"""Members of a target that only one service's template has."""

READING = re.compile(
    "(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet"
    "|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection"
    "|translateDocument|isAuthorized|invokeModel)"
)
"""How API actions begin that a universal target cannot call."""

Given = Mapping[str, Any]
"""The parameters of CreateSchedule or UpdateSchedule, with moto's names."""


def problems(given: Given, now: datetime) -> Iterator[str]:
    """What a schedule is refused for, each a sentence.

    Args:
        given: Its parameters; they fit the API's model.
        now: When it is created or changed.
    """
    for rule in RULES:
        yield from rule(given, now)


def _expression(given: Given, _: datetime) -> Iterator[str]:
    text = given["schedule_expression"]
    try:
        parse(text)
    except ValueError as error:
        yield f"Invalid Schedule Expression {text}: expected {error}"


def _timezone(given: Given, _: datetime) -> Iterator[str]:
    name = given["schedule_expression_timezone"] or "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        yield f"Invalid ScheduleExpressionTimezone {name}."


def _window(given: Given, _: datetime) -> Iterator[str]:
    window = given["flexible_time_window"]
    bounded = window.get("MaximumWindowInMinutes") is not None
    if window["Mode"] == "FLEXIBLE" and not bounded:
        yield "FlexibleTimeWindow needs MaximumWindowInMinutes when its Mode is FLEXIBLE."
    if window["Mode"] == "OFF" and bounded:
        yield "FlexibleTimeWindow takes no MaximumWindowInMinutes when its Mode is OFF."


def _dates(given: Given, now: datetime) -> Iterator[str]:
    """A one-time schedule's are ignored."""
    start, end = moment(given["start_date"]), moment(given["end_date"])
    if is_one_time(given["schedule_expression"]):
        return
    if start is not None and start < now - GRACE and not given.get("start_is_kept"):
        yield "The StartDate you specify cannot be earlier than 5 minutes ago."
    if end is not None and end <= now:
        yield "The EndDate you specify must be in the future."
    elif start is not None and end is not None and end <= start:
        yield "The EndDate you specify must be later than the StartDate."


def _target(given: Given, _: datetime) -> Iterator[str]:
    target = given["target"]
    arn = target["Arn"]
    service = arn.split(":")[2] if is_arn(arn) else ""
    if not is_arn(arn) or (service == "scheduler" and not UNIVERSAL.fullmatch(arn)):
        yield MALFORMED
    elif service == "scheduler":
        yield from _universal(*_api_of(arn))
    elif service not in TEMPLATED:
        yield f"{service} is not a supported service for a target."
    for member, owner in PARAMETERS.items():
        if member in target and service != owner:
            yield f"{member} is for a templated target of {owner} only."
    if service in {*JSON_INPUT, "scheduler"} and not _is_json(target.get("Input")):
        yield "The Input of the target must be well-formed JSON."


def _api_of(arn: str) -> tuple[str, str]:
    match = UNIVERSAL.fullmatch(arn)
    return ("", "") if match is None else (match[1], match[2])


def _universal(service: str, action: str) -> Iterator[str]:
    if READING.match(action):
        yield f"{action} only reads, and is not a supported API action for a target."
    elif action[0].upper() + action[1:] not in _actions(SDK_NAMES.get(service, service)):
        yield f"{action} is no API action of the service {service}."


@cache
def _actions(service: str) -> frozenset[str]:
    session = botocore.session.get_session()
    known = service in session.get_available_services()
    return frozenset(session.get_service_model(service).operation_names if known else ())


def _is_json(text: str | None) -> bool:
    try:
        parse_json("{}" if text is None else text)
    except ValueError:
        return False
    return True


def _queue(given: Given, _: datetime) -> Iterator[str]:
    """A FIFO queue takes messages of a group only (SQS API reference, SendMessage)."""
    target = given["target"]
    is_fifo = target["Arn"].split(":")[2:3] == ["sqs"] and target["Arn"].endswith(".fifo")
    if is_fifo and not target.get("SqsParameters", {}).get("MessageGroupId"):
        yield "SqsParameters needs a MessageGroupId for a FIFO queue."


RULES: tuple[Callable[[Given, datetime], Iterator[str]], ...] = (
    _expression,
    _timezone,
    _window,
    _dates,
    _target,
    _queue,
)
"""Every rule, in the order in which they are looked at."""
