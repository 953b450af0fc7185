"""The fleet's page: the age of each cluster's keys against the policy, role drift, and kept snapshots."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from steward.pages.fleet_rows import FleetRow, fleet_row, scale_of
from steward.pages.outcomes import shares
from steward.pages.render import render
from steward.pages.run_page import SummaryRow
from steward.pages.snapshots import SnapshotRow, snapshot_rows
from steward.pages.texts import as_dict, as_list, as_number, pluralize, size
from steward.pages.times import Zone, iso, moment, zone


def fleet_page(fleet: Mapping[str, Any]) -> str:
    """The HTML of the page that ``steward status --html`` writes.

    Args:
        fleet: Everything but ``clusters`` is optional; a field that is None counts as missing::

            {
              "at": "2026-11-21T21:00:00Z", "account": "123456789012", "region": "eu-central-1",
              "stack": "RedshiftSteward-production", "timezone": "Europe/Berlin", "not_selected": 3,
              "clusters": [{
                "identifier": "finance-dwh", "status": "available", "encrypted": true,
                "key_age_days": 97.2, "max_age_days": 90, "last_rotated_at": "2026-08-16T20:12:00Z",
                "rotated_by": "the steward", "why_not": "is paused, and the policy says paused: skip",
                "drift": {"added": [ARN], "removed": [ARN], "default": "…", "unknown": "why"},
                "lock": {"workflow": "rotate-keys", "run": "…", "since": "2026-11-21T20:59:00Z"},
                "last": {"workflow": "rotate-keys", "run": "…", "outcome": "rotated", "at": "…"},
                "snapshots": [{"identifier": "…", "kind": "manual", "size_mb": 1843200,
                               "created_at": "…", "age_days": 12.5, "retention_days": 365}]
              }],
              "snapshots": [{… as above, "cluster": "a-deleted-cluster"}]
            }

            ``drift``: ``added`` are roles that no rule grants, ``removed`` roles that a rule grants and the
            cluster lacks, ``unknown`` says why they could not be read; {} is in sync, None is not managed.
            ``lock``: None when no run holds it. Without ``max_age_days`` the policy excludes the cluster from
            rotation; without ``key_age_days`` the age is unknown. The top-level snapshots are those of
            deleted clusters.
    """
    where = zone(fleet.get("timezone"))
    clusters = [as_dict(cluster) for cluster in as_list(fleet.get("clusters"))]
    scale = scale_of(clusters)
    rows = sorted((fleet_row(n, c, scale, where) for n, c in enumerate(clusters)), key=lambda row: row.order)
    kept = snapshot_rows(as_list(fleet.get("snapshots")), where)
    return render(
        "fleet.html.j2",
        headline=headline(rows),
        facts=list(_facts(fleet, rows, kept, where)),
        counters=shares(row.badge for row in rows),
        more_counters=_crossing_counters(rows),
        rows=rows,
        scale=scale,
        kept=kept,
        not_selected=int(as_number(fleet.get("not_selected")) or 0),
    )


def headline(rows: Sequence[FleetRow]) -> str:
    """Overdue keys and role drift in one sentence."""
    overdue = sum(row.badge.name == "overdue" for row in rows)
    drifted = sum(row.has_drifted for row in rows)
    keys = f"{overdue} with overdue keys" if overdue else "no overdue keys"
    roles = f"{drifted} with role drift" if drifted else "no role drift"
    if all(row.drift is None for row in rows):
        return f"{pluralize(len(rows), 'cluster')}: {keys}"
    return f"{pluralize(len(rows), 'cluster')}: {keys}, {roles}"


def _facts(
    fleet: Mapping[str, Any], rows: Sequence[FleetRow], kept: Sequence[SnapshotRow], where: Zone
) -> Iterator[SummaryRow]:
    at = moment(fleet.get("at"))
    if at is not None:
        yield SummaryRow("As of", where.full(at), at=iso(at))
    place = " · ".join(str(fleet[name]) for name in ("account", "region") if fleet.get(name))
    if place:
        yield SummaryRow("Account", place)
    if fleet.get("stack"):
        yield SummaryRow("Stack", str(fleet["stack"]), code=True)
    everything = [*kept, *(snapshot for row in rows for snapshot in row.snapshots)]
    if everything:
        whole = size(sum(snapshot.megabytes for snapshot in everything))
        yield SummaryRow("Snapshots kept", f"{pluralize(len(everything), 'snapshot')}, {whole}")


def _crossing_counters(rows: Sequence[FleetRow]) -> list[tuple[str, str, int]]:
    """Counters that overlap with those of the keys: name, text, number of clusters."""
    counts = (
        ("drifted", "Role drift", sum(row.has_drifted for row in rows)),
        ("locked", "In progress", sum(bool(row.lock) for row in rows)),
        ("kept", "With snapshots", sum(bool(row.snapshots) for row in rows)),
    )
    return [(name, text, count) for name, text, count in counts if count]
