"""Schedule expressions as EventBridge Scheduler takes them, and whether they can meet a change window.

Source: EventBridge Scheduler user guide, "Schedule types": recurring ones are cron(...) and rate(...), the
unit of a rate is singular for 1 and plural otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from policy.cron import Cron, parse_cron
from steward.domain.calendar import DAYS

if TYPE_CHECKING:
    from steward.domain.calendar import Window

SCHEDULE_PATTERN = (
    r"^(cron\( *[^ ()]+( +[^ ()]+){5} *\)|rate\((1 (minute|hour|day)|[1-9][0-9]*[0-9] (minutes|hours|days)"
    r"|[2-9] (minutes|hours|days))\))$"
)
"""Catches in an editor what needs no arithmetic; `parse_schedule` knows the rest."""

EXPECTED_SCHEDULE = (
    'cron(...) with six fields or rate(...), for example "cron(0 22 ? * SAT *)" or "rate(7 days)"'
)

MINUTES_A_DAY = 24 * 60

_UNIT_MINUTES = {"minute": 1, "hour": 60, "day": MINUTES_A_DAY}


@dataclass(frozen=True)
class Rate:
    """A fixed interval that begins whenever the schedule is created."""

    minutes: int


def parse_schedule(text: str) -> Cron | Rate:
    """The schedule that ``text`` describes.

    Raises:
        ValueError: It is none that EventBridge Scheduler takes; the message says what is expected instead.
    """
    if text.startswith("at("):
        raise ValueError("cron(...) or rate(...), because at(...) would run only once and never again")
    match = re.fullmatch(r"(cron|rate)\((.*)\)", text)
    if match is None:
        raise ValueError(EXPECTED_SCHEDULE)
    return parse_cron(match[2]) if match[1] == "cron" else _parse_rate(match[2])


def longest_period(schedule: Cron | Rate) -> timedelta | None:
    """The longest time between two moments of ``schedule``; None when it has only one."""
    if isinstance(schedule, Rate):
        return timedelta(minutes=schedule.minutes)
    moments, dates = schedule.minutes_of_day, list(schedule.dates())
    within = [later - earlier for earlier, later in pairwise(moments)]
    overnight = moments[0] - moments[-1]
    between = [(later - earlier).days * MINUTES_A_DAY + overnight for earlier, later in pairwise(dates)]
    longest = max([*within, *between], default=0)
    return timedelta(minutes=longest) if longest else None


def meets(schedule: Cron | Rate, window: Window) -> bool:
    """Whether a run of ``schedule`` can fall inside ``window``; for a rate, whether one is bound to."""
    if isinstance(schedule, Rate):
        opens, closes = _minutes(window)
        return schedule.minutes <= closes - opens
    moments = {weekday: _some_inside(schedule, window, weekday) for weekday in range(len(DAYS))}
    return any(moments[day.weekday()] for day in schedule.dates())


def _some_inside(schedule: Cron, window: Window, weekday: int) -> bool:
    """Whether one of the schedule's moments of the day is inside the window on that weekday."""
    opens, closes = _minutes(window)
    today, yesterday = DAYS[weekday] in window.days, DAYS[weekday - 1] in window.days
    return any(
        (today and opens <= minute < closes) or (yesterday and minute + MINUTES_A_DAY < closes)
        for minute in schedule.minutes_of_day
    )


def _minutes(window: Window) -> tuple[int, int]:
    """When the window opens and closes, in minutes from the beginning of the day on which it opens."""
    opens, closes = (moment.hour * 60 + moment.minute for moment in (window.opens, window.closes))
    return opens, closes if closes > opens else closes + MINUTES_A_DAY


def _parse_rate(text: str) -> Rate:
    match = re.fullmatch(r"([1-9][0-9]{0,5}) (minute|hour|day)(s?)", text, re.ASCII)
    if match is None:
        raise ValueError("rate(number unit) with minutes, hours or days, for example rate(7 days)")
    number, unit = int(match[1]), match[2]
    if (number == 1) == bool(match[3]):
        raise ValueError(f"rate({number} {unit}{'' if number == 1 else 's'}), singular for 1, else plural")
    return Rate(number * _UNIT_MINUTES[unit])
