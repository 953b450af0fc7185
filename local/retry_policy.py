"""The retry policy of EventBridge and EventBridge Scheduler: how long they wait, and when they give up.

EventBridge user guide, "How EventBridge retries delivering events"; Scheduler user guide, "Retry policy".
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

SHORTEST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=8)
"""Backoff between attempts doubles from the shortest to the longest. AWS says "exponential" and no more;
these bounds fit its default of 185 attempts into its default of 24 hours."""

ATTEMPTS = 185
AGE = timedelta(hours=24)


def retry_delay(attempt: int) -> timedelta:
    """How long after failed attempt number ``attempt`` (from 1) the next one is made."""
    return min(LONGEST_DELAY, SHORTEST_DELAY * (1 << min(attempt - 1, 10)))


def exhausted_condition(
    target: Mapping[str, Any], attempt: int, since: datetime, retry_at: datetime
) -> str | None:
    """Which limit of a target's RetryPolicy forbids another attempt, as dead-letter queues name it, or None.

    Args:
        target: As it was put, with or without a RetryPolicy.
        attempt: How many attempts have failed.
        since: When the event arrived, or the schedule was due.
        retry_at: When the next attempt would be made.
    """
    policy = target.get("RetryPolicy") or {}
    if attempt > int(policy.get("MaximumRetryAttempts", ATTEMPTS)):
        return "MaximumRetryAttempts"
    age = timedelta(seconds=int(policy.get("MaximumEventAgeInSeconds", AGE.total_seconds())))
    return "MaximumEventAgeInSeconds" if retry_at > since + age else None
