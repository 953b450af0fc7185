"""How each outcome and status looks: its words, its tone, its sign, and how soon a person should look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from steward.domain.operation import Outcome
from steward.domain.report import DONE, PLANNED, REFUSED, STOPPED
from steward.pages.axis import percent
from steward.pages.texts import label

if TYPE_CHECKING:
    from collections.abc import Iterable


class Tone(StrEnum):
    """What a colour says; each has a sign too, since not everybody sees the colours."""

    GOOD = "good"
    PLAN = "plan"
    IDLE = "idle"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Look:
    """One outcome on the page.

    Attributes:
        sign: Name of its symbol in the templates.
        rank: The smaller, the sooner a person should look at it.
    """

    name: str
    words: str
    tone: Tone
    sign: str
    rank: int


_LOOKS = (
    (Outcome.FAILED, Tone.BAD, "cross"),
    (Outcome.TIMED_OUT, Tone.BAD, "clock"),
    (Outcome.NOT_REACHED, Tone.WARN, "gap"),
    (Outcome.EXPIRED, Tone.WARN, "clock"),
    (Outcome.DRIFTED, Tone.WARN, "drift"),
    (Outcome.REFUSED, Tone.WARN, "bar"),
    (Outcome.STILL_WANTED, Tone.NOTE, "heart"),
    (Outcome.REJECTED, Tone.NOTE, "bar"),
    (Outcome.CANCELLED, Tone.NOTE, "gap"),
    (Outcome.GONE, Tone.NOTE, "ring"),
    (Outcome.ROTATED, Tone.GOOD, "check"),
    (Outcome.SYNCED, Tone.GOOD, "check"),
    (Outcome.DELETED, Tone.GOOD, "check"),
    (Outcome.WOULD_ROTATE, Tone.PLAN, "next"),
    (Outcome.WOULD_SYNC, Tone.PLAN, "next"),
    (Outcome.WOULD_DELETE, Tone.PLAN, "next"),
    (Outcome.IN_SYNC, Tone.GOOD, "check"),
    (Outcome.SKIPPED, Tone.IDLE, "dash"),
)

LOOKS = {o.value: Look(o.value, label(o.value), tone, sign, i) for i, (o, tone, sign) in enumerate(_LOOKS)}
"""By outcome, those that need a person first."""

TROUBLE = frozenset(name for name, look in LOOKS.items() if look.tone in {Tone.BAD, Tone.WARN}) - {"refused"}
"""Outcomes that stand at the top of the table; what the plan refused was known before anything was done."""


def look(outcome: str) -> Look:
    """How an outcome looks; one that this version does not know stands in its own words."""
    return LOOKS.get(outcome) or Look(outcome, label(outcome) or "Unknown", Tone.NOTE, "ring", len(LOOKS))


@dataclass(frozen=True)
class Share:
    """How many clusters have one look, and its part of the bar over the counters, in percent."""

    look: Look
    count: int
    x: str
    width: str


def shares(looks: Iterable[Look]) -> list[Share]:
    """The clusters by their looks, those that need a person first."""
    counts = sorted(Counter(looks).items(), key=lambda item: (item[0].rank, item[0].name))
    whole, before, found = sum(count for _, count in counts), 0, []
    for seen, count in counts:
        found.append(Share(seen, count, percent(before / whole * 100), percent(count / whole * 100)))
        before += count
    return found


_STATUSES = {
    DONE: ("Done", Tone.GOOD, "check"),
    STOPPED: ("Stopped before its end", Tone.BAD, "cross"),
    REFUSED: ("Refused", Tone.WARN, "bar"),
    PLANNED: ("Dry run", Tone.PLAN, "next"),
}


def status_look(status: str, outcomes: set[str]) -> Look:
    """How a run's status looks; a run that went through with failures does not look as if all were well."""
    if status == DONE and outcomes & {Outcome.FAILED.value, Outcome.TIMED_OUT.value}:
        return Look(status, "Done, with failures", Tone.BAD, "cross", 0)
    words, tone, sign = _STATUSES.get(status, (label(status), Tone.NOTE, "ring"))
    return Look(status, words, tone, sign, 0)
