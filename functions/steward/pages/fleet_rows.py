"""One cluster on the fleet's page: its keys' age against the policy, role drift, last run, snapshots."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from steward.pages.axis import Tick, percent
from steward.pages.evidence import Node, node
from steward.pages.outcomes import Badge, Tone, outcome_badge
from steward.pages.snapshots import SnapshotRow, days_text, snapshot_rows
from steward.pages.texts import as_dict, as_list, as_number, as_text, pluralize, size
from steward.pages.times import Zone, moment

SOON = 0.85
"""Share of the allowed age from which keys are due soon."""

FARTHEST = 2.0
"""The axis ends at this multiple of the largest allowed age; older keys run beyond it."""

TICK_DAYS = (1, 2, 5, 7, 10, 15, 30, 60, 90, 180, 365, 730)
"""Possible days between two ticks."""

MOST_TICKS = 7

KEY_STATES = {
    "overdue": Badge("overdue", "Overdue", Tone.BAD, "cross", 0),
    "unencrypted": Badge("unencrypted", "Not encrypted", Tone.WARN, "bar", 1),
    "unknown": Badge("unknown", "Age unknown", Tone.WARN, "gap", 2),
    "soon": Badge("soon", "Due soon", Tone.NOTE, "clock", 3),
    "fresh": Badge("fresh", "Within policy", Tone.GOOD, "check", 4),
    "excluded": Badge("excluded", "Excluded", Tone.IDLE, "dash", 5),
}
"""The badges of a cluster's keys."""


@dataclass(frozen=True)
class Scale:
    """The axis of ages: from 0 to ``longest`` days."""

    longest: float

    def at(self, age: float) -> float:
        """Percent of the width, from 0 to 100; an age beyond the axis is at its end."""
        return min(100.0, max(0.0, age / self.longest * 100))

    def ticks(self) -> list[Tick]:
        """At most `MOST_TICKS` marks at round ages."""
        step = next((days for days in TICK_DAYS if self.longest / days <= MOST_TICKS), TICK_DAYS[-1])
        return [
            Tick(percent(self.at(day)), str(day)) for day in range(step, int(self.longest * 0.97) + 1, step)
        ]


def scale_of(clusters: Iterable[Mapping[str, Any]]) -> Scale:
    """One axis for all clusters; a single very old one does not compress the others."""
    known = list(clusters)
    ages = [age for c in known if (age := as_number(c.get("key_age_days"))) is not None]
    limits = [limit for c in known if (limit := as_number(c.get("max_age_days"))) is not None]
    oldest, limit = max(ages, default=0.0), max(limits, default=0.0)
    return Scale(max(1.0, limit * 1.1, min(oldest * 1.05, limit * FARTHEST) if limit else oldest * 1.05))


