"""A workflow's schedule: which expressions the policy takes, and whether they can meet a change window."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from schedule_expressions import Cron, Once, Rate, parse
from steward.domain.calendar import DAYS, Window
from steward.domain.watch import LATENESS

SCHEDULE_PATTERN = (
    r"^(cron\( *[^ ()]+( +[^ ()]+){5} *\)|rate\((1 (minute|hour|day)|[1-9][0-9]*[0-9] (minutes|hours|days)"
    r"|[2-9] (minutes|hours|days))\))$"
)
"""Catches in an editor what needs no arithmetic; `parse_schedule` knows the rest."""

MINUTES_A_DAY = 24 * 60


def parse_schedule(text: str) -> Cron | Rate:
    """The schedule that ``text`` describes.

    Raises:
        ValueError: EventBridge Scheduler takes no such thing, or it does not recur; the message says what is
            expected instead.
    """
    schedule = parse(text)
    if isinstance(schedule, Once):
        raise ValueError("cron(...) or rate(...), because at(...) runs only once")  # noqa: TRY004  # pydantic's
    if isinstance(schedule, Cron) and next(schedule.dates(), None) is None:
        raise ValueError("a cron expression with a date that exists")
    return schedule


def longest_period(schedule: Cron | Rate) -> timedelta | None:
    """The longest time between two moments of ``schedule``; None when it has only one."""
    if isinstance(schedule, Rate):
        return schedule.every
    moments, dates = schedule.minutes_of_day, list(schedule.dates())
    within = [later - earlier for earlier, later in pairwise(moments)]
    overnight = moments[0] - moments[-1]
    between = [(later - earlier).days * MINUTES_A_DAY + overnight for earlier, later in pairwise(dates)]
    longest = max([*within, *between], default=0)
    return timedelta(minutes=longest) if longest else None


def skipped_run(schedule: Cron | Rate, zone: ZoneInfo) -> datetime | None:
    """The next wall-clock time at which a run would be left out, because clocks in ``zone`` skip it.

    It does not matter where the schedule's next moment is so close that Watch calls nothing overdue.
    """
    if isinstance(schedule, Rate):
        return None
    for moment in schedule.moments_skipped_by_clocks(zone, datetime.now(zone)):
        missed = moment.astimezone(UTC)
        following = schedule.after(missed - timedelta(microseconds=1), zone, missed)
        if following is None or following - missed > LATENESS:
            return moment
    return None


def meets(schedule: Cron | Rate, window: Window) -> bool:
    """Whether a run of ``schedule`` can fall inside ``window``; for a rate, whether one is bound to."""
    if isinstance(schedule, Rate):
        opens, closes = _minutes(window)
        return schedule.every <= timedelta(minutes=closes - opens)
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
