"""Everything that the choice of the next move rests on, read afresh each time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.inspection import DetailedClusters
from steward.adapters.ledger.baselines import Baselines
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.requests import Requests
from steward.adapters.snapshots import Snapshots
from steward.domain.approvals.requests import POLICY, Status, cancellation, request_id
from steward.domain.deprovision.blockers import Inspection, inspect
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.findings import Findings
from steward.domain.deprovision.plan import plan_of
from steward.domain.deprovision.planned_cluster import (
    PlannedCluster,
    Whereabouts,
    planned_cluster_from_item,
    whereabouts,
    with_planned_identity,
)
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.situation import Consent, Observation, Situation
from steward.domain.deprovision.snapshot import FINAL, GUARD, Snapshot, snapshot_name
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.key_rotation import Rotation
from steward.domain.deprovision.stages.quarantine import RESUME, Power, watched_from
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.items import DeprovisionItem
from steward.domain.retry_budget import DWELL
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.run import Run
from steward.steps.cluster_step import ClusterStep
from steward.steps.deprovision.inspect_dependents import InspectionTools, Resume, inspect_cluster, last_resume


@dataclass(frozen=True)
class ObservationTools(InspectionTools):
    clusters: DetailedClusters
    snapshots: Snapshots
    requests: Requests
    policy: DeployedPolicy
    rotations: LastRotations
    baselines: Baselines


def observe(
    step: ClusterStep[DeprovisionItem],
    progress: Progress,
    tools: ObservationTools,
    *,
    thorough: bool,
) -> Situation:
    """One fresh observation of the step's cluster; a ``thorough`` one includes dependents and usage."""
    situation = situation_without_look(step, progress, tools)
    names = {GUARD: situation.guard_name, FINAL: situation.final_name}
    observed = _observation(step, situation.settings, progress, names, tools, thorough=thorough)
    return replace(situation, observed=observed)


def situation_without_look(
    step: ClusterStep[DeprovisionItem], progress: Progress, tools: ObservationTools
) -> Situation:
    return Situation(
        planned_cluster=planned_cluster_from_item(step.item),
        run_plan=step.item["plan"],
        progress=progress,
        observed=Observation(details=None),
        settings=tools.policy.section(DeprovisionSettings),
        now=step.now,
        run=step.run.name,
        guard_name=Guard.of(progress).reused or snapshot_name(GUARD, step.name, step.run.name),
        final_name=snapshot_name(FINAL, step.name, step.run.name),
    )


def _observation(
    step: ClusterStep[DeprovisionItem],
    settings: DeprovisionSettings,
    progress: Progress,
    names: Mapping[str, str],
    tools: ObservationTools,
    *,
    thorough: bool,
) -> Observation:
    """Blockers matter only on the way to the call, neither while rolling back nor after the call."""
    planned, final = planned_cluster_from_item(step.item), tools.snapshots.one(names[FINAL])
    found = _find(planned, final, progress, tools)
    seen = found.details
    details = with_planned_identity(seen, planned) if seen else None
    onward = details is not None and details.name == planned.name and progress.stopping is None
    onward = onward and not Delete.of(progress).is_open
    inspectors = tools if thorough else None
    resume = _last_resume(step, progress, tools) if onward else Resume()
    with_copy = settings.restore_test or Copy.of(progress).may_exist
    return Observation(
        details=details,
        inspection=_inspection(details, settings, step.now, progress, inspectors) if onward else None,
        plan=plan_of(details, settings) if details else None,
        guard=tools.snapshots.one(names[GUARD]),
        final=final,
        copy=tools.clusters.one(copy_name(step.name, step.run.arn)) if with_copy else None,
        consent=_consent(step.run, step.name, tools.requests),
        last_rotation=_last_rotation(step, settings, progress, tools) if onward else None,
        resumed_by=resume.resumed_by,
        resumed_at=resume.resumed_at,
        baseline=tools.baselines.of(step.name, step.item["namespace_arn"], step.item["created_at"]),
        identified=seen is None or seen.cluster.is_identified,
        unseen=found.unseen,
    )


def _find(
    planned: PlannedCluster, final: Snapshot | None, progress: Progress, tools: ObservationTools
) -> Whereabouts:
    """What has the planned name; if that is not the planned cluster, where that is now.

    One that is being deleted, as its final snapshot shows, has no other name.
    """
    seen = tools.clusters.one(planned.name)
    there = seen is not None and seen.cluster.may_be(planned.namespace_arn, planned.created_at)
    is_saved = Delete.of(progress).is_open and final is not None and not final.is_lost
    if there or is_saved:
        return Whereabouts(seen)
    found = whereabouts(planned, tools.clusters.all())
    return found if found.details else Whereabouts(seen, found.unseen)


def _inspection(
    details: ClusterDetails | None,
    settings: DeprovisionSettings,
    now: datetime,
    progress: Progress,
    tools: ObservationTools | None,
) -> Inspection | None:
    """Without ``tools`` only what the cluster's own description shows."""
    if details is None:
        return None
    if tools is None:
        return inspect(details, Findings(), settings, now)
    return inspect_cluster(details, settings, now, tools, progress.touched_at)


def _last_resume(step: ClusterStep[DeprovisionItem], progress: Progress, tools: ObservationTools) -> Resume:
    """Also of a cluster that was paused again since: CloudTrail shows what happened between two looks."""
    since, power = watched_from(progress), Power.of(progress)
    if since is None:
        return Resume()
    ours = power.at if power.last == RESUME and power.at is not None and power.at >= since else None
    return last_resume(step.name, since, ours - DWELL if ours else step.now, tools.trail)


def _last_rotation(
    step: ClusterStep[DeprovisionItem],
    settings: DeprovisionSettings,
    progress: Progress,
    tools: ObservationTools,
) -> RotationRecord | None:
    """Asked for once, before this run rotates itself."""
    if not settings.rotate_first or Rotation.of(progress) != Rotation():
        return None
    return tools.rotations.of([step.name]).get(step.name)


def _consent(run: Run, cluster: str, requests: Requests) -> Consent | None:
    kept = requests.find(request_id(run, cluster))
    if kept is None:
        return None
    request = kept.request
    cancelled = cancellation(request)
    return Consent(
        status=(Status.CANCELLED if cancelled else request.status).value,
        plan_hash=request.plan_hash,
        expires_at=request.expires_at,
        by=request.cancel_requested_by if cancelled else request.answered_by,
        reason=request.cancel_reason if cancelled else request.answer_reason,
        given_at=request.started_at if request.answered_by == POLICY else request.answered_at,
    )
