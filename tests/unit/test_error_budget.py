"""Which errors are outages, and for how long errors in a row are borne."""

from __future__ import annotations

from itertools import accumulate

import pytest

from steward.domain.deprovision.call_budget import LONGEST_OUTAGE
from steward.domain.error_budget import OUTAGE, REFUSAL, budget_for, pause_after
from steward.domain.retry_budget import OUTAGE_BUDGET

HOUR, DAY = 3600, 86_400


def spent(errors: int) -> int:
    """Seconds of pauses after so many errors."""
    return list(accumulate(pause_after(count) for count in range(1, errors + 1)))[-1]


@pytest.mark.parametrize(
    ("error", "cause", "budget"),
    [
        ("AwsUnavailable", "An error occurred (ServiceUnavailable)", OUTAGE),
        ("Lambda.ServiceException", "", OUTAGE),
        ("Redshift.RedshiftException", "(Service: Redshift, Status Code: 503)", OUTAGE),
        ("Redshift.RedshiftException", "(Service: Redshift, Status Code: 403)", REFUSAL),
        ("ExecutionUnknown", "An error occurred (AccessDeniedException) when calling", REFUSAL),
        ("ClientError", "An error occurred (AccessDenied)", REFUSAL),
        ("Runtime.ExitError", "the function crashed", REFUSAL),
    ],
)
def test_what_aws_denies_or_a_function_breaks_is_no_outage(error: str, cause: str, budget: object) -> None:
    assert budget_for({"Error": error, "Cause": cause}) is budget


def test_an_outage_is_borne_as_long_as_calls_without_an_answer_are() -> None:
    assert 0 <= spent(OUTAGE.tolerated) - OUTAGE_BUDGET.total_seconds() < HOUR
    assert 0 <= spent(OUTAGE.most) - LONGEST_OUTAGE.total_seconds() < DAY


def test_a_denial_is_borne_for_minutes_and_where_something_is_committed_for_days() -> None:
    assert spent(REFUSAL.tolerated) < HOUR
    assert 2 * DAY < spent(REFUSAL.most) < 4 * DAY
