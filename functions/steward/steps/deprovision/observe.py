"""Looking: everything that the choice of the next move rests on, read afresh at every turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from steward.domain.approvals.requests import Status, cancellation, request_id
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.blockers import inspect
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.findings import Findings
from steward.domain.deprovision.moves import Consent, Observation, Situation
from steward.domain.deprovision.plan import plan_of
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import FINAL, GUARD, planned_cluster_from_item, snapshot_name
from steward.domain.status import Phase
from steward.steps.deprovision.inspect_dependents import InspectionTools, inspect_cluster, last_resume

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.adapters.inspection import DetailedClusters
    from steward.adapters.ledger.requests import Requests
    from steward.adapters.snapshots import Snapshots
    from steward.domain.deprovision.blockers import Inspection
    from steward.domain.deprovision.cluster_details import ClusterDetails
    from steward.domain.deprovision.progress import Progress
    from steward.domain.run import Run
    from steward.steps.cluster_step import ClusterStep


class ObservationTools(InspectionTools, Protocol):
    """What a look reads with."""

    @property
    def clusters(self) -> DetailedClusters:
        """The cluster, and the restore test's copy."""

    @property
    def snapshots(self) -> Snapshots:
        """Guard and final snapshot."""

    @property
    def requests(self) -> Requests:
        """What people said."""


def observe(
    turn: ClusterStep,
    settings: Mapping[str, Any],
    progress: Progress,
    tools: ObservationTools,
    *,
    thorough: bool,
) -> Situation:
    """One fresh look at the cluster of a turn; a ``thorough`` one also asks who depends on it and uses it."""
    planned_cluster, run = planned_cluster_from_item(turn.item), turn.run
    names = {kind: snapshot_name(kind, turn.name, run.name) for kind in (GUARD, FINAL)}
    policy = parse_settings(DeprovisionSettings, settings)
    return Situation(
        planned_cluster=planned_cluster,
        planned=turn.item["plan"],
        progress=progress,
        observed=_sight(turn, policy, progress, names, tools, thorough=thorough),
        settings=policy,
        now=turn.now,
        run=run.name,
        guard_name=names[GUARD],
        final_name=names[FINAL],
    )


def _sight(
    turn: ClusterStep,
    settings: DeprovisionSettings,
    progress: Progress,
    names: Mapping[str, str],
    tools: ObservationTools,
    *,
    thorough: bool,
) -> Observation:
    """On the way back and after the call nobody asks any more what stands in the way."""
    details = tools.clusters.one(turn.name)
    onward = details is not None and progress.stopping is None and not progress.delete.is_open
    copied = progress.copy.called_at is not None and not progress.copy.removed
    return Observation(
        details=details,
        inspection=_inspection(details, settings, turn.now, progress, tools if thorough else None)
        if onward
        else None,
        plan=plan_of(details, settings) if details else None,
        guard=tools.snapshots.one(names[GUARD]),
        final=tools.snapshots.one(names[FINAL]),
        copy=tools.clusters.one(copy_name(turn.name, turn.run.arn)) if _may_copy(settings, copied) else None,
        consent=consent_of(turn.run, turn.name, tools.requests),
        resumed_by=_resumed_by(details, turn, progress, tools) if onward else "",
    )


def _may_copy(settings: DeprovisionSettings, copied: bool) -> bool:  # noqa: FBT001  # a fact, no switch
    return settings.restore_test or copied


def _inspection(
    details: ClusterDetails | None,
    settings: DeprovisionSettings,
    now: datetime,
    progress: Progress,
    tools: ObservationTools | None,
) -> Inspection | None:
    """What the cluster itself shows is looked at each time, and all the rest when ``tools`` are given."""
    if details is None:
        return None
    if tools is None:
        return inspect(details, Findings(), settings, now)
    return inspect_cluster(details, settings, now, tools, progress.touched_at)


def _resumed_by(
    details: ClusterDetails | None, turn: ClusterStep, progress: Progress, tools: ObservationTools
) -> str:
    since = progress.quarantined_since
    if since is None or details is None or details.cluster.phase is Phase.PAUSED:
        return ""
    return last_resume(turn.name, since, turn.now, tools.trail)


def consent_of(run: Run, cluster: str, requests: Requests) -> Consent | None:
    """What became of the run's request about a cluster; None when nobody was asked yet."""
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
    )
