"""The plan of a deprovision run: which clusters are nominated, which may be deleted, and why others not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from steward.domain.approvals.requests import SCHEDULE
from steward.domain.decision import Decision, act, refuse
from steward.domain.deprovision.approver_view import cluster_facts
from steward.domain.deprovision.blockers import Inspection, with_blockers
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.deprovision.earlier_guards import GuardChoice, choose_guard, earlier_guards
from steward.domain.deprovision.nomination import TAG
from steward.domain.deprovision.plan import hash_of, plan_of
from steward.domain.deprovision.planned_cluster import PlannedCluster
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import (
    FINAL,
    GUARD,
    Snapshot,
    snapshot_name,
)
from steward.domain.operation import Operation
from steward.domain.plan import Planned, pick_named
from steward.domain.run_input import RunInput

if TYPE_CHECKING:
    from steward.domain.items import DeprovisionItem

A_DELETION = 2
"""Snapshots that each deletion needs: guard and final."""


@dataclass(frozen=True)
class Nominee:
    """One nominated cluster, and what was decided about it.

    Attributes:
        inspection: None when it was not inspected, because it is not to be deleted now.
        earlier: What earlier runs of deprovision have done to it, the latest ones.
    """

    details: ClusterDetails
    decision: Decision
    inspection: Inspection | None = None
    earlier: tuple[Operation, ...] = ()


def nominees(fleet: Sequence[ClusterDetails], run_input: RunInput) -> list[ClusterDetails]:
    """The clusters that the run is about: those named in its input, else those with the nomination tag.

    A restore test's copy can carry the tags of its original, and is nobody's nominee.

    Raises:
        BadInput: A named cluster does not exist.
    """
    if run_input.clusters is None:
        return [w for w in fleet if TAG in w.cluster.tags and not is_copy_name(w.name)]
    return pick_named(run_input.clusters, {details.name: details for details in fleet})


def with_taken_names(
    nominee: Nominee, snapshots: Sequence[Snapshot], run: str, settings: DeprovisionSettings, now: datetime
) -> Nominee:
    """A nominee that was inspected: nothing in the way, or all of it at once, its snapshots included."""
    if nominee.inspection is None:
        return nominee
    names = {snapshot_name(kind, nominee.details.name, run) for kind in (GUARD, FINAL)}
    taken = sorted(names & {snapshot.identifier.lower() for snapshot in snapshots})
    more = [
        ("name_taken", f"cannot take its snapshots: another one is already called {name}") for name in taken
    ]
    full = _guard_choice(nominee, nominee.inspection, snapshots, settings, now).full
    more += [("guard_snapshots", full)] if full else []
    inspection = with_blockers(nominee.inspection, more)
    if not inspection.blocking:
        return replace(nominee, inspection=inspection)
    why = refuse(inspection.blocking[0].code, inspection.sentence)
    return Nominee(nominee.details, why, inspection)


def _guard_choice(
    nominee: Nominee,
    inspection: Inspection,
    snapshots: Sequence[Snapshot],
    settings: DeprovisionSettings,
    now: datetime,
) -> GuardChoice:
    """What the child would choose now; its own look decides."""
    planned = _planned_cluster(nominee.details, snapshots)
    earlier = earlier_guards(snapshots, nominee.earlier, nominee.details, planned)
    return choose_guard(earlier, planned, settings, inspection.unused_since, now)


def within_limits(
    found: Sequence[Nominee],
    settings: DeprovisionSettings,
    snapshots: Sequence[Snapshot],
    quota: int,
    now: datetime,
) -> list[Nominee]:
    """All of them or none: a run that would delete too many, or has no room for all snapshots, refuses.

    ``snapshots`` are all that count against the quota.
    """
    acting = [
        nominee for nominee in found if nominee.inspection is not None and not nominee.inspection.blocking
    ]
    needed = sum(_new_snapshots(nominee, snapshots, settings, now) for nominee in acting)
    if len(acting) > settings.max_per_run:
        text = (
            f"{len(acting)} clusters would be deleted, and the policy's max_per_run is {settings.max_per_run}"
        )
        return [_none_of(nominee, acting, "too_many", f"{text}, so none is") for nominee in found]
    if len(snapshots) + needed > quota:
        text = f"it needs {needed} snapshots, and {len(snapshots)} of the quota of {quota} already exist"
        return [_no_room(nominee, acting, text) for nominee in found]
    return list(found)


def _new_snapshots(
    nominee: Nominee, snapshots: Sequence[Snapshot], settings: DeprovisionSettings, now: datetime
) -> int:
    """How many the deletion takes: an earlier guard snapshot that is reused is there already."""
    choice = _guard_choice(nominee, nominee.inspection or Inspection(()), snapshots, settings, now)
    return A_DELETION if choice.reused is None else A_DELETION - 1


def _none_of(nominee: Nominee, acting: Sequence[Nominee], code: str, why: str) -> Nominee:
    return replace(nominee, decision=refuse(code, why)) if nominee in acting else nominee


def _no_room(nominee: Nominee, acting: Sequence[Nominee], text: str) -> Nominee:
    if nominee not in acting or nominee.inspection is None:
        return nominee
    inspection = with_blockers(
        nominee.inspection, [("snapshot_quota", f"cannot be deleted by this run: {text}")]
    )
    return Nominee(nominee.details, refuse("snapshot_quota", inspection.sentence), inspection)


def plan_entry(
    nominee: Nominee,
    settings: DeprovisionSettings,
    run_input: RunInput,
    snapshots: Sequence[Snapshot],
) -> Planned:
    """What the plan says of a nominee, and what its child execution is text."""
    inspection = nominee.inspection or Inspection(())
    plan = plan_of(nominee.details, settings)
    waived = [blocker.as_json() for blocker in inspection.waived]
    about: dict[str, Any] = {"kms_key": nominee.details.cluster.kms_key, "plan_hash": hash_of(plan)}
    about |= {"blockers": [blocker.as_json() for blocker in inspection.blocking]}
    planned = _planned_cluster(nominee.details, snapshots)
    item: DeprovisionItem = {
        **planned.as_item(),
        "facts": cluster_facts(nominee.details, inspection, settings, planned.previous_mb),
        "plan": plan,
        "inspected": inspection.as_json(),
        "request": {
            "requested_by": _requester(run_input),
            "reason": run_input.reason,
            "nominated": nominee.decision.reason,
            "tag": nominee.details.cluster.tags.get(TAG),
        },
    }
    return Planned(nominee.details.cluster, nominee.decision, {**about, "waived": waived}, item)


def _requester(run_input: RunInput) -> str:
    """`SCHEDULE` for what a tag nominates, and for nothing else: no word of the input stands for a tag."""
    if run_input.clusters is None:
        return SCHEDULE
    return "" if run_input.requested_by == SCHEDULE else run_input.requested_by


def with_waivers(nominee: Nominee) -> Nominee:
    """A nominee with nothing in its way, whose decision says by whom it was nominated."""
    waived = nominee.inspection.waived if nominee.inspection else ()
    text = "".join(f"; {blocker.code} is waived: {blocker.waived}" for blocker in waived)
    return replace(nominee, decision=act(nominee.decision.code, nominee.decision.reason + text))


def _planned_cluster(details: ClusterDetails, snapshots: Sequence[Snapshot]) -> PlannedCluster:
    """What the new snapshots are held against; the size is that of the cluster's latest complete snapshot."""
    cluster = details.cluster
    planned_cluster = PlannedCluster(
        name=details.name,
        namespace_arn=cluster.namespace_arn,
        created_at=details.created_at,
        encrypted=bool(cluster.encrypted),
        kms_key=cluster.kms_key,
        storage_mb=details.storage_mb,
    )
    own = [s for s in snapshots if s.is_of(planned_cluster) and s.is_done and s.created_at is not None]
    latest = max(own, key=lambda snapshot: str(snapshot.created_at), default=None)
    return replace(planned_cluster, previous_mb=latest.size_mb if latest else 0)
