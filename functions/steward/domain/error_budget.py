"""How errors in a row are waited out: the pauses between them, and how many are too many.

The state machines count what they catch in a row. An outage says nothing about the cluster, and ends by
itself. Everything else, such as a read that IAM denies or a function that crashes, is a refusal: most are
final, and the rest are over within minutes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.errors import AwsUnavailable, ExecutionUnknown, StaleEvent

PAUSES = (30, 60, 120, 240, 480, 960, 1920, 3600)
"""Seconds after the first error in a row, the second, and so on; after more errors the last one."""

LAMBDA_OUTAGES = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ResourceConflictException",
    "Lambda.ResourceNotReadyException",
)
"""Of Lambda itself: the function did not run, the last two because it is being updated or activated."""

READING_OUTAGES = ("Redshift.RedshiftException", "Redshift.SdkClientException")
"""Throttling and transport of the wait loops' reads: Step Functions' names for codes that Redshift's model
does not have."""

OUTAGES = (
    AwsUnavailable.__name__,
    ExecutionUnknown.__name__,
    StaleEvent.__name__,
    *LAMBDA_OUTAGES,
    *READING_OUTAGES,
)
"""Errors of state machines that are outages, those of the APIs that functions call included. (An event grows
old while its function dies again and again.)"""

DENIED = ("Status Code: 403", "(AccessDenied")
"""Parts of a cause that show a denial by IAM or an SCP, which the error's name hides: of a read that a wait
loop makes, and of one that a function makes."""

RUN_OUTAGES = (*OUTAGES, "States.ItemReaderFailed")
"""Of the states of the run itself, one of which reads the clusters' items from S3."""

RUN_REFUSALS = (*DENIED, "AccessDenied", "Access Denied", "Status Code: 404", "NoSuchKey")
"""Parts of a cause that show that the items may not be read, or are gone; AWS documents no wording of it."""


@dataclass(frozen=True)
class ErrorBudget:
    """How many errors in a row are borne.

    Attributes:
        tolerated: So many before the operation is stopped, and what it has begun is put back.
        most: So many before it is abandoned as it is: what is begun is finished, or put back, until then.
    """

    tolerated: int
    most: int


OUTAGE = ErrorBudget(18, 18 + 14 * 24)
"""12 hours, as long as `retry_budget.OUTAGE_BUDGET`; then two weeks, one try an hour."""

REFUSAL = ErrorBudget(5, 5 + 3 * 24)
"""A quarter of an hour, in which IAM learns of a new role; then three days, one try an hour."""


def is_outage(error: Mapping[str, Any]) -> bool:
    """Whether the error, as a state machine caught it, says nothing about the cluster."""
    cause = str(error.get("Cause", ""))
    return error.get("Error") in OUTAGES and not any(sign in cause for sign in DENIED)


def budget_for(error: Mapping[str, Any]) -> ErrorBudget:
    return OUTAGE if is_outage(error) else REFUSAL


def pause_after(count: int) -> int:
    """Seconds after the ``count``-th error in a row, counted from 1."""
    return PAUSES[min(count, len(PAUSES)) - 1]
