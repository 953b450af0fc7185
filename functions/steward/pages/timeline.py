"""What happened to one cluster, drawn: its steps as bars, refused calls and bad ends as marks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from steward.domain.durations import humanize
from steward.pages.axis import percent
from steward.pages.outcomes import LOOKS, Tone
from steward.pages.texts import label, listed, mapped
from steward.pages.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from steward.pages.axis import Axis

WORK, WAIT, ASK, HOLD, POWER, BRIEF = "work", "wait", "ask", "hold", "power", "brief"

KIND_WORDS = {
    WORK: "Redshift at work",
    WAIT: "waiting until it can go on",
    ASK: "waiting for a person",
    HOLD: "in quarantine",
    POWER: "pausing or resuming",
    BRIEF: "the steward looking or calling",
}
"""The kinds of a step, and what the legend says of them."""

KINDS = {
    "approv": ASK,
    "request": ASK,
    "quarantin": HOLD,
    "wait": WAIT,
    "refused": WAIT,
    "settl": WORK,
    "paus": POWER,
    "resum": POWER,
    "wak": POWER,
    "rotat": WORK,
    "add": WORK,
    "remov": WORK,
    "clear": WORK,
    "default": WORK,
    "sync": WORK,
    "converg": WORK,
    "snapshot": WORK,
    "restor": WORK,
    "delet": WORK,
    "prov": WORK,
    "back": POWER,
    "begun": WORK,
}
"""By what a word of the step's name begins with, the first that fits; any other step is brief."""

OVER = {"verified", "passed", "removed", "rotated", "not", "nothing", "undone", "about", "tag"}
"""Words of steps that only note what was seen or is next: they are brief, whatever else they say."""

UNTOLD = "begun"
"""What a step is called when the line says when it began and ended, and no more."""

FAULTS = {"refused": "call refused for now"}
"""Steps that something went wrong at, and what."""

SHORT = 0.7
"""Percent of the axis under which a step is drawn with an outline, so that it is seen."""

MOST_LEVELS = 250
"""Points of the axis at which it is told how many clusters are at work."""

LAST = {"ended", "abandoned"}
"""Steps that take no time: nothing follows them."""


@dataclass(frozen=True)
class Segment:
    """One step; ``x`` and ``width`` in percent of the axis."""

    step: str
    kind: str
    x: str
    width: str
    began: datetime
    ended: datetime
    short: bool = False

    @property
    def seconds(self) -> float:
        """How long the step took."""
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class Mark:
    """One moment that a person should see; ``sign`` names a symbol of the templates."""

    sign: str
    tone: str
    x: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Course:
    """All that is drawn of one cluster; empty when nothing was done to it."""

    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def began(self) -> datetime | None:
        """When the first step began."""
        return self.segments[0].began if self.segments else None

    @property
    def ended(self) -> datetime | None:
        """When the last step ended."""
        return self.segments[-1].ended if self.segments else None


def course(line: Mapping[str, Any], axis: Axis) -> Course:
    """The course of a report's line."""
    entries = steps(line)
    if not entries:
        return Course()
    last = moment(line.get("ended_at")) or (axis.end if entries[-1][0] not in LAST else entries[-1][1])
    ends = [*entries, ("", max(last, entries[-1][1]))]
    segments = tuple(_segment(step, began, ended, axis) for step, began, ended in _drawn(ends))
    return Course(segments, tuple(_marks(line, entries, ends[-1][1], axis)))


def _drawn(entries: list[tuple[str, datetime]]) -> list[tuple[str, datetime, datetime]]:
    """The steps that took time, each with its two ends; what was only interrupted for a look goes on."""
    drawn: list[tuple[str, datetime, datetime]] = []
    for (step, began), (_, ended) in pairwise(entries):
        if began == ended or step in LAST:
            continue
        if drawn and drawn[-1][0] == step and drawn[-1][2] == began:
            drawn[-1] = (step, drawn[-1][1], ended)
        else:
            drawn.append((step, began, ended))
    return drawn or [(entries[0][0], entries[0][1], entries[-1][1])]


def steps(line: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    """Each step of a line with the moment at which it began; without a timeline, the line's own moments."""
    entries = [(str(entry.get("step", "")), moment(entry.get("at"))) for entry in _entries(line)]
    known = [(step, at) for step, at in entries if step and at is not None]
    begun = moment(line.get("begun_at")) or moment(line.get("began_at"))
    if not known and begun is not None:
        known = [(UNTOLD, begun)]
    return sorted(known, key=lambda entry: entry[1])


def _entries(line: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (mapped(entry) for entry in listed(line.get("timeline")))


def kind(step: str) -> str:
    """What kind of a step this is."""
    words = step.lower().replace("-", "_").replace(" ", "_").split("_")
    if OVER & set(words):
        return BRIEF
    return next((found for stem, found in KINDS.items() if any(w.startswith(stem) for w in words)), BRIEF)


def _segment(step: str, began: datetime, ended: datetime, axis: Axis) -> Segment:
    x, width = axis.at(began), axis.at(ended) - axis.at(began)
    return Segment(step, kind(step), percent(x), percent(width), began, ended, short=width < SHORT)


def _marks(
    line: Mapping[str, Any], entries: list[tuple[str, datetime]], ended: datetime, axis: Axis
) -> Iterable[Mark]:
    for step, at in entries:
        if step in FAULTS:
            yield Mark("fault", Tone.WARN, percent(axis.at(at)), FAULTS[step], at)
    seen = LOOKS.get(str(line.get("outcome")))
    if seen is not None and seen.tone in {Tone.BAD, Tone.WARN}:
        yield Mark(seen.sign, seen.tone, percent(axis.at(ended)), seen.words, ended)


def told(segment: Segment, axis: Axis) -> str:
    """A step in words: "Rotating · 22:00:02 to 22:10:35 · 10 min 33 s"."""
    zone = axis.zone
    same_day = zone.short_day(segment.began) == zone.short_day(axis.start) == zone.short_day(segment.ended)
    began, ended = (
        zone.clock(at) if same_day else f"{zone.short_day(at)} {zone.minute(at)}"
        for at in (segment.began, segment.ended)
    )
    return f"{label(segment.step)} · {began} to {ended} · {humanize(segment.seconds)}"


def at_work(courses: Iterable[Course], axis: Axis) -> list[tuple[float, int]]:
    """How many clusters were at work: each (percent of the axis, number from there on), from 0 to 0."""
    grain = 100 / MOST_LEVELS
    changes: dict[float, int] = {}
    for each in courses:
        if each.began is not None and each.ended is not None:
            for edge, change in ((each.began, 1), (each.ended, -1)):
                at = round(axis.at(edge) / grain) * grain
                changes[at] = changes.get(at, 0) + change
    level, levels = 0, []
    for at in sorted(changes):
        level += changes[at]
        levels.append((at, level))
    return levels
