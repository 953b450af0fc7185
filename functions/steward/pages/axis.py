"""The time axis of a page: where a moment lies between the run's two ends, and which ticks help a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from steward.pages.times import Zone

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STEPS = (
    *(10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)
"""Seconds between two ticks; each is a round number of the clock or the calendar."""

MOST_TICKS = 7
MARGIN = 2.5
"""Percent of the width at its edges, where a text would be cut off."""

SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True)
class Tick:
    """One mark of the axis; ``x`` in percent of its width, ``anchor`` which part of the text stands there."""

    x: str
    text: str
    anchor: str = "middle"


BENT = 82.0
"""Percent of the width at which a bent axis bends."""

CROWDED, MOST, FEW = 0.85, 0.45, 4
"""An axis is bent when this share of at least so many ends lies within this share of the time."""


@dataclass(frozen=True)
class Axis:
    """From ``start`` to ``end``, at least `SHORTEST` apart.

    Attributes:
        bend: From here on the time runs faster, so that one cluster that takes hours does not squeeze all
            others; None for an even axis.
    """

    start: datetime
    end: datetime
    zone: Zone
    bend: datetime | None = None

    @property
    def length(self) -> timedelta:
        """What the axis covers."""
        return max(self.end - self.start, SHORTEST)

    def at(self, moment: datetime) -> float:
        """Where ``moment`` lies, from 0 to 100; what is outside lies at the edge."""
        if self.bend is None:
            return _within(self.start, moment, self.length) * 100
        if moment <= self.bend:
            return _within(self.start, moment, self.bend - self.start) * BENT
        return BENT + _within(self.bend, moment, self.end - self.bend) * (100 - BENT)

    @property
    def bent_at(self) -> str:
        """Where the axis bends, empty for an even one."""
        return percent(BENT) if self.bend else ""

    def ticks(self) -> list[Tick]:
        """A few marks at round times; beyond a bend only the end."""
        limit = BENT - MARGIN if self.bend else 100 - MARGIN
        ticks = [
            Tick(percent(self.at(moment)), text)
            for moment, text in self._labelled(self._step())
            if MARGIN < self.at(moment) < limit
        ]
        return [*ticks, Tick("100%", self._name(self.end), "end")] if self.bend else ticks

    def _name(self, moment: datetime) -> str:
        """A moment in few words: the time of day, after the day when that is another one."""
        day, time = self.zone.short_day(moment), self.zone.minute(moment)
        return time if day == self.zone.short_day(self.start) else f"{day} {time}"

    def _step(self) -> int:
        seconds = ((self.bend - self.start) if self.bend else self.length).total_seconds()
        return next((step for step in STEPS if seconds / step <= MOST_TICKS), STEPS[-1])

    def _labelled(self, step: int) -> Iterator[tuple[datetime, str]]:
        """Each tick with the time, and with the day where a new one begins."""
        before = self.zone.local(self.start).date()
        for moment in self._moments(step):
            local = self.zone.local(moment)
            if step >= DAY or local.date() != before:
                yield moment, self.zone.short_day(moment)
            else:
                yield moment, self.zone.clock(moment) if step < MINUTE else self.zone.minute(moment)
            before = local.date()

    def _moments(self, step: int) -> Iterator[datetime]:
        local = self.zone.local(self.start)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = (local - midnight).total_seconds() // step
        moment = self.start + (midnight + timedelta(seconds=passed * step) - local)
        while moment <= (self.bend or self.end):
            if moment >= self.start:
                yield moment
            moment += timedelta(seconds=step)


def _within(start: datetime, moment: datetime, length: timedelta) -> float:
    """The share of ``length`` that has passed, from 0 to 1."""
    return min(1.0, max(0.0, (moment - start) / max(length, SHORTEST)))


def bend(start: datetime, end: datetime, ends: Iterable[datetime]) -> datetime | None:
    """Where an axis is to bend: shortly after most clusters had ended, if a few went on for far longer."""
    known = sorted(ends)
    if len(known) < FEW:
        return None
    crowd = known[int((len(known) - 1) * CROWDED)]
    return start + (crowd - start) * 1.05 if (crowd - start) < (end - start) * MOST else None


def percent(value: float) -> str:
    """A share of the width as SVG takes it: ``12.5%``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
