"""Calls that change something: one attempt each, and a `CallResult` for every expected error."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004  # botocore's own
from botocore.parsers import ResponseParserError

from steward.domain.call_outcome import CallOutcome, CallResult

COMMON_ERRORS = {
    "ClusterNotFound": CallOutcome.NOT_FOUND,
    "InvalidClusterState": CallOutcome.BUSY,
    "DependentServiceRequestThrottlingFault": CallOutcome.THROTTLED,
    "Throttling": CallOutcome.THROTTLED,
    "ThrottlingException": CallOutcome.THROTTLED,
    "UnsupportedOperation": CallOutcome.UNSUPPORTED,
    "InsufficientClusterCapacity": CallOutcome.BUSY,
    "ResourceNotFoundFault": CallOutcome.NOT_FOUND,
}
"""Wire codes of the errors that every change may meet; one that is not expected is raised.

Source: botocore's service model of Redshift. Some codes keep the word Fault and some do not.
"""

DELETION_ERRORS = {
    **COMMON_ERRORS,
    "AccessDenied": CallOutcome.BUSY,
    "ClusterAlreadyExists": CallOutcome.BUSY,
    "ClusterSnapshotAlreadyExists": CallOutcome.BUSY,
    "ClusterSnapshotNotFound": CallOutcome.NOT_FOUND,
    "ClusterSnapshotQuotaExceeded": CallOutcome.UNSUPPORTED,
    "InvalidClusterSnapshotState": CallOutcome.BUSY,
    "TagLimitExceededFault": CallOutcome.UNSUPPORTED,
}
"""The same for the calls that a deletion consists of.

IAM can take a moment to know a tag that its condition asks for, and a name that is taken may be by our own
call whose answer was lost: both are observed again.
"""

NO_ANSWER = (ConnectionError, HTTPClientError, ResponseParserError)
"""No connection, a connection that ended early, or an answer that was cut off."""

SERVER_FAULT = 500
"""HTTP status from which on Redshift says nothing about whether it applied the change."""


def call_expecting(
    expected: Mapping[str, CallOutcome], call: Callable[..., Any], **parameters: Any
) -> CallResult:
    """The reply to one call; errors whose code is not ``expected`` are raised."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        return _refusal(error, expected)
    except NO_ANSWER as error:
        return CallResult(CallOutcome.LOST, text=f"no answer came: {type(error).__name__}")
    return CallResult(CallOutcome.ACCEPTED, request_id=_request_id(answer))


call_once = partial(call_expecting, DELETION_ERRORS)


def _refusal(error: ClientError, expected: Mapping[str, CallOutcome]) -> CallResult:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "") or code
    if code in expected:
        return CallResult(expected[code], code, text, _request_id(error.response))
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_FAULT:
        return CallResult(CallOutcome.LOST, code, f"Redshift failed: {text}", _request_id(error.response))
    raise error


def _request_id(answer: Any) -> str:
    return str(answer.get("ResponseMetadata", {}).get("RequestId", ""))
