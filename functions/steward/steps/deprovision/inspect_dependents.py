"""What depends on a cluster and who uses it, read from AWS."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from steward.adapters.cloudtrail import CloudTrailUnavailable, Trail
from steward.adapters.inspection import ClusterMetrics, Dependents
from steward.adapters.kms import KmsKeys
from steward.domain.deprovision.blockers import Inspection, inspect
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.findings import PAUSED, RUNNING, Findings, PowerCall, Usage
from steward.domain.deprovision.idleness import unknown_hours
from steward.domain.deprovision.settings import DeprovisionSettings, IdleRule
from steward.domain.errors import AwsUnavailable
from steward.domain.moments import format_moment, parse_moment
from steward.domain.status import Phase


@dataclass(frozen=True)
class InspectionTools:
    dependents: Dependents
    keys: KmsKeys
    metrics: ClusterMetrics
    trail: Trail


def inspect_cluster(
    details: ClusterDetails,
    settings: DeprovisionSettings,
    now: datetime,
    tools: InspectionTools,
    touched_at: datetime | None = None,
) -> Inspection:
    """All blockers of a cluster; ``touched_at`` is when this run first changed it, None if it has not."""
    namespace_arn = details.cluster.namespace_arn
    found = Findings(
        key_state=tools.keys.state(details.cluster.kms_key),
        # without the ARN nobody can be asked about it, and `identity_unknown` blocks the deletion
        integrations=tools.dependents.integrations(namespace_arn) if namespace_arn else {},
        consumers=tools.dependents.consumers(namespace_arn) if namespace_arn else {},
        endpoints=tools.dependents.endpoints(details.name, details.cluster.account),
        scheduled_resumes=tools.dependents.scheduled_resumes(details.name),
        usage=_usage(details, settings.idle, now, touched_at or now, tools) if settings.idle else None,
    )
    return inspect(details, found, settings, now, touched_at)


def _usage(
    details: ClusterDetails, rule: IdleRule, now: datetime, until: datetime, tools: InspectionTools
) -> Usage:
    """CloudTrail is only asked where CloudWatch leaves a gap: it allows two lookups a second."""
    since = min(until, now) - timedelta(days=rule.days, hours=1)
    hours = tools.metrics.hourly(details.name, rule.metric, since, now)
    paused = details.cluster.phase is Phase.PAUSED
    usage = Usage(hours, None, paused)
    if not unknown_hours(rule, usage, until, now):
        return usage
    return Usage(hours, power_calls(details.name, since, now, tools.trail), paused)


def power_calls(cluster: str, since: datetime, until: datetime, trail: Trail) -> tuple[PowerCall, ...] | None:
    """Who paused and resumed the cluster, oldest first; None when CloudTrail does not say.

    Raises:
        AwsUnavailable: It may say later: a moment's throttling is no reason to refuse a cluster.
    """
    try:
        records = [*trail.calls(PAUSED, since, until), *trail.calls(RUNNING, since, until)]
    except CloudTrailUnavailable:
        return None
    calls = (_power_call(record) for record in records if _is_about(record, cluster))
    return tuple(sorted(calls, key=lambda call: call.at))


@dataclass(frozen=True)
class Resume:
    """The last resume of a cluster, as `steward.domain.deprovision.situation.Observation` has it."""

    resumed_by: str | None = ""
    resumed_at: datetime | None = None


def last_resume(cluster: str, since: datetime, until: datetime, trail: Trail) -> Resume:
    """The last one between two moments, by whomever."""
    try:
        calls = power_calls(cluster, since, until, trail)
    except AwsUnavailable:
        calls = None
    if calls is None:
        return Resume(None)
    resumed = [call for call in calls if call.call == RUNNING and since <= call.at <= until]
    if not resumed:
        return Resume()
    by, at = resumed[-1].by, resumed[-1].at
    return Resume(f"{by} resumed it at {format_moment(at)}", at)


def _is_about(record: Mapping[str, Any], cluster: str) -> bool:
    named = (record.get("requestParameters") or {}).get("clusterIdentifier", "")
    return str(named).lower() == cluster and not record.get("errorCode")


def _power_call(record: Mapping[str, Any]) -> PowerCall:
    who = record.get("userIdentity", {})
    by = who.get("arn") or who.get("invokedBy") or who.get("principalId") or "somebody unnamed"
    return PowerCall(record["eventName"], parse_moment(record["eventTime"]), str(by))
