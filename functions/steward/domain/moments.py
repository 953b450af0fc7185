"""Moments as text: ISO 8601 in UTC, to the second, as they stand in tags, records and documents."""

from datetime import UTC, datetime


def parse_moment(text: str) -> datetime:
    """The moment that ``text`` names; one without an offset is meant in UTC.

    Raises:
        ValueError: ``text`` is no ISO 8601 date or time.
    """
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def format_moment(moment: datetime) -> str:
    """``moment`` as ``2026-11-21T21:00:00Z``."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
