"""Moments as Step Functions writes and reads them."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """A moment as the context object shows it: ISO 8601, UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def millis(moment: datetime) -> int:
    """A moment in milliseconds since 1970, as EventBridge events show it."""
    return int(moment.timestamp() * 1000)


def parse_timestamp(text: str) -> datetime:
    """A Wait state's Timestamp.

    Raises:
        ValueError: It is not RFC 3339 with an upper-case T and an offset.
    """
    if "T" not in text:
        raise ValueError("no upper-case T between date and time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset from UTC")
    return moment
