"""EventBridge Scheduler's expressions: what they may say, and the moments that they name.

The policy checks a schedule with it, and local AWS fires by it; so it belongs to neither and knows neither.

Source: EventBridge Scheduler user guide, "Schedule types". ``cron(minutes hours day-of-month month
day-of-week year)``, where exactly one of the two day fields is ``?``; ``rate(value unit)``, its unit singular
for 1 and plural otherwise; ``at(yyyy-mm-ddThh:mm:ss)``. From the same page: a cron moment that a change to
summer time skips is left out, and one that occurs twice in autumn counts once.
"""

import re
from collections.abc import Callable  # noqa: TC003  # types are imported like anything else here
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from schedule_expressions.cron import Cron, parse_cron

__all__ = ["EXPECTED", "Cron", "Once", "Rate", "next_fire", "parse", "parse_cron"]

EXPECTED = 'cron(...) with six fields or rate(...), for example "cron(0 22 ? * SAT *)" or "rate(7 days)"'


@dataclass(frozen=True)
class Once:
    """``at(...)``: one moment, in the schedule's time zone."""

    local: datetime

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """As `Cron.after`."""
        due = self.local.replace(tzinfo=zone).astimezone(UTC)
        return due if due > moment and due >= start else None


@dataclass(frozen=True)
class Rate:
    """``rate(...)``: first at the start, then every so often; a day is 24 hours in any time zone."""

    every: timedelta

    def after(self, moment: datetime, zone: ZoneInfo, start: datetime) -> datetime | None:
        """As `Cron.after`."""
        del zone
        if moment < start:
            return start.astimezone(UTC)
        passed = (moment - start) // self.every + 1
        return (start + passed * self.every).astimezone(UTC)


def parse(text: str) -> Cron | Rate | Once:
    """The expression that ``text`` stands for.

    Raises:
        ValueError: EventBridge Scheduler would refuse it; the message says what is expected instead.
    """
    match = re.fullmatch(r"(cron|rate|at)\((.*)\)", text.strip())
    if match is None:
        raise ValueError(EXPECTED)
    readers: dict[str, Callable[[str], Cron | Rate | Once]] = {"cron": parse_cron, "rate": _rate, "at": _at}
    return readers[match[1]](match[2])


def next_fire(text: str, zone: str, after: datetime, start: datetime | None = None) -> datetime | None:
    """The first moment of an expression later than ``after``, in UTC; None when there is none.

    Args:
        text: The whole expression, such as ``cron(0 22 ? * SAT *)``.
        zone: A name of the tz database; ``rate`` ignores it.
        after: Timezone-aware.
        start: The schedule's StartDate; for ``rate`` its first moment. Default: ``after``.

    Raises:
        ValueError: ``text`` is no expression.
        ZoneInfoNotFoundError: ``zone`` is no time zone.
    """
    expression, in_zone = parse(text), ZoneInfo(zone)
    try:
        return expression.after(after, in_zone, start or after)
    except OverflowError:  # in UTC it is not of the years 1 to 9999
        return None


def _at(inner: str) -> Once:
    try:
        return Once(datetime.strptime(inner, "%Y-%m-%dT%H:%M:%S"))  # noqa: DTZ007 - the zone is the schedule's
    except ValueError:
        raise ValueError("a moment of the form at(yyyy-mm-ddThh:mm:ss)") from None


def _rate(inner: str) -> Rate:
    match = re.fullmatch(r"([1-9][0-9]{0,5}) (minute|hour|day)(s?)", inner, re.ASCII)
    if match is None:
        raise ValueError("rate(number unit) with minutes, hours or days, for example rate(7 days)")
    number, unit = int(match[1]), match[2]
    if (number == 1) == bool(match[3]):
        raise ValueError(
            f"rate({number} {unit}{'' if number == 1 else 's'}), singular for 1, otherwise plural"
        )
    return Rate(timedelta(**{f"{unit}s": number}))
