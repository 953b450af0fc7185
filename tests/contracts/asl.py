"""What the synthesized state machine calls, as botocore names it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session

SDK = re.compile(r"arn:aws:states:::aws-sdk:(\w+):(\w+)(?:\.\w+)?$")
LAMBDA = re.compile(r"arn:aws:states:::lambda:invoke(\.waitForTaskToken)?$")
INTEGRATION = {"sfn": "stepfunctions", "eventbridge": "events"}
"""Step Functions' names of services that botocore names otherwise."""


def sdk_call(state: dict[str, Any]) -> tuple[str, str]:
    """The service and operation of a task, as botocore names them; two empty texts for any other state.

    Raises:
        AssertionError: It is a task of a kind that these tests do not know.
    """
    resource = str(state.get("Resource", ""))
    if state["Type"] != "Task":
        return "", ""
    if LAMBDA.match(resource):
        return "lambda", "Invoke"
    match = SDK.match(resource)
    assert match, f"a task of a kind that is not checked: {resource}"
    service, operation = match.groups()
    return INTEGRATION.get(service, service), operation[0].upper() + operation[1:]


@cache
def services() -> frozenset[str]:
    """Every service that botocore knows."""
    return frozenset(botocore.session.get_session().get_available_services())
