"""Plan: find the nominated clusters and inspect all of them, without changing anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.cloudtrail import Trail
from steward.adapters.documents import Documents
from steward.adapters.executions import Executions
from steward.adapters.inspection import ClusterMetrics, Dependents, SnapshotQuota, Warehouses
from steward.adapters.kms import KmsKeys
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events
from steward.adapters.snapshots import Snapshots
from steward.domain.decision import Action, skip
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.nomination import by_request, nominated
from steward.domain.deprovision.nominees import Nominee, judged, nominees, planned, ready, within_limits
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.plan import one_wave
from steward.domain.workflows import DEPROVISION
from steward.steps.deprovision.inspect_dependents import inspected
from steward.steps.plan_context import delivered_twice, is_ours, plan_context, publish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.deprovision.cluster_details import Warehouse
    from steward.domain.plan import Planned
    from steward.steps.plan_context import PlanContext

ALL_MAY_FAIL = 100
"""Percent of failures that are tolerated.

Otherwise Step Functions would stop the children of the others, in the middle of what somebody has to watch.
"""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    warehouses: Warehouses
    dependents: Dependents
    keys: KmsKeys
    metrics: ClusterMetrics
    trail: Trail
    snapshots: Snapshots
    quota: SnapshotQuota
    locks: Locks
    executions: Executions
    schedule: ScheduleMoments
    documents: Documents
    events: Events


def plan(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write the plan and the items of those that may go to S3.

    Raises:
        BadInput: The execution's input can not be obeyed.
    """
    context, settings = plan_context(event), parse_settings(DeprovisionSettings, event["settings"])
    fleet = tools.warehouses.all()
    chosen = nominees(fleet, context.run_input)
    decided = _decided(chosen, context, settings, tools)
    if not is_ours(context, tools):
        decided = delivered_twice(decided)
    waves = one_wave(decided, settings.max_concurrent, ALL_MAY_FAIL)
    return publish(context, decided, waves, len(fleet) - len(chosen), tools)


def _decided(
    chosen: list[Warehouse], context: PlanContext, settings: DeprovisionSettings, tools: Tools
) -> list[Planned]:
    """Look at every nominee; the limits are about all of them together."""
    found = [_looked_at(warehouse, context, settings, tools) for warehouse in chosen]
    manual = tools.snapshots.manual()
    found = [judged(nominee, manual, context.run.name) for nominee in found]
    found = within_limits(found, settings, len(manual), tools.quota.limit())
    return [_planned(nominee, context, settings, tools) for nominee in found]


def _looked_at(
    warehouse: Warehouse, context: PlanContext, settings: DeprovisionSettings, tools: Tools
) -> Nominee:
    run_input, now = context.run_input, context.now
    if run_input.clusters is None:
        decision = nominated(warehouse.cluster.tags, settings.timezone, now)
    else:
        decision = by_request(run_input.requested_by, now)
    holder = tools.locks.holder(warehouse.name) or ""
    if decision.action is Action.ACT and _retires(holder) and tools.executions.is_running(holder):
        return Nominee(warehouse, skip("under_way", f"another run is at work on it, {holder}"))
    if decision.action is not Action.ACT:
        return Nominee(warehouse, decision)
    return Nominee(warehouse, decision, inspected(warehouse, settings, now, tools))


def _retires(holder: str) -> bool:
    """Whether an execution is one of deprovision; those of other workflows are soon over, and waited for."""
    return holder.rpartition(":")[0].endswith(f"-{DEPROVISION.name}")


def _planned(nominee: Nominee, context: PlanContext, settings: DeprovisionSettings, tools: Tools) -> Planned:
    if nominee.decision.action is not Action.ACT:
        return planned(nominee, settings, context.run_input, ())
    own = tools.snapshots.of_cluster(nominee.warehouse.name)
    return planned(ready(nominee), settings, context.run_input, own)
