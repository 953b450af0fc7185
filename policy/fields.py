"""The types of single values in the policy: each is read, described in words, and has a JSON Schema."""

import re
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import TypeAdapter, ValidationError

from policy.field_spec import FieldSpec
from policy.regions import REGIONS
from policy.schedule import SCHEDULE_PATTERN, parse_schedule
from schedule_expressions import EXPECTED as EXPECTED_SCHEDULE
from steward.domain.calendar import DAYS
from steward.domain.durations import DURATION_PATTERN, EXPECTED_DURATION, parse_duration

LONGEST_TEXT = 256


def text(expected: str, pattern: str, example: str, longest: int = LONGEST_TEXT) -> FieldSpec:
    """Text that matches ``pattern``, a regular expression that ECMA-262 and Python read the same way."""

    def read(value: Any) -> str:
        return _matching(value, pattern, longest)

    schema = {"type": "string", "pattern": pattern, "maxLength": longest, "examples": [example]}
    return FieldSpec(f'{expected}, for example "{example}"', read, schema)


def valid_or_none(kind: Any, value: Any) -> Any:
    """``value`` as ``kind``; None when it is not valid, which the model reports."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return None


def choice(*choices: str) -> FieldSpec:
    expected = " or ".join([", ".join(choices[:-1]), choices[-1]])

    def read(value: Any) -> str:
        if value in choices and isinstance(value, str):
            return value
        raise ValueError(expected + _suggestion(value, choices))

    return FieldSpec(expected, read, {"enum": list(choices)})


def whole_number(lowest: int, highest: int) -> FieldSpec:
    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        raise ValueError

    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return FieldSpec(f"a whole number from {lowest} to {highest}", read, schema)


def duration(shortest: str, longest: str) -> FieldSpec:
    """A duration within bounds, which are written as durations."""
    bounds = f"{shortest} to {longest}"
    lowest, highest = parse_duration(shortest), parse_duration(longest)

    def read(value: Any) -> timedelta:
        seconds = parse_duration(_matching(value, DURATION_PATTERN, LONGEST_TEXT))
        if not lowest <= seconds <= highest:
            raise ValueError(f"a duration from {bounds}")
        return timedelta(seconds=seconds)

    schema = {"type": "string", "pattern": DURATION_PATTERN, "examples": [shortest, longest]}
    return FieldSpec(f"{EXPECTED_DURATION}, from {bounds}", read, schema)


def _matching(value: Any, pattern: str, longest: int) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004  # pydantic collects ValueErrors, a TypeError would escape
    if len(value) > longest:
        raise ValueError(f"at most {longest} characters")
    # fullmatch, because Python's `$` would let a trailing line break through
    if re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is None:
        raise ValueError
    return value


def _suggestion(value: Any, choices: tuple[str, ...] | list[str]) -> str:
    near = get_close_matches(value[:LONGEST_TEXT], choices, n=1) if isinstance(value, str) else []
    return f' (did you mean "{near[0]}"?)' if near else ""


def _read_account(value: Any) -> str:
    if isinstance(value, int | float):
        raise ValueError(  # noqa: TRY004  # as in _matching
            "12 digits in quotes; without quotes YAML reads a number and can drop a leading 0"
        )
    return _matching(value, "[0-9]{12}", LONGEST_TEXT)


def _read_schedule(value: Any) -> str:
    schedule = _matching(value, r"[ -~]+", LONGEST_TEXT)
    parse_schedule(schedule)
    return schedule


@cache
def _timezones() -> tuple[str, ...]:
    """The IANA time zones; "localtime" and "Factory" are files next to them, not zones."""
    return tuple(sorted(available_timezones() - {"localtime", "Factory"}))


def _read_timezone(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004  # as in _matching
    if value not in _timezones():
        raise ValueError(_EXPECTED_TIMEZONE + _suggestion(value, _timezones()))
    return value


def _read_region(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004  # as in _matching
    if value not in REGIONS:
        raise ValueError(_EXPECTED_REGION + _suggestion(value, REGIONS))
    return value


def _read_local_time(value: Any) -> datetime:
    try:
        return datetime.fromisoformat(_matching(value, _LOCAL_TIME_PATTERN, LONGEST_TEXT))
    except ValueError:
        # its message would mention isoformat
        raise ValueError from None


def _read_percent(value: Any) -> float:
    if isinstance(value, str):
        value = float(_matching(value, _PERCENT_PATTERN, LONGEST_TEXT).removesuffix("%"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _WHOLE:
        raise ValueError
    return float(value)


_WHOLE = 100
_EXPECTED_REGION = 'an AWS Region that has Redshift, for example "eu-central-1"'
_EXPECTED_TIMEZONE = 'an IANA time zone, for example "Europe/Berlin"'
_LOCAL_TIME_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$"
_PERCENT_PATTERN = r"^(100|[0-9]{1,2}(\.[0-9]{1,3})?)%$"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"

Account = Annotated[
    str,
    FieldSpec(
        'a 12-digit AWS account ID in quotes, for example "123456789012"',
        _read_account,
        {"type": "string", "pattern": "^[0-9]{12}$"},
    ),
]
Region = Annotated[
    str,
    FieldSpec(_EXPECTED_REGION, _read_region, {"type": "string", "enum": list(REGIONS)}),
]
EnvironmentName = Annotated[
    str,
    text(
        "lowercase letters, digits and single hyphens, starting with a letter",
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "production",
        longest=32,
    ),
]
Email = Annotated[
    str,
    text(
        "an email address",
        r'^[^@\s"<>,;:()\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$',
        "dba@example.com",
        longest=254,
    ),
]
Link = Annotated[
    str | None,
    text(
        "an https address",
        r'^https://[^\s"<>{}]+$',
        "https://wiki.example.com/redshift-steward/runbook",
        longest=300,
    ),
]
TagKey = Annotated[
    str,
    text("a tag key without * or control characters", r"^[^\x00-\x1f\x7f*?]+$", "environment", longest=128),
]
TagValue = Annotated[
    str,
    text(
        'a tag value (in quotes if it is a number, true or false), or "*" alone for any value',
        r"^(\*|[^\x00-\x1f\x7f*?]*)$",
        "production",
    ),
]
IdentifierPattern = Annotated[
    str,
    text(
        "a Redshift cluster identifier (lowercase letters, digits and single hyphens, starting with a letter)"
        "; * matches any characters, ? matches one",
        r"^[a-z*?][a-z0-9*?]*(-[a-z0-9*?]+)*$",
        "finance-*",
        longest=63,
    ),
]
Name = Annotated[
    str,
    text(
        "a name on one line",
        r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?$",
        "quarter close",
        longest=100,
    ),
]
Opens = Annotated[str, text("a time of the day as HH:MM", f"^{_CLOCK}$", "22:00")]
Closes = Annotated[str, text("a time of the day as HH:MM, up to 24:00", f"^({_CLOCK}|24:00)$", "06:00")]
Weekday = Annotated[str, choice(*DAYS)]
LocalTime = Annotated[
    datetime,
    FieldSpec(
        'a local date and time without offset, for example "2026-12-28T00:00"',
        _read_local_time,
        {"type": "string", "pattern": _LOCAL_TIME_PATTERN, "examples": ["2026-12-28T00:00"]},
    ),
]
Percent = Annotated[
    float,
    FieldSpec(
        'a percentage from 0% to 100%, for example "20%"',
        _read_percent,
        {
            "anyOf": [
                {"type": "string", "pattern": _PERCENT_PATTERN},
                {"type": "number", "minimum": 0, "maximum": 100},
            ],
            "examples": ["20%"],
        },
    ),
]
Schedule = Annotated[
    str, FieldSpec(EXPECTED_SCHEDULE, _read_schedule, {"type": "string", "pattern": SCHEDULE_PATTERN})
]
Timezone = Annotated[
    str,
    FieldSpec(
        _EXPECTED_TIMEZONE, _read_timezone, {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_+/-]*$"}
    ),
]
MaxAge = Annotated[timedelta, duration("1 day", "3650 days")]
Deadline = Annotated[timedelta, duration("30 minutes", "7 days")]
Margin = Annotated[timedelta, duration("1 minute", "3 days")]
