"""Plan: find the nominated clusters and inspect each of them, without changing anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steward.adapters.executions import Executions
from steward.adapters.inspection import DetailedClusters, SnapshotQuota
from steward.adapters.ledger.locks import Locks
from steward.adapters.snapshots import Snapshots
from steward.domain.decision import Action, skip
from steward.domain.deprovision.cluster_details import ClusterDetails
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
from steward.domain.plan import Planned, one_wave
from steward.domain.workflows import DEPROVISION
from steward.steps.deprovision.inspect_dependents import InspectionTools, inspect_cluster
from steward.steps.plan_context import PlanContext, PlanTools, plan_context, publish, skip_if_delivered_twice

ALL_MAY_FAIL = 100
"""Percent of failures that are tolerated.

Otherwise Step Functions would stop the children of the others, in the middle of what somebody has to watch.
"""


@dataclass(frozen=True)
class Tools(PlanTools, InspectionTools):
    clusters: DetailedClusters
    snapshots: Snapshots
    quota: SnapshotQuota
    locks: Locks
    executions: Executions


def plan(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write the plan and the items of those that may go to S3.

    Raises:
        BadInput: The execution's input is invalid.
    """
    context = plan_context(event, DeprovisionSettings, tools.policy)
    fleet = tools.clusters.all()
    chosen = nominees(fleet, context.run_input)
    decided = skip_if_delivered_twice(context, _decide(chosen, context, tools), tools)
    waves = one_wave(decided, context.settings.max_concurrent, ALL_MAY_FAIL)
    return publish(context, decided, waves, len(fleet) - len(chosen), tools)


def _decide(
    chosen: list[ClusterDetails], context: PlanContext[DeprovisionSettings], tools: Tools
) -> list[Planned]:
    """Look at every nominee; the limits are about all of them together."""
    found = [_nominee(details, context, tools) for details in chosen]
    manual = tools.snapshots.manual()
    found = [with_taken_names(nominee, manual, context.run.name) for nominee in found]
    found = within_limits(found, context.settings, len(manual), tools.quota.limit())
    return [_plan_entry(nominee, context, tools) for nominee in found]


def _nominee(details: ClusterDetails, context: PlanContext[DeprovisionSettings], tools: Tools) -> Nominee:
    run_input, now = context.run_input, context.now
    if run_input.clusters is None:
        decision = nomination_by_tag(details.cluster.tags, context.settings.timezone, now)
    else:
        decision = nomination_by_request(run_input.requested_by, now)
    holder = tools.locks.holder(details.name) or ""
    if decision.action is Action.ACT and _retires(holder) and tools.executions.is_running(holder):
        return Nominee(details, skip("under_way", f"another run is already deprovisioning it, {holder}"))
    if decision.action is not Action.ACT:
        return Nominee(details, decision)
    return Nominee(details, decision, inspect_cluster(details, context.settings, now, tools))


def _retires(holder: str) -> bool:
    """Whether an execution is one of deprovision; those of other workflows are soon over, and waited for."""
    return holder.rpartition(":")[0].endswith(f"-{DEPROVISION.name}")


def _plan_entry(nominee: Nominee, context: PlanContext[DeprovisionSettings], tools: Tools) -> Planned:
    if nominee.decision.action is not Action.ACT:
        return plan_entry(nominee, context.settings, context.run_input, ())
    own = tools.snapshots.of_cluster(nominee.details.name)
    return plan_entry(with_waivers(nominee), context.settings, context.run_input, own)
