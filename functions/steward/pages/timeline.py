"""The timeline of one cluster: its steps as bars, refused calls and failures as marks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from steward.domain.durations import humanize
from steward.pages.axis import Axis, percent
from steward.pages.outcomes import BADGES, Tone
from steward.pages.texts import as_dict, as_list, label
from steward.pages.times import moment

WORK, WAIT, ASK, HOLD, POWER, BRIEF = "work", "wait", "ask", "hold", "power", "brief"

KIND_TEXTS = {
    WORK: "Redshift operation",
    WAIT: "waiting for the cluster",
    ASK: "waiting for an approval",
    HOLD: "in quarantine",
    POWER: "pausing or resuming",
    BRIEF: "Steward checking or calling",
}
"""The kinds of a step, with the text of the legend."""

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
"""Kind by the beginning of a word in the step's name, the first match wins; any other step is brief."""

BRIEF_WORDS = {"verified", "passed", "removed", "rotated", "not", "nothing", "undone", "about", "tag"}
"""Words of steps that only record a fact or announce the next step: always brief."""

UNNAMED_STEP = "begun"
"""Name of the only step of a line that has no timeline but its start and end."""

REFUSED_CALLS = {"refused": "call refused, will retry"}
"""Steps that get a mark, with its text."""

NARROW = 0.7
"""Percent of the axis; a narrower bar gets an outline to stay visible."""

MOST_LEVELS = 250
"""Points of the axis at which concurrency is shown."""

FINAL_STEPS = {"ended", "abandoned"}
"""Steps without a duration, because nothing follows them."""


@dataclass(frozen=True)
class Segment:
    """One step as a bar; ``x`` and ``width`` in percent of the axis."""

    step: str
    kind: str
    x: str
    width: str
    began: datetime
    ended: datetime
    short: bool = False

    @property
    def seconds(self) -> float:
        return (self.ended - self.began).total_seconds()


@dataclass(frozen=True)
class Mark:
    """One moment to point out; ``symbol`` names an SVG symbol as in `Badge`."""

    symbol: str
    tone: str
    x: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Timeline:
    """Bars and marks of one cluster; empty when the run did nothing to it."""

    segments: tuple[Segment, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def began(self) -> datetime | None:
        return self.segments[0].began if self.segments else None

    @property
    def ended(self) -> datetime | None:
        return self.segments[-1].ended if self.segments else None


def cluster_timeline(line: Mapping[str, Any], axis: Axis) -> Timeline:
    entries = step_starts(line)
    if not entries:
        return Timeline()
    last = moment(line.get("ended_at")) or (axis.end if entries[-1][0] not in FINAL_STEPS else entries[-1][1])
    ends = [*entries, ("", max(last, entries[-1][1]))]
    segments = tuple(_segment(step, began, ended, axis) for step, began, ended in _segments(ends))
    return Timeline(segments, tuple(_marks(line, entries, ends[-1][1], axis)))


def _segments(entries: list[tuple[str, datetime]]) -> list[tuple[str, datetime, datetime]]:
    """Steps with start and end; two of one name with only a check of no duration between them are one."""
    segments: list[tuple[str, datetime, datetime]] = []
    for (step, began), (_, ended) in pairwise(entries):
        if began == ended or step in FINAL_STEPS:
            continue
        if segments and segments[-1][0] == step and segments[-1][2] == began:
            segments[-1] = (step, segments[-1][1], ended)
        else:
            segments.append((step, began, ended))
    return segments or [(entries[0][0], entries[0][1], entries[-1][1])]


def step_starts(line: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    """The start of each step of a line, in order; without a timeline, the start of the line."""
    entries = [(str(entry.get("step", "")), moment(entry.get("at"))) for entry in _entries(line)]
    known = [(step, at) for step, at in entries if step and at is not None]
    begun = moment(line.get("begun_at")) or moment(line.get("began_at"))
    if not known and begun is not None:
        known = [(UNNAMED_STEP, begun)]
    return sorted(known, key=lambda entry: entry[1])


def _entries(line: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (as_dict(entry) for entry in as_list(line.get("timeline")))


def kind_of(step: str) -> str:
    words = step.lower().replace("-", "_").replace(" ", "_").split("_")
    if BRIEF_WORDS & set(words):
        return BRIEF
    return next((found for stem, found in KINDS.items() if any(w.startswith(stem) for w in words)), BRIEF)


def _segment(step: str, began: datetime, ended: datetime, axis: Axis) -> Segment:
    x, width = axis.at(began), axis.at(ended) - axis.at(began)
    return Segment(step, kind_of(step), percent(x), percent(width), began, ended, short=width < NARROW)


def _marks(
    line: Mapping[str, Any], entries: list[tuple[str, datetime]], ended: datetime, axis: Axis
) -> Iterable[Mark]:
    for step, at in entries:
        if step in REFUSED_CALLS:
            yield Mark("fault", Tone.WARN, percent(axis.at(at)), REFUSED_CALLS[step], at)
    badge = BADGES.get(str(line.get("outcome")))
    if badge is not None and badge.tone in {Tone.BAD, Tone.WARN}:
        yield Mark(badge.symbol, badge.tone, percent(axis.at(ended)), badge.text, ended)


def segment_text(segment: Segment, axis: Axis) -> str:
    """``Rotating · 22:00:02 to 22:10:35 · 10 min 33 s``."""
    zone = axis.zone
    same_day = zone.short_day(segment.began) == zone.short_day(axis.start) == zone.short_day(segment.ended)
    began, ended = (
        zone.clock(at) if same_day else f"{zone.short_day(at)} {zone.minute(at)}"
        for at in (segment.began, segment.ended)
    )
    return f"{label(segment.step)} · {began} to {ended} · {humanize(segment.seconds)}"


def concurrency(timelines: Iterable[Timeline], axis: Axis) -> list[tuple[float, int]]:
    """How many clusters had a step at once: pairs of percent of the axis and the number from there on."""
    grain = 100 / MOST_LEVELS
    changes: dict[float, int] = {}
    for each in timelines:
        if each.began is not None and each.ended is not None:
            for edge, change in ((each.began, 1), (each.ended, -1)):
                at = round(axis.at(edge) / grain) * grain
                changes[at] = changes.get(at, 0) + change
    level, levels = 0, []
    for at in sorted(changes):
        level += changes[at]
        levels.append((at, level))
    return levels
