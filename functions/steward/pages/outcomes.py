"""The badge of each outcome and run status: text, tone, symbol, and rank by urgency."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from steward.domain.operation import Outcome
from steward.domain.report import DONE, PLANNED, REFUSED, STOPPED
from steward.pages.axis import percent
from steward.pages.texts import label


class Tone(StrEnum):
    """The meaning of a color; each badge has a symbol too, for readers who do not see colors."""

    GOOD = "good"
    PLAN = "plan"
    IDLE = "idle"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Badge:
    """How a page shows an outcome, a status or the state of a cluster's keys.

    Attributes:
        symbol: Name of an SVG symbol in ``parts.html.j2``, without its prefix ``s-``.
        rank: The smaller, the more urgent.
    """

    name: str
    text: str
    tone: Tone
    symbol: str
    rank: int


_BADGES = (
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

BADGES = {
    outcome.value: Badge(outcome.value, label(outcome.value), tone, symbol, rank)
    for rank, (outcome, tone, symbol) in enumerate(_BADGES)
}
"""By outcome, the most urgent first."""

NEEDS_ATTENTION = frozenset(
    name for name, badge in BADGES.items() if badge.tone in {Tone.BAD, Tone.WARN} and name != "refused"
)
"""Outcomes at the top of the table; a refusal is not among them, because the plan already announced it."""


def outcome_badge(outcome: str) -> Badge:
    """An outcome that this version does not know gets a badge with its own name."""
    return BADGES.get(outcome) or Badge(outcome, label(outcome) or "Unknown", Tone.NOTE, "ring", len(BADGES))


@dataclass(frozen=True)
class Share:
    """The number of clusters with one badge, and their part of the bar above the counters, in percent."""

    badge: Badge
    count: int
    x: str
    width: str


def shares(badges: Iterable[Badge]) -> list[Share]:
    """The clusters counted by badge, the most urgent first."""
    counts = sorted(Counter(badges).items(), key=lambda item: (item[0].rank, item[0].name))
    whole, before, found = sum(count for _, count in counts), 0, []
    for badge, count in counts:
        found.append(Share(badge, count, percent(before / whole * 100), percent(count / whole * 100)))
        before += count
    return found


_STATUS_BADGES = {
    DONE: ("Done", Tone.GOOD, "check"),
    STOPPED: ("Stopped early", Tone.BAD, "cross"),
    REFUSED: ("Refused", Tone.WARN, "bar"),
    PLANNED: ("Dry run", Tone.PLAN, "next"),
}


def status_badge(status: str, outcomes: set[str]) -> Badge:
    """The badge of a run's status; a run that is done but has failures gets the tone of a failure."""
    if status == DONE and outcomes & {Outcome.FAILED.value, Outcome.TIMED_OUT.value}:
        return Badge(status, "Done, with failures", Tone.BAD, "cross", 0)
    text, tone, symbol = _STATUS_BADGES.get(status, (label(status), Tone.NOTE, "ring"))
    return Badge(status, text, tone, symbol, 0)
