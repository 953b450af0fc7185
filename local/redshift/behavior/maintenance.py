"""Weekly maintenance windows: ``sat:22:00-sat:22:30``, in UTC (AWS Redshift API reference, CreateCluster)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.redshift.errors import invalid_value

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = timedelta(days=7)
SHORTEST = timedelta(minutes=30)
FORM = re.compile(r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):([0-5]\d)")
AN_EPOCH_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """The half hour or more of a week in which AWS may work on a cluster.

    Attributes:
        opens: How long after Monday 00:00 UTC.
        length: At least 30 minutes.
    """

    opens: timedelta
    length: timedelta

    @classmethod
    def parse(cls, text: str) -> MaintenanceWindow:
        """Read ``ddd:hh24:mi-ddd:hh24:mi``.

        Raises:
            RedshiftError: ``InvalidParameterValue``; the form is wrong or the window too short.
        """
        start, _, end = text.lower().partition("-")
        moments = [_since_monday(part) for part in (start, end)]
        if moments[0] is None or moments[1] is None:
            raise invalid_value(
                f"PreferredMaintenanceWindow {text!r} is not of the form ddd:hh24:mi-ddd:hh24:mi."
            )
        length = (moments[1] - moments[0]) % WEEK
        if length < SHORTEST:
            raise invalid_value(f"PreferredMaintenanceWindow {text!r} is shorter than 30 minutes.")
        return cls(moments[0], length)

    def last_opening(self, moment: datetime) -> datetime:
        """The latest opening at or before a moment."""
        return moment - (moment - AN_EPOCH_MONDAY - self.opens) % WEEK

    def next_opening(self, moment: datetime) -> datetime:
        """The first opening after a moment."""
        return self.last_opening(moment) + WEEK

    def contains(self, moment: datetime) -> bool:
        """Whether the window is open."""
        return moment < self.last_opening(moment) + self.length


def _since_monday(text: str) -> timedelta | None:
    match = FORM.fullmatch(text.strip())
    if match is None:
        return None
    day, hour, minute = match.groups()
    return timedelta(days=DAYS.index(day), hours=int(hour), minutes=int(minute))
