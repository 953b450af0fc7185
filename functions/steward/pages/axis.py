"""The time axis of a page: where a moment lies between the run's two ends, and which ticks help a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True)
class Tick:
    """One mark of the axis; ``x`` in percent of its width."""

    x: str
    text: str


@dataclass(frozen=True)
class Axis:
    """From ``start`` to ``end``, at least `SHORTEST` apart."""

    start: datetime
    end: datetime
    zone: Zone

    @property
    def length(self) -> timedelta:
        """What the axis covers."""
        return max(self.end - self.start, SHORTEST)

    def at(self, moment: datetime) -> float:
        """Where ``moment`` lies, from 0 to 100; what is outside lies at the edge."""
        return min(100.0, max(0.0, (moment - self.start) / self.length * 100))

    def ticks(self) -> list[Tick]:
        """A few marks at round times."""
        step = self._step()
        return [
            Tick(percent(self.at(moment)), text)
            for moment, text in self._labelled(step)
            if 2 < self.at(moment) < 98  # noqa: PLR2004  # a text at the very edge would be cut off
        ]

    def _step(self) -> int:
        seconds = self.length.total_seconds()
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
        while moment <= self.end:
            if moment >= self.start:
                yield moment
            moment += timedelta(seconds=step)


def percent(value: float) -> str:
    """A share of the width as SVG takes it: ``12.5%``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"
