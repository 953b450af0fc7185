"""Schedule expressions as EventBridge Scheduler takes them, and the moments that they name.

Rules: EventBridge Scheduler user guide, "Schedule types". ``cron(minutes hours day-of-month month day-of-week
year)``, where exactly one of the two day fields is ``?``; ``rate(value unit)``; ``at(yyyy-mm-ddThh:mm:ss)``.
Daylight saving time, from the same page: a cron moment that a spring change skips is left out, one that an
autumn change repeats counts once.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
LAST_YEAR = 2199
_SATURDAY = 7
_DAYS_IN_WEEK = 7


class Expression(Protocol):
    """What a schedule says about its moments."""

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """The first moment in UTC later than ``moment`` and not before ``start``; None when there is none."""
        ...


def parse(text: str) -> Expression:
    """The expression that ``text`` stands for.

    Raises:
        ValueError: It stands for none; the message is one sentence.
    """
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", text.strip())
    if match is None:
        raise ValueError(f"{text!r} is none of cron(...), rate(...), at(...)")
    kind, inner = match.groups()
    readers: dict[str, Callable[[str], Expression]] = {"cron": _cron, "rate": _rate, "at": _at}
    return readers[kind](inner)


def next_fire(text: str, zone: str, after: datetime, start: datetime | None = None) -> datetime | None:
    """The first moment of an expression later than ``after``.

    Args:
        text: The whole expression, e.g. ``cron(0 22 ? * SAT *)``.
        zone: A name of the tz database; ``rate`` pays no heed to it.
        after: Timezone-aware.
        start: The schedule's StartDate; for ``rate`` its first moment. Default: ``after``.

    Raises:
        ValueError: ``text`` is no expression.
        ZoneInfoNotFoundError: ``zone`` is no time zone.
    """
    return parse(text).after(after, ZoneInfo(zone), start or after)


@dataclass(frozen=True)
class Once:
    """``at(...)``: one moment, in the schedule's time zone."""

    local: datetime

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """As `Expression.after`."""
        due = self.local.replace(tzinfo=zone).astimezone(UTC)
        return due if due > moment and due >= start else None


@dataclass(frozen=True)
class Rate:
    """``rate(...)``: first at the start, then every so often; a day is 24 hours in any time zone."""

    every: timedelta

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """As `Expression.after`."""
        del zone
        if moment < start:
            return start.astimezone(UTC)
        passed = (moment - start) // self.every + 1
        return (start + passed * self.every).astimezone(UTC)


@dataclass(frozen=True)
class Cron:
    """``cron(...)``: times of day on certain days."""

    times: tuple[time, ...]
    months: frozenset[int]
    years: frozenset[int]
    on_day: Callable[[date], bool]

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """As `Expression.after`."""
        earliest = max(moment, start - timedelta(microseconds=1))
        for day in self._days(earliest.astimezone(zone).date() - timedelta(days=1)):
            for at in self.times:
                due = datetime.combine(day, at, zone)
                if due.astimezone(UTC) > earliest and _exists(due):
                    return due.astimezone(UTC)
        return None

    def _days(self, first: date) -> Iterator[date]:
        for year in sorted(year for year in self.years if year >= first.year):
            for month in sorted(self.months):
                if (year, month) < (first.year, first.month):
                    continue
                for number in range(1, calendar.monthrange(year, month)[1] + 1):
                    day = date(year, month, number)
                    if day >= first and self.on_day(day):
                        yield day


