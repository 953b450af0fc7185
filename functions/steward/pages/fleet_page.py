"""The page of the fleet: each cluster's keys beside the policy, what has drifted, what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.pages.fleet_rows import FleetRow, fleet_row, scale_of
from steward.pages.outcomes import shares
from steward.pages.render import render
from steward.pages.run_page import Fact
from steward.pages.snapshots import Kept, kept_snapshots
from steward.pages.texts import counted, listed, mapped, number, size
from steward.pages.times import iso, moment, zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from steward.pages.times import Zone


def fleet_page(fleet: Mapping[str, Any]) -> str:
    """The whole of the fleet's page.

    Args:
        fleet: Everything but ``clusters`` is optional, a field that is None is as good as missing::

            {
              "at": "2026-11-21T21:00:00Z", "account": "123456789012", "region": "eu-central-1",
              "stack": "RedshiftSteward-production", "timezone": "Europe/Berlin", "not_selected": 3,
              "clusters": [{
                "identifier": "finance-dwh", "status": "available", "encrypted": true,
                "key_age_days": 97.2, "max_age_days": 90, "last_rotated_at": "2026-08-16T20:12:00Z",
                "rotated_by": "the steward", "why_not": "is paused, and the policy says paused: skip",
                "drift": {"added": [ARN], "removed": [ARN], "default": "…", "unknown": "why it is not known"},
                "lock": {"workflow": "rotate-keys", "run": "…", "since": "2026-11-21T20:59:00Z"},
                "last": {"workflow": "rotate-keys", "run": "…", "outcome": "rotated", "at": "…"},
                "snapshots": [{"identifier": "…", "kind": "manual", "size_mb": 1843200,
                               "created_at": "…", "age_days": 12.5, "retention_days": 365}]
              }],
              "snapshots": [{… as above, "cluster": "a-cluster-that-is-gone"}]
            }

            ``drift``: ``added`` are roles that the cluster has and no rule wants, ``removed`` roles that are
            wanted and missing; {} is in sync; None is not looked at. ``lock``: None when nobody changes it.
            Without ``max_age_days`` no rotation is wanted, and without ``key_age_days`` the age is not known.
            The snapshots beside the clusters are those of clusters that are gone.
    """
    where = zone(fleet.get("timezone"))
    clusters = [mapped(cluster) for cluster in listed(fleet.get("clusters"))]
    scale = scale_of(clusters)
    rows = sorted((fleet_row(n, c, scale, where) for n, c in enumerate(clusters)), key=lambda row: row.order)
    kept = kept_snapshots(listed(fleet.get("snapshots")), where)
    return render(
        "fleet.html.j2",
        headline=headline(rows),
        facts=list(_facts(fleet, rows, kept, where)),
        counters=shares(row.look for row in rows),
        more_counters=_also(rows),
        rows=rows,
        scale=scale,
        kept=kept,
        not_selected=int(number(fleet.get("not_selected")) or 0),
    )


def headline(rows: Sequence[FleetRow]) -> str:
    """The state of the fleet in one sentence."""
    late = sum(row.look.name == "overdue" for row in rows)
    drifted = sum(row.has_drifted for row in rows)
    keys = (
        f"{late} with keys older than the policy allows" if late else "no keys older than the policy allows"
    )
    roles = f"{drifted} with other roles than declared" if drifted else "no roles other than declared"
    if all(row.drift is None for row in rows):
        return f"{counted(len(rows), 'cluster')}: {keys}"
    return f"{counted(len(rows), 'cluster')}: {keys}, {roles}"


def _facts(
    fleet: Mapping[str, Any], rows: Sequence[FleetRow], kept: Sequence[Kept], where: Zone
) -> Iterator[Fact]:
    at = moment(fleet.get("at"))
    if at is not None:
        yield Fact("As of", where.full(at), at=iso(at))
    place = " · ".join(str(fleet[name]) for name in ("account", "region") if fleet.get(name))
    if place:
        yield Fact("Account", place)
    if fleet.get("stack"):
        yield Fact("Stack", str(fleet["stack"]), code=True)
    everything = [*kept, *(snapshot for row in rows for snapshot in row.snapshots)]
    if everything:
        whole = size(sum(snapshot.megabytes for snapshot in everything))
        yield Fact("Snapshots kept", f"{counted(len(everything), 'snapshot')}, {whole}")


def _also(rows: Sequence[FleetRow]) -> list[tuple[str, str, int]]:
    """Counters that cross the others: name, words, clusters."""
    counts = (
        ("drifted", "Roles drifted", sum(row.has_drifted for row in rows)),
        ("locked", "Being changed", sum(bool(row.lock) for row in rows)),
        ("kept", "With snapshots", sum(bool(row.snapshots) for row in rows)),
    )
    return [(name, words, count) for name, words, count in counts if count]
