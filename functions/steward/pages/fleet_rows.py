"""One cluster of the fleet on the page: its keys' age beside what the policy allows, and all else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.pages.axis import Tick, percent
from steward.pages.evidence import Node, node
from steward.pages.outcomes import Look, Tone, look
from steward.pages.snapshots import Kept, days, kept_snapshots
from steward.pages.texts import counted, listed, mapped, number, size, text
from steward.pages.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from steward.pages.times import Zone

SOON = 0.85
"""Share of the allowed age from which keys are said to be due soon."""

FARTHEST = 2.0
"""Times the largest allowed age at which the axis ends; older keys run out of it."""

ROUND = (1, 2, 5, 7, 10, 15, 30, 60, 90, 180, 365, 730)
"""Days between two ticks."""

MOST_TICKS = 7

STATES = {
    "overdue": Look("overdue", "Overdue", Tone.BAD, "cross", 0),
    "unencrypted": Look("unencrypted", "Not encrypted", Tone.WARN, "bar", 1),
    "unknown": Look("unknown", "Age not known", Tone.WARN, "gap", 2),
    "soon": Look("soon", "Due soon", Tone.NOTE, "clock", 3),
    "fresh": Look("fresh", "Within policy", Tone.GOOD, "check", 4),
    "unwanted": Look("unwanted", "No rotation wanted", Tone.IDLE, "dash", 5),
}
"""What can be said of a cluster's keys."""


@dataclass(frozen=True)
class Scale:
    """The axis of ages: from 0 to ``longest`` days."""

    longest: float

    def at(self, age: float) -> float:
        """Where an age lies, from 0 to 100."""
        return min(100.0, max(0.0, age / self.longest * 100))

    def ticks(self) -> list[Tick]:
        """A few marks at round ages."""
        step = next((days for days in ROUND if self.longest / days <= MOST_TICKS), ROUND[-1])
        return [
            Tick(percent(self.at(day)), str(day)) for day in range(step, int(self.longest * 0.97) + 1, step)
        ]


def scale_of(clusters: Iterable[Mapping[str, Any]]) -> Scale:
    """The axis on which all clusters are seen, though one may be far older than the others."""
    known = list(clusters)
    ages = [age for c in known if (age := number(c.get("key_age_days"))) is not None]
    limits = [limit for c in known if (limit := number(c.get("max_age_days"))) is not None]
    oldest, limit = max(ages, default=0.0), max(limits, default=0.0)
    return Scale(max(1.0, limit * 1.1, min(oldest * 1.05, limit * FARTHEST) if limit else oldest * 1.05))


@dataclass(frozen=True)
class FleetRow:
    """One cluster.

    Attributes:
        age: Days, None when not known.
        width: Of its bar in percent; limit: where the policy's line stands, empty when it has none.
        drift: None when it was not looked at.
        facts: Pairs of term and node, for the details.
    """

    index: int
    cluster: str
    status: str
    look: Look
    age: float | None
    limit_days: float | None
    width: str
    limit: str
    beyond: bool
    drift: dict[str, Any] | None
    lock: dict[str, Any]
    last: Look | None
    last_words: str
    snapshots: list[Kept]
    facts: tuple[tuple[str, Node], ...]

    @property
    def order(self) -> tuple[int, float, str]:
        """The keys that are farthest beyond the policy first."""
        share = (self.age or 0) / self.limit_days if self.limit_days else 0
        return self.look.rank, -share, self.cluster

    @property
    def has_drifted(self) -> bool:
        """Whether its roles are known to differ from the declared ones."""
        return any((self.drift or {}).get(name) for name in ("added", "removed", "default"))

    @property
    def shown(self) -> str:
        """The counters that it belongs to."""
        crossing = (("drifted", self.has_drifted), ("locked", self.lock), ("kept", self.snapshots))
        return " ".join([self.look.name, *(name for name, belongs in crossing if belongs)])

    @property
    def age_words(self) -> str:
        """Its age in words."""
        return "" if self.age is None else days(self.age)

    @property
    def left_words(self) -> str:
        """How far it is from the policy's limit, in words."""
        if self.age is None or not self.limit_days:
            return ""
        left = self.limit_days - self.age
        return f"{days(left)} left" if left >= 0 else f"{days(-left)} over"

    @property
    def drift_words(self) -> list[tuple[str, Tone]]:
        """Its drift in a few words, each with its tone."""
        if self.drift is None:
            return [("not looked at", Tone.IDLE)]
        if self.drift.get("unknown"):
            return [("not known", Tone.WARN)]
        more, less = (len(listed(self.drift.get(name))) for name in ("added", "removed"))
        said = [(f"{more} too many", Tone.WARN)] if more else []
        said += [(f"{less} missing", Tone.WARN)] if less else []
        said += [("other default", Tone.WARN)] if self.drift.get("default") else []
        return said or [("in sync", Tone.GOOD)]

    @property
    def kept_words(self) -> str:
        """Its snapshots in a few words."""
        if not self.snapshots:
            return ""
        whole = sum(snapshot.megabytes for snapshot in self.snapshots)
        return counted(len(self.snapshots), "snapshot") + (f", {size(whole)}" if whole else "")


def fleet_row(index: int, cluster: Mapping[str, Any], scale: Scale, zone: Zone) -> FleetRow:
    """The row of a cluster in the fleet's document."""
    age, limit = number(cluster.get("key_age_days")), number(cluster.get("max_age_days"))
    last, drift = mapped(cluster.get("last")), cluster.get("drift")
    at = moment(last.get("at"))
    return FleetRow(
        index=index,
        cluster=text(cluster.get("identifier")),
        status=text(cluster.get("status")),
        look=_look(cluster, age, limit),
        age=age,
        limit_days=limit,
        width=percent(scale.at(age or 0)),
        limit=percent(scale.at(limit)) if limit else "",
        beyond=age is not None and age > scale.longest,
        drift=None if drift is None else mapped(drift),
        lock=mapped(cluster.get("lock")),
        last=look(str(last["outcome"])) if last.get("outcome") else None,
        last_words=" · ".join(
            filter(None, [str(last.get("workflow") or ""), zone.short_day(at) if at else ""])
        ),
        snapshots=kept_snapshots(listed(cluster.get("snapshots")), zone),
        facts=tuple(_details(cluster, zone)),
    )


def _look(cluster: Mapping[str, Any], age: float | None, limit: float | None) -> Look:
    if cluster.get("encrypted") is False:
        return STATES["unencrypted"]
    if not limit:
        return STATES["unwanted"]
    if age is None:
        return STATES["unknown"]
    return STATES["overdue" if age > limit else "soon" if age >= limit * SOON else "fresh"]


DETAILS = (
    ("Status", "status"),
    ("Last rotated", "last_rotated_at"),
    ("Rotated by", "rotated_by"),
    ("Why not", "why_not"),
    ("Role drift", "drift"),
    ("Being changed by", "lock"),
    ("Last run", "last"),
)
"""Fields of a cluster that its details tell, in order."""


def _details(cluster: Mapping[str, Any], zone: Zone) -> Iterator[tuple[str, Node]]:
    for term, name in DETAILS:
        told = node(cluster.get(name), zone, name)
        if told.form != "none":
            yield term, told
