"""When changes may start: change windows, blackouts, and the distance to Redshift's maintenance windows.

Change windows and blackouts are written in local time and hold for wall clocks: a time that daylight saving
skips counts as the moment of the change, a time that occurs twice counts as its first occurrence (EventBridge
Scheduler fires then, too). Everything returned is in UTC.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from steward.domain.deployed_settings import Key
from steward.domain.durations import humanize
from steward.domain.selection import Selector  # the codec reads a field's type at run time

DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

END_OF_DAY = "24:00"
"""A closing time: midnight at the end of the day on which the window opens."""

SHORTEST_MAINTENANCE = timedelta(minutes=30)
"""Redshift's shortest maintenance window (Amazon Redshift API reference, PreferredMaintenanceWindow)."""

_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_DAYS_AHEAD = 15
"""Far enough for any weekly window, even if daylight saving swallows one of its openings."""

_MAINTENANCE = re.compile(
    rf"({'|'.join(DAYS)}):([01]\d|2[0-3]):([0-5]\d)-({'|'.join(DAYS)}):([01]\d|2[0-3]):([0-5]\d)",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Window:
    """A change window: open from ``opens`` until before ``closes``, local times, on each of ``days``.

    When ``closes`` is not later than ``opens``, the window closes on the following day; it belongs to the day
    on which it opens. Equal times mean 24 hours.

    Raises:
        ValueError: It has no day, so that it would never open.
    """

    opens: time
    closes: time
    days: frozenset[str] = frozenset(DAYS)

    def __post_init__(self) -> None:
        if not self.days & frozenset(DAYS):
            raise ValueError(f"a change window needs at least one of the days {', '.join(DAYS)}")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Read ``{"opens": "22:00", "closes": "06:00", "days": ["SAT"]}``; ``closes`` may be "24:00"."""
        closes = document["closes"]
        end = time() if closes == END_OF_DAY else time.fromisoformat(closes)
        return cls(time.fromisoformat(document["opens"]), end, frozenset(document["days"]))

    def to_dict(self) -> dict[str, Any]:
        """The document that `from_dict` reads, its days in the order of the week."""
        days = [day for day in DAYS if day in self.days]
        return {"opens": f"{self.opens:%H:%M}", "closes": self._closes, "days": days}

    @property
    def _closes(self) -> str:
        return f"{self.closes:%H:%M}" if self.closes != time() else END_OF_DAY

    def __str__(self) -> str:
        hours = f"{self.opens:%H:%M}-{self._closes}"
        if len(self.days) == len(DAYS):
            return f"{hours} every day"
        return f"{hours} on {', '.join(day for day in DAYS if day in self.days)}"


@dataclass(frozen=True)
class Blackout:
    """A named period, local time from ``first`` until before ``last``, without changes to clusters.

    It is about the clusters that ``selector`` matches; None and an empty selector match all of them.
    """

    name: str
    first: Annotated[datetime, Key("from")]
    last: Annotated[datetime, Key("to")]
    selector: Annotated[Selector | None, Key("select")]

    def begins(self, zone: ZoneInfo) -> datetime:
        return first_moment(self.first, zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The first moment, in UTC, at which it is over."""
        return first_moment(self.last, zone)

    def covers(self, zone: ZoneInfo, at: datetime, identifier: str, tags: Mapping[str, str]) -> bool:
        """Whether the cluster with these tags must not be changed ``at`` that moment."""
        concerned = self.selector is None or self.selector.matches(identifier, tags)
        return concerned and self.begins(zone) <= _in_utc(at) < self.ends(zone)


def is_open(window: Window | None, zone: ZoneInfo, at: datetime) -> bool:
    """Whether a change may start ``at`` that moment; no window is always open."""
    return next_opening(window, zone, at) == _in_utc(at)


def next_opening(window: Window | None, zone: ZoneInfo, at: datetime) -> datetime:
    """The first moment from ``at`` on at which the window is open: ``at`` itself when it is open then."""
    moment = _in_utc(at)
    if window is None:
        return moment
    return next(max(moment, opening) for opening, end in _openings(window, zone, moment) if end > moment)


def closing(window: Window | None, zone: ZoneInfo, at: datetime) -> datetime | None:
    """When the window that is open ``at`` that moment closes; None when it is closed or there is none."""
    moment = _in_utc(at)
    if window is None:
        return None
    end = moment
    for opening, until in _openings(window, zone, moment):
        if opening <= end:
            end = max(end, until)
    return end if end > moment else None


def near_maintenance(
    next_start: datetime | None, window: str | None, margin: timedelta, at: datetime
) -> str | None:
    """Why ``at`` is inside, or within ``margin`` of, a cluster's maintenance window; None if it is not.

    Args:
        next_start: NextMaintenanceWindowStartTime, which a deferred maintenance moves away from ``window``.
        window: PreferredMaintenanceWindow, UTC, as "sat:03:00-sat:03:30"; it may run into the next week.
        margin: The distance to keep, before the window begins and after it ends.
        at: The moment at which a change would start.

    Raises:
        ValueError: ``window`` is not of that form.
    """
    moment = _in_utc(at)
    for begin, end in _maintenances(next_start, window, moment):
        if begin - margin <= moment < end + margin:
            return f"maintenance window {window or ''}".rstrip() + f" {_relation(begin, end, moment)}"
    return None


def first_moment(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which wall clocks in ``zone`` show ``local`` (naive) or later."""
    aware = local.replace(tzinfo=zone, fold=0)
    moment = aware.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    # PEP 495: for a skipped time, fold=1 lies before the change and fold=0 after it
    return _offset_change(aware.replace(fold=1).astimezone(UTC), moment, zone)


def _offset_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between the two at which the zone's UTC offset changes."""
    old = before.astimezone(zone).utcoffset()

    def changed(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() != old

    seconds = range(int((after - before).total_seconds()) + 1)
    return before + timedelta(seconds=bisect_left(seconds, x=True, key=changed))


def _openings(window: Window, zone: ZoneInfo, near: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The window's openings (begin, end), in order, from the last that can still be open ``near`` on."""
    today = near.astimezone(zone).date()
    # two days back: a zone that skips a whole day leaves the day before yesterday next to today
    for offset in range(-2, _DAYS_AHEAD):
        day = today + offset * _DAY
        if DAYS[day.weekday()] in window.days:
            yield from _opening(window, zone, day)


def _opening(window: Window, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The opening that belongs to ``day``; nothing if daylight saving skips all of it."""
    last_day = day if window.closes > window.opens else day + _DAY
    begin = first_moment(datetime.combine(day, window.opens), zone)
    end = first_moment(datetime.combine(last_day, window.closes), zone)
    if begin < end:
        yield begin, end


def _maintenances(
    next_start: datetime | None, window: str | None, moment: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The maintenance windows (begin, end) around ``moment``: the announced one, then the weekly ones."""
    length = SHORTEST_MAINTENANCE
    weekly: list[datetime] = []
    if window:
        begin, length = _parse_maintenance(window)
        monday = datetime.combine(moment.date() - moment.weekday() * _DAY, time(), UTC)
        weekly = [monday + begin + weeks * _WEEK for weeks in (-1, 0, 1)]
    announced = [] if next_start is None else [_in_utc(next_start)]
    for start in announced + weekly:
        yield start, start + length


def _parse_maintenance(window: str) -> tuple[timedelta, timedelta]:
    """When in the week (from Monday 00:00 UTC) a maintenance window begins, and its length."""
    match = _MAINTENANCE.fullmatch(window)
    if match is None:
        raise ValueError(f"maintenance window is {window!r}, expected the form 'sat:03:00-sat:03:30'")
    begin, end = (_time_of_week(*match.groups()[part : part + 3]) for part in (0, 3))
    return begin, max((end - begin) % _WEEK, SHORTEST_MAINTENANCE)


def _time_of_week(day: str, hour: str, minute: str) -> timedelta:
    return timedelta(days=DAYS.index(day.upper()), hours=int(hour), minutes=int(minute))


def _relation(begin: datetime, end: datetime, moment: datetime) -> str:
    if moment < begin:
        return f"begins in {humanize((begin - moment).total_seconds())}"
    if moment < end:
        return f"is under way for another {humanize((end - moment).total_seconds())}"
    return f"ended {humanize((moment - end).total_seconds())} ago"


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)