@dataclass(frozen=True)
class FleetRow:
    """One cluster.

    Attributes:
        age: Age of the keys in days, None when unknown.
        width: Width of the age's bar in percent.
        limit: Position of the policy's limit in percent, empty when there is none.
        drift: None when the policy does not manage the cluster's roles.
        facts: Pairs of term and node, for the details.
    """

    index: int
    cluster: str
    status: str
    badge: Badge
    age: float | None
    limit_days: float | None
    width: str
    limit: str
    beyond: bool
    drift: dict[str, Any] | None
    lock: dict[str, Any]
    last: Badge | None
    last_text: str
    snapshots: list[SnapshotRow]
    facts: tuple[tuple[str, Node], ...]

    @property
    def order(self) -> tuple[int, float, str]:
        """Sort key: the most urgent state, then the keys farthest beyond the policy."""
        share = (self.age or 0) / self.limit_days if self.limit_days else 0
        return self.badge.rank, -share, self.cluster

    @property
    def has_drifted(self) -> bool:
        """False also when the roles could not be read."""
        return any((self.drift or {}).get(name) for name in ("added", "removed", "default"))

    @property
    def shown(self) -> str:
        """The names of the counters that include it, separated by spaces."""
        crossing = (("drifted", self.has_drifted), ("locked", self.lock), ("kept", self.snapshots))
        return " ".join([self.badge.name, *(name for name, belongs in crossing if belongs)])

    @property
    def age_text(self) -> str:
        """``12 days``; empty when unknown."""
        return "" if self.age is None else days_text(self.age)

    @property
    def left_text(self) -> str:
        """``78 days left`` or ``7 days overdue``; empty without an age or a limit."""
        if self.age is None or not self.limit_days:
            return ""
        left = self.limit_days - self.age
        return f"{days_text(left)} left" if left >= 0 else f"{days_text(-left)} overdue"

    @property
    def drift_texts(self) -> list[tuple[str, Tone]]:
        """Short texts about the role drift, each with its tone."""
        if self.drift is None:
            return [("not managed", Tone.IDLE)]
        if self.drift.get("unknown"):
            return [("unknown", Tone.WARN)]
        unexpected, missing = (len(as_list(self.drift.get(name))) for name in ("added", "removed"))
        texts = [(f"{unexpected} unexpected", Tone.WARN)] if unexpected else []
        texts += [(f"{missing} missing", Tone.WARN)] if missing else []
        texts += [("wrong default", Tone.WARN)] if self.drift.get("default") else []
        return texts or [("in sync", Tone.GOOD)]

    @property
    def snapshots_text(self) -> str:
        if not self.snapshots:
            return ""
        whole = sum(snapshot.megabytes for snapshot in self.snapshots)
        return pluralize(len(self.snapshots), "snapshot") + (f", {size(whole)}" if whole else "")


def fleet_row(index: int, cluster: Mapping[str, Any], scale: Scale, zone: Zone) -> FleetRow:
    """The row of a cluster in the fleet document (see `steward.pages.fleet_page`)."""
    age, limit = as_number(cluster.get("key_age_days")), as_number(cluster.get("max_age_days"))
    last, drift = as_dict(cluster.get("last")), cluster.get("drift")
    at = moment(last.get("at"))
    return FleetRow(
        index=index,
        cluster=as_text(cluster.get("identifier")),
        status=as_text(cluster.get("status")),
        badge=_key_state(cluster, age, limit),
        age=age,
        limit_days=limit,
        width=percent(scale.at(age or 0)),
        limit=percent(scale.at(limit)) if limit else "",
        beyond=age is not None and age > scale.longest,
        drift=None if drift is None else as_dict(drift),
        lock=as_dict(cluster.get("lock")),
        last=outcome_badge(str(last["outcome"])) if last.get("outcome") else None,
        last_text=" · ".join(
            filter(None, [str(last.get("workflow") or ""), zone.short_day(at) if at else ""])
        ),
        snapshots=snapshot_rows(as_list(cluster.get("snapshots")), zone),
        facts=tuple(_details(cluster, zone)),
    )


def _key_state(cluster: Mapping[str, Any], age: float | None, limit: float | None) -> Badge:
    if cluster.get("encrypted") is False:
        return KEY_STATES["unencrypted"]
    if not limit:
        return KEY_STATES["excluded"]
    if age is None:
        return KEY_STATES["unknown"]
    return KEY_STATES["overdue" if age > limit else "soon" if age >= limit * SOON else "fresh"]


DETAILS = (
    ("Status", "status"),
    ("Last rotated", "last_rotated_at"),
    ("Rotated by", "rotated_by"),
    ("Not rotated because", "why_not"),
    ("Role drift", "drift"),
    ("Locked by", "lock"),
    ("Last run", "last"),
)
"""Term and field of each detail, in order."""


def _details(cluster: Mapping[str, Any], zone: Zone) -> Iterator[tuple[str, Node]]:
    for term, name in DETAILS:
        entry = node(cluster.get(name), zone, name)
        if entry.form != "none":
            yield term, entry
