"""Moments as a page shows them, in one time zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from steward.domain.moments import parse_moment

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English, independent of the machine's locale."""


@dataclass(frozen=True)
class Zone:
    """The time zone of a page, with its IANA name."""

    name: str
    rules: tzinfo

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.rules)

    def clock(self, moment: datetime) -> str:
        """``22:00:02``."""
        return self.local(moment).strftime("%H:%M:%S")

    def minute(self, moment: datetime) -> str:
        """``22:00``."""
        return self.local(moment).strftime("%H:%M")

    def short_day(self, moment: datetime) -> str:
        """``21 Nov``."""
        local = self.local(moment)
        return f"{local.day} {MONTHS[local.month - 1]}"

    def day(self, moment: datetime) -> str:
        """``Sat 21 Nov 2026``."""
        local = self.local(moment)
        return f"{DAYS[local.weekday()]} {self.short_day(moment)} {local.year}"

    def full(self, moment: datetime) -> str:
        """``Sat 21 Nov 2026, 22:00:02 CET``."""
        local = self.local(moment)
        return f"{self.day(moment)}, {self.clock(moment)} {local.tzname()}"


UTC_ZONE = Zone("UTC", UTC)


def zone(name: Any) -> Zone:
    """The zone with this IANA name; UTC for an unknown name."""
    try:
        return Zone(name, ZoneInfo(name)) if isinstance(name, str) and name not in {"", "UTC"} else UTC_ZONE
    except (KeyError, ValueError, OSError):  # an unknown name; no name; a folder's name
        return UTC_ZONE


def moment(text: Any) -> datetime | None:
    """A moment in ISO 8601; None for any other value."""
    try:
        return parse_moment(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def iso(when: datetime) -> str:
    """``2026-11-21T21:00:02Z``, for attributes that programs read."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