def _exists(moment: datetime) -> bool:
    """Whether a wall-clock time occurs: not in the hour that a change to summer time skips."""
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _at(inner: str) -> Once:
    try:
        return Once(datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S"))  # noqa: DTZ007 - the zone is the schedule's
    except ValueError:
        raise ValueError(f"at({inner}) is no moment of the form at(yyyy-mm-ddThh:mm:ss)") from None


def _rate(inner: str) -> Rate:
    match = re.fullmatch(r"([1-9][0-9]*) (minute|hour|day)(s?)", inner)
    if match is None or (match[1] == "1") == bool(match[3]):
        raise ValueError(f"rate({inner}) is no rate such as rate(1 hour) or rate(5 minutes)")
    return Rate(timedelta(**{f"{match[2]}s": int(match[1])}))


def _cron(inner: str) -> Cron:
    fields = inner.split()
    if len(fields) != 6:  # noqa: PLR2004 - the number of a cron expression's fields
        raise ValueError(f"cron({inner}) has {len(fields)} fields, not six")
    minutes, hours, monthday, months, weekday, years = (field.upper() for field in fields)
    if (monthday == "?") == (weekday == "?"):
        raise ValueError(
            f"cron({inner}) needs ? in either day-of-month or day-of-week, and in one of them only"
        )
    times = [
        time(hour, minute)
        for hour in sorted(_values("hours", hours, 0, 23))
        for minute in sorted(_values("minutes", minutes, 0, 59))
    ]
    return Cron(
        tuple(times),
        _values("month", months, 1, 12, MONTHS),
        _values("year", years, 1970, LAST_YEAR),
        _monthdays(monthday) if weekday == "?" else _weekdays(weekday),
    )


def _values(name: str, field: str, low: int, high: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """The numbers that a field stands for: lists, ranges and steps of numbers or names."""
    return frozenset(value for item in field.split(",") for value in _item(name, item, low, high, names))


def _item(name: str, item: str, low: int, high: int, names: tuple[str, ...]) -> range:
    match = re.fullmatch(r"(\*|(\w+)(?:-(\w+))?)(?:/([0-9]+))?", item)
    if match is None:
        raise ValueError(f"{name}: {item!r} is no value, range, list or step")
    whole, first, last, step = match.groups()
    begin = low if whole == "*" else _number(name, first, low, high, names)
    open_ended = whole == "*" or (step is not None and last is None)
    end = high if open_ended else begin if last is None else _number(name, last, low, high, names)
    if end < begin or step == "0":
        raise ValueError(f"{name}: {item!r} runs backwards or stands still")
    return range(begin, end + 1, int(step or 1))


def _number(name: str, text: str, low: int, high: int, names: tuple[str, ...]) -> int:
    value = names.index(text) + low if text in names else int(text) if text.isdigit() else low - 1
    if not low <= value <= high:
        raise ValueError(f"{name}: {text!r} is not within {low} to {high}")
    return value


def _monthdays(field: str) -> Callable[[date], bool]:
    """Days of the month: numbers, ``L`` for the last one, ``15W`` for the weekday nearest to the 15th."""
    if field == "L":
        return lambda day: day.day == _length(day)
    if match := re.fullmatch(r"([0-9]+)W", field):
        wanted = _number("day-of-month", match[1], 1, 31, ())
        return lambda day: wanted <= _length(day) and day == _nearest_weekday(day.replace(day=wanted))
    numbers = _values("day-of-month", field, 1, 31)
    return lambda day: day.day in numbers


def _weekdays(field: str) -> Callable[[date], bool]:
    """Days of the week: SUN is 1; ``L`` is SAT, ``6L`` the month's last Friday, ``6#2`` its second."""
    if field == "L":
        return lambda day: _weekday(day) == _SATURDAY
    if match := re.fullmatch(r"(\w+)L", field):
        wanted = _number("day-of-week", match[1], 1, 7, WEEKDAYS)
        return lambda day: _weekday(day) == wanted and day.day + _DAYS_IN_WEEK > _length(day)
    if match := re.fullmatch(r"(\w+)#([1-5])", field):
        wanted = _number("day-of-week", match[1], 1, 7, WEEKDAYS)
        which = int(match[2])
        return lambda day: _weekday(day) == wanted and (day.day - 1) // _DAYS_IN_WEEK + 1 == which
    numbers = _values("day-of-week", field, 1, 7, WEEKDAYS)
    return lambda day: _weekday(day) in numbers


def _weekday(day: date) -> int:
    return day.isoweekday() % _DAYS_IN_WEEK + 1


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: date) -> date:
    """The day itself, or Friday for a Saturday and Monday for a Sunday, never leaving the month."""
    weekday = day.isoweekday()
    if weekday == 6:  # noqa: PLR2004 - Saturday
        return day + timedelta(days=-1 if day.day > 1 else 2)
    if weekday == _DAYS_IN_WEEK:
        return day + timedelta(days=1 if day.day < _length(day) else -2)
    return day
