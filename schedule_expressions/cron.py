"""Cron expressions: what they may say, the dates they fall on, and the moments at which they fire."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

EVERY_CALENDAR = range(2024, 2052)
"""28 years hold every combination of date, weekday and leap year (until the year 2100)."""

_FRIDAY = 5  # as datetime.date.isoweekday counts
_SATURDAY = 7  # as cron counts; "L" is the last day of the week


@dataclass(frozen=True)
class Field:
    """One of the six fields of a cron expression: its name, its range, and names for the numbers in it."""

    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The range in words."""
        words = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"{self.lowest} to {self.highest}{words}"


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day-of-month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day-of-week", 1, 7, WEEKDAYS),
    Field("year", 1970, 2199),
)


@dataclass(frozen=True)
class Cron:
    """A cron expression: the minutes of the day at which it fires, and its day fields as they are written."""

    minutes_of_day: tuple[int, ...]
    day_of_month: str
    months: frozenset[int]
    day_of_week: str
    years: tuple[int, ...]

    def dates(self) -> Iterator[date]:
        """The dates on which it fires: within `EVERY_CALENDAR` if it fires in every year."""
        every_year = len(self.years) > len(EVERY_CALENDAR)
        return self._dates(tuple(EVERY_CALENDAR) if every_year else self.years, date.min)

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """The first moment in UTC later than ``moment`` and not before ``start``; None when there is none."""
        earliest = moment if moment >= start else start - timedelta(microseconds=1)
        for day in self._dates(self.years, earliest.astimezone(zone).date() - timedelta(days=1)):
            for minute in self.minutes_of_day:
                due = datetime.combine(day, time(*divmod(minute, 60)), zone)
                if due.astimezone(UTC) > earliest and _exists(due):
                    return due.astimezone(UTC)
        return None

    def moments_skipped_by_clocks(self, zone: ZoneInfo, since: datetime) -> Iterator[datetime]:
        """Its wall-clock times that a change to summer time skips, from the date of ``since`` on, in order.

        They never fire (EventBridge Scheduler user guide, "Daylight savings time").
        """
        for day in self.dates():
            if day >= since.date() and _clocks_change(day, zone):
                times = (datetime.combine(day, time(*divmod(m, 60)), zone) for m in self.minutes_of_day)
                yield from (moment for moment in times if not _exists(moment))

    def falls_on(self, day: date) -> bool:
        """Whether its day fields allow the date, whatever its months and years."""
        if self.day_of_month == "?":
            return any(_weekday_fires(item, day) for item in self.day_of_week.split(","))
        return any(_monthday_fires(item, day) for item in self.day_of_month.split(","))

    def _dates(self, years: tuple[int, ...], first: date) -> Iterator[date]:
        months = ((year, month) for year in years for month in sorted(self.months))
        for year, month in months:
            if (year, month) < (first.year, first.month):
                continue
            for number in range(1, calendar.monthrange(year, month)[1] + 1):
                day = date(year, month, number)
                if day >= first and self.falls_on(day):
                    yield day


def parse_cron(text: str) -> Cron:
    """The cron expression with the six fields in ``text``.

    Raises:
        ValueError: It is not valid; the message says what is expected.
    """
    parts = text.split()
    if len(parts) != len(FIELDS):
        names = " ".join(field.name for field in FIELDS)
        raise ValueError(f"cron with six fields ({names}), not {len(parts)}")
    minutes, hours, months, years = (_values(parts[i], FIELDS[i]) for i in (0, 1, 3, 5))
    monthday, weekday = parts[2], parts[4]
    _check_days(monthday, weekday)
    moments = tuple(hour * 60 + minute for hour in sorted(hours) for minute in sorted(minutes))
    return Cron(moments, monthday, frozenset(months), weekday, tuple(sorted(years)))


def _exists(moment: datetime) -> bool:
    """Whether a wall-clock time occurs: not in the hour that a change to summer time skips."""
    there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    return there_and_back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _clocks_change(day: date, zone: ZoneInfo) -> bool:
    noon = datetime.combine(day, time(12), zone)
    return noon.utcoffset() != (noon - timedelta(days=1)).utcoffset()


def _check_days(monthday: str, weekday: str) -> None:
    if (monthday == "?") == (weekday == "?"):
        raise ValueError('"?" in exactly one of the fields day-of-month (third) and day-of-week (fifth)')
    _check_monthdays(monthday)
    _check_weekdays(weekday)


def _check_monthdays(text: str) -> None:
    for item in text.split(","):
        if re.fullmatch(r"\?|L|LW|([1-9]|[12][0-9]|3[01])W", item, re.ASCII) is None:
            _values(item, FIELDS[2])
        elif "," in text:
            raise ValueError(f'"{item}" to stand alone in the field day-of-month')


def _check_weekdays(text: str) -> None:
    for item in text.split(","):
        if "/" in item:
            raise ValueError('days, ranges and lists in the field day-of-week, which knows no "/"')
        if re.fullmatch(rf"\?|L|([1-7]|{'|'.join(WEEKDAYS)})(L|#[1-5])", item, re.ASCII) is None:
            _values(item, FIELDS[4])
        elif "," in text:
            raise ValueError(f'"{item}" to stand alone in the field day-of-week')


def _values(text: str, field: Field) -> set[int]:
    """All numbers that a field of lists, ranges and steps stands for."""
    return {value for item in text.split(",") for value in _item_values(item, field)}


@cache
def _item_values(item: str, field: Field) -> range:
    match = re.fullmatch(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([0-9]{1,4}))?", item, re.ASCII)
    if match is None:
        raise _refusal(item, field)
    every, first, last, step = match.groups()
    low = field.lowest if every else _number(first, field)
    high = _number(last, field) if last else (field.highest if every or step else low)
    if low > high or (step and int(step) == 0):
        raise _refusal(item, field)
    return range(low, high + 1, int(step or 1))


def _number(text: str, field: Field) -> int:
    if text in field.names:
        return field.names.index(text) + field.lowest
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) or not field.lowest <= int(text) <= field.highest:
        raise _refusal(text, field)
    return int(text)


def _refusal(item: str, field: Field) -> ValueError:
    return ValueError(f'{field.allowed} in the field {field.name}, where it says "{item}"')


def _monthday_fires(item: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if item == "L":
        return day.day == last
    if item.endswith("W"):
        target = last if item == "LW" else int(item[:-1])
        return target <= last and day == _nearest_weekday(day.replace(day=target))
    return day.day in _item_values(item, FIELDS[2])


def _nearest_weekday(day: date) -> date:
    """The working day nearest to ``day`` within its month."""
    nearby = (day + timedelta(days=days) for days in (0, -1, 1, -2, 2))
    return next(near for near in nearby if near.month == day.month and near.isoweekday() <= _FRIDAY)


def _weekday_fires(item: str, day: date) -> bool:
    number = day.isoweekday() % 7 + 1
    name, _, nth = item.partition("#")
    if nth:
        return number == _number(name, FIELDS[4]) and (day.day - 1) // 7 + 1 == int(nth)
    if item.endswith("L"):
        last_week = day.day + 7 > calendar.monthrange(day.year, day.month)[1]
        return number == _SATURDAY if item == "L" else last_week and number == _number(item[:-1], FIELDS[4])
    return number in _item_values(item, FIELDS[4])
