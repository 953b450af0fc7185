"""Plan: find the nominated clusters and inspect each of them, without changing anything."""

from dataclasses import dataclass, replace

from steward.adapters.cloudtrail import CachedTrail
from steward.adapters.inspection import DetailedClusters, SnapshotQuota
from steward.adapters.ledger.operations import OperationHistory
from steward.adapters.reading import Unreadable, attempt, read_each, require
from steward.adapters.snapshots import Snapshots
from steward.domain.decision import Action, Decision
from steward.domain.deprovision.blockers import Inspection
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.earlier import (
    rest_until_the_tag_changes,
    skip_under_way,
    unended_runs,
)
from steward.domain.deprovision.nomination import nomination_by_request, nomination_by_tag
from steward.domain.deprovision.nominees import (
    Nominee,
    nominees,
    plan_entry,
    with_taken_names,
    with_waivers,
    within_limits,
)
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import Snapshot
from steward.domain.messages import PlanAnswer, PlanEvent
from steward.domain.operation import Operation
from steward.domain.plan import Planned, one_wave
from steward.domain.preconditions import refuse_unreadable
from steward.domain.workflows import DEPROVISION
from steward.steps.deprovision.earlier_operations import earlier_operations
from steward.steps.deprovision.inspect_dependents import InspectionTools, inspect_cluster
from steward.steps.plan_context import PlanContext, PlanTools, plan_context, publish, skip_if_delivered_twice
from steward.steps.recovery import PlanRecoveryTools, plan_recovery

ALL_MAY_FAIL = 100
"""Percent of failures that are tolerated.

Otherwise Step Functions would stop the children of the others, in the middle of what somebody has to watch.
"""


@dataclass(frozen=True)
class Tools(PlanTools, InspectionTools, PlanRecoveryTools):
    clusters: DetailedClusters
    snapshots: Snapshots
    quota: SnapshotQuota
    history: OperationHistory


def plan(event: PlanEvent, tools: Tools) -> PlanAnswer:
    """Write the plan and the items of those that may go to S3.

    Raises:
        BadInput: The execution's input is invalid.
    """
    context = plan_context(event, DeprovisionSettings, tools.policy)
    if context.run_input.stopped_run:
        return plan_recovery(context, tools)
    fleet = require(tools.clusters.all)
    chosen = nominees(fleet, context.run_input)
    decided = skip_if_delivered_twice(context, _decide(chosen, context, tools), tools)
    waves = one_wave(decided, context.settings.max_concurrent, ALL_MAY_FAIL)
    return publish(context, decided, waves, len(fleet) - len(chosen), tools)


def _decide(
    chosen: list[ClusterDetails], context: PlanContext[DeprovisionSettings], tools: Tools
) -> list[Planned]:
    """Look at every nominee; the limits are about all of them together."""
    found = _inspect_each([_nominee(details, context, tools) for details in chosen], context, tools)
    manual, limit = attempt(tools.snapshots.manual), attempt(tools.quota.limit)
    if isinstance(manual, Unreadable) or isinstance(limit, Unreadable):
        failed = manual if isinstance(manual, Unreadable) else limit
        found, manual = [_unreadable_if_acting(nominee, failed) for nominee in found], []
    else:
        found = [
            with_taken_names(nominee, manual, context.run.name, context.settings, context.now)
            for nominee in found
        ]
        found = within_limits(found, context.settings, manual, limit, context.now)
    own = read_each((each.details.name for each in found if _acts(each)), tools.snapshots.of_cluster)
    return [_plan_entry(nominee, own.get(nominee.details.name, []), context) for nominee in found]


def _acts(nominee: Nominee) -> bool:
    return nominee.decision.action is Action.ACT


def _inspect_each(
    found: list[Nominee], context: PlanContext[DeprovisionSettings], tools: Tools
) -> list[Nominee]:
    """Those that are to go, inspected; CloudTrail is asked once for all of them."""
    tools = replace(tools, trail=CachedTrail(tools.trail))
    acting = {each.details.name: each.details for each in found if _acts(each)}
    inspections = read_each(
        acting, lambda name: inspect_cluster(acting[name], context.settings, context.now, tools)
    )
    return [_with_inspection(each, inspections.get(each.details.name)) for each in found]


def _with_inspection(nominee: Nominee, inspection: Inspection | Unreadable | None) -> Nominee:
    if isinstance(inspection, Unreadable):
        return _unreadable_if_acting(nominee, inspection)
    return replace(nominee, inspection=inspection)


def _unreadable_if_acting(nominee: Nominee, failed: object) -> Nominee:
    """A cluster that was to go stays when a fact about it could not be read."""
    if not isinstance(failed, Unreadable) or not _acts(nominee):
        return nominee
    return Nominee(nominee.details, refuse_unreadable(failed.reason), nominee.inspection)


def _nominee(details: ClusterDetails, context: PlanContext[DeprovisionSettings], tools: Tools) -> Nominee:
    """Whether it is to go now, before it is inspected."""
    run_input, now = context.run_input, context.now
    if run_input.clusters is None:
        decision = nomination_by_tag(details.cluster.tags, context.settings.timezone, now)
    else:
        decision = nomination_by_request(run_input.requested_by, now)
    nominee = Nominee(details, decision)
    if not _acts(nominee):
        return nominee
    earlier = attempt(lambda: earlier_operations(details.name, tools.history))
    if isinstance(earlier, Unreadable):
        return _unreadable_if_acting(nominee, earlier)
    because = attempt(lambda: _because_of_earlier_runs(details, earlier, context, tools))
    if isinstance(because, Decision):
        return Nominee(details, because)
    return _unreadable_if_acting(replace(nominee, earlier=tuple(earlier)), because)


def _because_of_earlier_runs(
    details: ClusterDetails,
    operations: list[Operation],
    context: PlanContext[DeprovisionSettings],
    tools: Tools,
) -> Decision | None:
    """Why other runs keep this one from the cluster, None if they do not.

    A run that only waits for people has no lock, so its record counts, too.
    """
    holder = tools.locks.holder(details.name) or ""
    runs = [*filter(_retires, [holder]), *unended_runs(operations, context.run.arn)]
    running = next(filter(tools.executions.is_running, runs), "")
    if running:
        return skip_under_way(running)
    by_tag = context.run_input.clusters is None
    return rest_until_the_tag_changes(operations, details) if by_tag else None


def _retires(holder: str) -> bool:
    """Whether an execution is one of deprovision; those of other workflows are soon over, and waited for."""
    return holder.rpartition(":")[0].endswith(f"-{DEPROVISION.name}")


def _plan_entry(
    nominee: Nominee, own: list[Snapshot] | Unreadable, context: PlanContext[DeprovisionSettings]
) -> Planned:
    nominee = _unreadable_if_acting(nominee, own)
    if not _acts(nominee) or isinstance(own, Unreadable):
        return plan_entry(nominee, context.settings, context.run_input, ())
    return plan_entry(with_waivers(nominee), context.settings, context.run_input, own)
