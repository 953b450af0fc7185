"""The rows of the fleet page's tables of snapshots."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from steward.pages.texts import as_dict, as_number, as_text, size
from steward.pages.times import Zone, moment

INDEFINITE = -1
"""ManualSnapshotRetentionPeriod of a snapshot without an end (Redshift API reference, Snapshot)."""


@dataclass(frozen=True)
class SnapshotRow:
    """One snapshot.

    Attributes:
        cluster: Its cluster; empty in a table of one cluster's snapshots.
        megabytes: 0 when unknown.
        taken: The day, as text.
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
        """``1.8 TB``; empty when unknown."""
        return size(self.megabytes) if self.megabytes else ""


def snapshot_rows(records: Iterable[Any], zone: Zone) -> list[SnapshotRow]:
    """``records`` as in the fleet document, the largest first."""
    kept = [_snapshot_row(as_dict(record), zone) for record in records]
    return sorted(kept, key=lambda snapshot: (-snapshot.megabytes, snapshot.identifier))


def _snapshot_row(record: dict[str, Any], zone: Zone) -> SnapshotRow:
    created, age = moment(record.get("created_at")), as_number(record.get("age_days"))
    return SnapshotRow(
        identifier=as_text(record.get("identifier")),
        cluster=as_text(record.get("cluster")),
        kind=as_text(record.get("kind")),
        megabytes=as_number(record.get("size_mb")) or 0,
        taken=zone.day(created) if created else "",
        created_at=created,
        age="" if age is None else days_text(age),
        retention=_retention(as_number(record.get("retention_days"))),
    )


def _retention(days_kept: float | None) -> str:
    if days_kept is None:
        return ""
    return "indefinitely" if days_kept == INDEFINITE else days_text(days_kept)


def days_text(amount: float) -> str:
    """``1 day``, ``97 days``; rounded down."""
    whole = int(amount)
    return f"{whole:,} day{'' if whole == 1 else 's'}"
