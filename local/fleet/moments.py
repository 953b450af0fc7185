"""Moments as a fleet file writes them: an age, a date, a time of day, or so long after the beginning."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from local.redshift.behavior.durations import parse_length

AGO = re.compile(r"\{([^{}]+) ago\}")
TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


def check_creation_time(value: object) -> object:
    """An age (``200 days``) or a date (``2025-06-01``), kept as it was written.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(value, date):  # YAML reads dates by itself; a datetime is a date too
        return value.isoformat()
    try:
        creation_time(str(value), datetime.now(UTC))
    except ValueError:
        hint = "write an age such as '200 days' or a date such as '2025-06-01'"
        raise ValueError(f"{value!r} is no moment of creation; {hint}") from None
    return str(value)


def creation_time(text: str, start: datetime) -> datetime:
    """When something of an age, or of a date, was created."""
    try:
        return _with_zone(datetime.fromisoformat(text))
    except ValueError:
        return start - parse_length(text)


def check_time(value: object) -> object:
    """A time of day (``22:05``) or a date and time (``2026-03-07T22:05:00+01:00``), kept as it was written.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    if TIME_OF_DAY.fullmatch(str(value)):
        return str(value)
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        hint = "write it in quotes, '22:05' or '2026-03-07T22:05:00+01:00'"
        raise ValueError(f"{value!r} is no time; {hint}") from None
    return str(value)


def next_time(text: str, start: datetime, timezone: str) -> datetime:
    """The moment that a checked time names: the first one after ``start`` for a time of day in a timezone."""
    match = TIME_OF_DAY.fullmatch(text)
    if match is None:
        return _with_zone(datetime.fromisoformat(text))
    hour, minute, second = (int(part or 0) for part in match.groups())
    local = start.astimezone(ZoneInfo(timezone))
    moment = datetime.combine(local.date(), time(hour, minute, second), local.tzinfo)
    if moment < start:
        moment = datetime.combine(local.date() + timedelta(days=1), time(hour, minute, second), local.tzinfo)
    return moment.astimezone(UTC)


def expand_dates(text: str, start: datetime) -> str:
    """A text in which ``{20 days ago}`` is written out as that moment, ISO 8601 in UTC.

    Raises:
        ValueError: There is no length of time before the `` ago``.
    """
    return AGO.sub(lambda match: f"{start - parse_length(match[1]):%Y-%m-%dT%H:%M:%SZ}", text)


def check_timezone(name: str) -> str:
    """An IANA timezone.

    Raises:
        ValueError: There is no such timezone.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not an IANA timezone; write for example 'Europe/Berlin'") from None
    return name


def _with_zone(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _string(**more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **more})


Created = Annotated[str, BeforeValidator(check_creation_time), _string(examples=["200 days", "2025-06-01"])]
Time = Annotated[str, BeforeValidator(check_time), _string(examples=["22:05", "2026-03-07T22:05:00+01:00"])]
Timezone = Annotated[str, AfterValidator(check_timezone)]
