"""What nominates a cluster for deletion: the run's input by name, or the cluster's own tag by date."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from steward.domain.decision import Decision, act, refuse, skip
from steward.domain.durations import humanize
from steward.domain.moments import format_moment, parse_moment

TAG = "steward:delete-after"
"""Cluster tag with an ISO 8601 date or moment: from when on the cluster may be deleted."""

EXPECTED = 'an ISO 8601 date such as "2027-01-31"'


def nomination_by_tag(tags: Mapping[str, str], timezone: ZoneInfo, now: datetime) -> Decision:
    """What the cluster's tag says today.

    A date means that the day is over in the policy's time zone: the cautious reading of "after". A value that
    cannot be parsed is refused, never guessed.
    """
    text = tags.get(TAG, "").strip()
    try:
        due = due_at(text, timezone)
    except ValueError:
        return refuse("nomination_unreadable", f'its tag {TAG} says "{text[:60]}", which is not {EXPECTED}')
    if now < due:
        left = humanize((due - now).total_seconds())
        return skip("not_yet", f"its tag {TAG} says {text}, which comes in {left}")
    return act("nominated", f"its tag {TAG} says {text}")


def due_at(text: str, timezone: ZoneInfo) -> datetime:
    """The moment from which on a tag's value nominates.

    Raises:
        ValueError: It is no date and no moment in ISO 8601, or one beyond the calendar.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        day = date.fromisoformat(text)
        try:
            return datetime.combine(day + timedelta(days=1), time(), timezone).astimezone(UTC)
        except OverflowError as error:
            raise ValueError(text) from error
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*", text, re.ASCII):
        raise ValueError(text)
    return parse_moment(text)


def nomination_by_request(requested_by: str, now: datetime) -> Decision:
    """A run that names the cluster nominates it."""
    who = requested_by or "an unnamed caller"
    return act("requested", f"its deletion was requested by {who} at {format_moment(now)}")
