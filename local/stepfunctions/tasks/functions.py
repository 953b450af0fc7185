"""Invokes Lambda functions for Task states, and reports their errors as Step Functions does."""

import json
import re
from collections.abc import Callable
from typing import Any

from local.stepfunctions.asl.failures import StateFailure
from local.stepfunctions.tasks.integrations import Integration
from local.stepfunctions.tasks.sdk import Sdk, jsonable, to_members
from local.strict_json import parse_json

Handler = Callable[[Any], Any]
FUNCTION_NAME = re.compile(r"(?:.*:function:)?(?P<name>[^:]+)(?::[^:]+)?$")


class Functions:
    """Lambda, with functions that a test answers itself.

    Attributes:
        replaced: Python callables, by function name, that take an event and return its result; what they
            raise becomes a function error with the exception's class as errorType.
    """

    def __init__(self) -> None:
        self.replaced: dict[str, Handler] = {}

    def invoke(self, sdk: Sdk, target: Integration, arguments: Any) -> Any:
        """The result of a task that invokes a function.

        Raises:
            StateFailure: The function failed, or Lambda refused to invoke it.
        """
        if target.resource_type:
            members = to_members(arguments, target.operation, optimized=True)
            return _integration_result(self._answer(sdk, target, members))
        members = {"FunctionName": target.resource, "Payload": _text(arguments).encode()}
        return _parse(self._answer(sdk, target, members)["Payload"])

    def _answer(self, sdk: Sdk, target: Integration, members: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._replacement_answer(members) or sdk.raw_call("lambda", "Invoke", members)
        except StateFailure as failure:
            raise target.with_integration_name(failure) from failure
        answer["Payload"] = jsonable(answer.get("Payload", b""))
        if answer.get("FunctionError"):
            raise _function_failure(answer["Payload"])
        return answer

    def _replacement_answer(self, members: dict[str, Any]) -> dict[str, Any] | None:
        found = FUNCTION_NAME.match(str(members.get("FunctionName", "")))
        handler = None if found is None else self.replaced.get(found["name"])
        if handler is None:
            return None
        try:
            result = handler(parse_json(members.get("Payload", b"{}")))
        except Exception as error:  # noqa: BLE001 - a handler may raise anything, as in Lambda
            document = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": _text(document)}
        return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": _text(result)}


def _integration_result(answer: dict[str, Any]) -> dict[str, Any]:
    meta = answer.get("ResponseMetadata", {})
    return {
        "ExecutedVersion": answer.get("ExecutedVersion", "$LATEST"),
        "Payload": _parse(answer["Payload"]),
        "SdkHttpMetadata": {"HttpStatusCode": answer["StatusCode"]},
        "SdkResponseMetadata": {"RequestId": meta.get("RequestId", "")},
        "StatusCode": answer["StatusCode"],
    }


def _function_failure(payload: str) -> StateFailure:
    """Error name and cause of a function error: its errorType, and the whole document."""
    document = _parse(payload)
    kind = document.get("errorType") if isinstance(document, dict) else None
    return StateFailure(kind or "Lambda.Unknown", payload)


def _parse(payload: str) -> Any:
    try:
        return parse_json(payload) if payload else None
    except ValueError:
        return payload


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
