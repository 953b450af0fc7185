"""Snapshots that are kept, as the fleet's page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.pages.texts import mapped, number, size, text
from steward.pages.times import moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from steward.pages.times import Zone

FOREVER = -1
"""ManualSnapshotRetentionPeriod of a snapshot without an end (AWS Redshift API reference, Snapshot)."""


@dataclass(frozen=True)
class Kept:
    """One snapshot.

    Attributes:
        cluster: The cluster that it is of, empty where that is clear.
        megabytes: 0 when not known.
        taken: In words.
    """

    identifier: str
    cluster: str
    kind: str
    megabytes: float
    taken: str
    created_at: datetime | None
    age: str
    retention: str

    @property
    def size(self) -> str:
        """Its size in words."""
        return size(self.megabytes) if self.megabytes else ""


def kept_snapshots(records: Iterable[Any], zone: Zone) -> list[Kept]:
    """The snapshots of a fleet's document, the largest first."""
    kept = [_kept(mapped(record), zone) for record in records]
    return sorted(kept, key=lambda snapshot: (-snapshot.megabytes, snapshot.identifier))


def _kept(record: dict[str, Any], zone: Zone) -> Kept:
    created, age = moment(record.get("created_at")), number(record.get("age_days"))
    return Kept(
        identifier=text(record.get("identifier")),
        cluster=text(record.get("cluster")),
        kind=text(record.get("kind")),
        megabytes=number(record.get("size_mb")) or 0,
        taken=zone.day(created) if created else "",
        created_at=created,
        age="" if age is None else days(age),
        retention=_retention(number(record.get("retention_days"))),
    )


def _retention(days_kept: float | None) -> str:
    if days_kept is None:
        return ""
    return "for ever" if days_kept == FOREVER else days(days_kept)


def days(amount: float) -> str:
    """``1 day``, ``97 days``; what is not a whole day yet does not count."""
    whole = int(amount)
    return f"{whole:,} day{'' if whole == 1 else 's'}"
