"""Changes whose answers are evidence: one attempt each, and a `Reply` for every error that is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from steward.adapters.clusters import ANSWERS, NO_ANSWER, SERVER_FAULT
from steward.domain.answers import Answer
from steward.domain.deletion.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS = {
    **ANSWERS,
    "AccessDenied": Answer.BUSY,
    "ClusterAlreadyExists": Answer.BUSY,
    "ClusterSnapshotAlreadyExists": Answer.BUSY,
    "ClusterSnapshotNotFound": Answer.NOT_FOUND,
    "ClusterSnapshotQuotaExceeded": Answer.UNSUPPORTED,
    "InvalidClusterSnapshotState": Answer.BUSY,
    "TagLimitExceededFault": Answer.UNSUPPORTED,
}
"""Wire codes of the errors that the steward expects of these calls; every other one is raised.

IAM can take a moment to know a tag that its condition asks for, and a name that is taken may be by our own
call whose answer was lost: both are looked at again.
"""


def asked(call: Callable[..., Any], **parameters: Any) -> Reply:
    """The reply to one call."""
    try:
        answer = call(**parameters)
    except ClientError as error:
        return _refused(error)
    except NO_ANSWER as error:
        return Reply(Answer.LOST, text=f"no answer came: {type(error).__name__}")
    return Reply(Answer.ACCEPTED, request_id=_request_id(answer))


def _refused(error: ClientError) -> Reply:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "") or code
    if code in REFUSALS:
        return Reply(REFUSALS[code], code, text, _request_id(error.response))
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_FAULT:
        return Reply(Answer.LOST, code, f"Redshift failed: {text}", _request_id(error.response))
    raise error


def _request_id(answer: Any) -> str:
    return str(answer.get("ResponseMetadata", {}).get("RequestId", ""))
