"""The time axis of a run's page: the position of each moment, and ticks at round times."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.pages.times import Zone

MINUTE, HOUR, DAY = 60, 3_600, 86_400
TICK_SECONDS = (
    *(10, 15, 30),
    *(minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * DAY for days in (1, 2, 7, 14, 28, 91, 182, 364)),
)
"""Possible seconds between two ticks, all round on a clock or a calendar."""

MOST_TICKS = 7
MARGIN = 2.5
"""Percent of the width at each edge where a tick's text would be cut off."""

SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True)
class Tick:
    """One mark of the axis; ``x`` in percent of the width, ``anchor`` is SVG's text-anchor."""

    x: str
    text: str
    anchor: str = "middle"


BEND_POSITION = 82.0
"""Percent of the width at which a compressed axis changes its scale."""

CROWDED, MOST, FEW = 0.85, 0.45, 4
"""The axis is compressed when the share CROWDED of at least FEW ends is within the share MOST of the time."""


@dataclass(frozen=True)
class Axis:
    """From ``start`` to ``end``, at least `SHORTEST` apart.

    Attributes:
        bend: The axis is compressed from this moment on, so that one cluster that takes hours leaves room for
            the others; None for an even axis.
    """

    start: datetime
    end: datetime
    zone: Zone
    bend: datetime | None = None

    @property
    def length(self) -> timedelta:
        """At least `SHORTEST`, so that nothing divides by zero."""
        return max(self.end - self.start, SHORTEST)

    def at(self, moment: datetime) -> float:
        """Percent of the width, from 0 to 100; a moment outside the axis is at its edge."""
        if self.bend is None:
            return _within(self.start, moment, self.length) * 100
        if moment <= self.bend:
            return _within(self.start, moment, self.bend - self.start) * BEND_POSITION
        return BEND_POSITION + _within(self.bend, moment, self.end - self.bend) * (100 - BEND_POSITION)

    @property
    def bent_at(self) -> str:
        """`BEND_POSITION` as SVG takes it; empty for an even axis."""
        return percent(BEND_POSITION) if self.bend else ""

    def ticks(self) -> list[Tick]:
        """At most `MOST_TICKS` marks at round times; after a bend only the end."""
        limit = BEND_POSITION - MARGIN if self.bend else 100 - MARGIN
        ticks = [
            Tick(percent(self.at(moment)), text)
            for moment, text in self._labels(self._step())
            if MARGIN < self.at(moment) < limit
        ]
        return [*ticks, Tick("100%", self._name(self.end), "end")] if self.bend else ticks

    def _name(self, moment: datetime) -> str:
        """The time of day, with the day when it is not the day of the start."""
        day, time = self.zone.short_day(moment), self.zone.minute(moment)
        return time if day == self.zone.short_day(self.start) else f"{day} {time}"

    def _step(self) -> int:
        seconds = ((self.bend - self.start) if self.bend else self.length).total_seconds()
        return next((step for step in TICK_SECONDS if seconds / step <= MOST_TICKS), TICK_SECONDS[-1])

    def _labels(self, step: int) -> Iterator[tuple[datetime, str]]:
        """Each tick with its time; the first tick of a day shows the day instead."""
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


def find_bend(start: datetime, end: datetime, ends: Iterable[datetime]) -> datetime | None:
    """Shortly after most clusters had ended, if a few took far longer; else None."""
    known = sorted(ends)
    if len(known) < FEW:
        return None
    crowd = known[int((len(known) - 1) * CROWDED)]
    return start + (crowd - start) * 1.05 if (crowd - start) < (end - start) * MOST else None


def percent(value: float) -> str:
    """A percentage as SVG takes it: ``12.5%``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
