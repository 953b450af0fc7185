"""What Step Functions refuses of a state machine's settings beyond its API's model.

Sources: Step Functions API reference, CreateStateMachine, UpdateStateMachine, LoggingConfiguration,
EncryptionConfiguration, TagResource; AWS General Reference, "Tag naming limits and requirements".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

MOST_TAGS = 50
RESERVED_TAGS = "aws:"
LOG_GROUP = re.compile(r"arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:[\w./#-]{1,512}:\*")
KEY = "CUSTOMER_MANAGED_KMS_KEY"

Problem = tuple[str, str]
"""The code of the error, and the sentence."""


def logging_problem(configuration: Mapping[str, Any] | None) -> Problem | None:
    """Why a LoggingConfiguration is refused, or None."""
    if not configuration:
        return None
    destinations = configuration.get("destinations") or []
    problem = None
    if len(destinations) > 1:
        problem = "it has more than one destination"
    elif configuration.get("level", "OFF") != "OFF" and not destinations:
        problem = f"the level {configuration['level']} needs a destination"
    elif any(not LOG_GROUP.fullmatch(_log_group(each)) for each in destinations):
        problem = "logGroupArn must be the ARN of a log group that ends with :*"
    return (
        None
        if problem is None
        else ("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {problem}")
    )


def _log_group(destination: Mapping[str, Any]) -> str:
    return str((destination.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn", ""))


def encryption_problem(configuration: Mapping[str, Any] | None) -> Problem | None:
    """Why an EncryptionConfiguration is refused, or None."""
    if not configuration:
        return None
    has_key = bool(configuration.get("kmsKeyId"))
    problem = None
    if configuration["type"] == KEY and not has_key:
        problem = f"kmsKeyId is required for the type {KEY}"
    elif configuration["type"] != KEY and (has_key or configuration.get("kmsDataKeyReusePeriodSeconds")):
        problem = f"kmsKeyId and kmsDataKeyReusePeriodSeconds are for the type {KEY} only"
    return (
        None
        if problem is None
        else ("InvalidEncryptionConfiguration", f"Invalid Encryption Configuration: {problem}")
    )


def tags_problem(tags: Sequence[Mapping[str, str]] | None, present: int = 0) -> Problem | None:
    """Why a machine cannot get tags, or None.

    Args:
        tags: The new ones, ``key`` and ``value``.
        present: How many others it has.
    """
    keys = [tag["key"] for tag in tags or []]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        return "ValidationException", f"Duplicate tag key: '{twice}'"
    reserved = next((key for key in keys if key.lower().startswith(RESERVED_TAGS)), None)
    if reserved is not None:
        return (
            "ValidationException",
            f"'{reserved}': tag keys that begin with {RESERVED_TAGS} are reserved for AWS",
        )
    if len(keys) + present > MOST_TAGS:
        return "TooManyTags", f"A state machine can have at most {MOST_TAGS} tags"
    return None
