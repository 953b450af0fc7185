"""Calls that change something: one attempt each, and a `CallResult` for every answer that AWS can give.

No refusal is raised: a call whose error nobody expected would look like a call without an answer to whoever
reads the record, and would be made again.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's name
    HTTPClientError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

from steward.domain.call_outcome import CallOutcome, CallResult

OUTCOMES = {
    "ClusterNotFound": CallOutcome.NOT_FOUND,
    "ClusterSnapshotNotFound": CallOutcome.NOT_FOUND,
    "ResourceNotFoundFault": CallOutcome.NOT_FOUND,
    "InvalidClusterState": CallOutcome.BUSY,
    "InvalidClusterSnapshotState": CallOutcome.BUSY,
    "InsufficientClusterCapacity": CallOutcome.BUSY,
    "ClusterAlreadyExists": CallOutcome.BUSY,
    "ClusterSnapshotAlreadyExists": CallOutcome.BUSY,
    "AccessDenied": CallOutcome.DENIED,
    "AccessDeniedException": CallOutcome.DENIED,
    "DependentServiceAccessDenied": CallOutcome.DENIED,
    "UnauthorizedOperation": CallOutcome.DENIED,
    "ExpiredToken": CallOutcome.BUSY,
    "RequestExpired": CallOutcome.BUSY,
    "Throttling": CallOutcome.THROTTLED,
    "ThrottlingException": CallOutcome.THROTTLED,
    "RequestLimitExceeded": CallOutcome.THROTTLED,
    "TooManyRequestsException": CallOutcome.THROTTLED,
    "DependentServiceRequestThrottlingFault": CallOutcome.THROTTLED,
    "UnsupportedOperation": CallOutcome.UNSUPPORTED,
    "ClusterSnapshotQuotaExceeded": CallOutcome.UNSUPPORTED,
    "TagLimitExceededFault": CallOutcome.UNSUPPORTED,
    "InvalidParameterValue": CallOutcome.INVALID,
}
"""Wire codes, for all calls of all workflows; any other code of a refusal is `CallOutcome.REFUSED`.

A name that is taken may be by our own call whose answer was lost, and credentials that have expired are
renewed. These are `CallOutcome.BUSY`: observed again, bounded by the retry budget.

Source: botocore's service model of Redshift. Some codes keep the word Fault and some do not.
"""

UNDECIDED = frozenset({408, *range(500, 600)})
"""HTTP statuses with which Redshift says nothing about whether it applied the change."""

TOO_MANY = 429

NO_ANSWER = (ConnectionError, HTTPClientError, ResponseParserError)
"""botocore's errors when none came, or none that can be read."""


def call_once(call: Callable[..., Any], **parameters: Any) -> CallResult:
    """The result of one call; it raises nothing."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        return _refusal(error)
    except ParamValidationError as error:
        return CallResult(CallOutcome.REFUSED, "ParamValidationError", str(error))
    except (BotoCoreError, ResponseParserError) as error:
        return CallResult(CallOutcome.LOST, text=f"no answer came: {type(error).__name__}")
    return CallResult(CallOutcome.ACCEPTED, request_id=_request_id(answer))


def _refusal(error: ClientError) -> CallResult:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "") or code
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    request_id = _request_id(error.response)
    if code in OUTCOMES:
        return CallResult(OUTCOMES[code], code, text, request_id)
    if status in UNDECIDED:
        return CallResult(CallOutcome.LOST, code, f"Redshift failed: {text}", request_id)
    outcome = CallOutcome.THROTTLED if status == TOO_MANY else CallOutcome.REFUSED
    return CallResult(outcome, code, text, request_id)


def may_pass(error: Exception) -> bool:
    """Whether asking again later can help: AWS throttled, failed or did not answer."""
    if isinstance(error, ClientError):
        return _refusal(error).outcome.is_outage
    return isinstance(error, NO_ANSWER)


def _request_id(answer: Any) -> str:
    return str(answer.get("ResponseMetadata", {}).get("RequestId", ""))
