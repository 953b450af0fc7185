"""ModifyClusterMaintenance: a time in which AWS leaves a cluster alone."""

from datetime import datetime, timedelta
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.errors import invalid_combination, invalid_value
from local.redshift.state.backend import RedshiftBackend

LONGEST_DAYS = 45
"""Of a deferral (AWS Redshift API reference, ModifyClusterMaintenance)."""


@call("ModifyClusterMaintenance", resource=resources.cluster)
def modify_cluster_maintenance(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Defer maintenance for a time, in place of an earlier deferral; or no longer.

    Raises:
        RedshiftError: Not now, or a time that is none or too long.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    cluster.require_ready(now)
    if not parameters.get("DeferMaintenance", False):
        cluster.facts["DeferredMaintenanceWindows"] = []
        return cluster_result(backend, cluster)
    start, end = _period(parameters, now)
    identifier = parameters.get("DeferMaintenanceIdentifier", f"dfm-{cluster.address_part}")
    window = {
        "DeferMaintenanceIdentifier": identifier,
        "DeferMaintenanceStartTime": start,
        "DeferMaintenanceEndTime": end,
    }
    cluster.facts["DeferredMaintenanceWindows"] = [window]
    return cluster_result(backend, cluster)


def _period(parameters: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    start = parameters.get("DeferMaintenanceStartTime", now)
    end, days = parameters.get("DeferMaintenanceEndTime"), parameters.get("DeferMaintenanceDuration")
    if (end is None) == (days is None):
        raise invalid_combination("Give either DeferMaintenanceEndTime or DeferMaintenanceDuration.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise invalid_value(
            f"DeferMaintenanceDuration must be between 1 and {LONGEST_DAYS} days. Found: {days}."
        )
    latest = datetime.max.replace(tzinfo=start.tzinfo) - timedelta(days=LONGEST_DAYS)
    if not now - timedelta(minutes=1) <= start <= latest:
        raise invalid_value("DeferMaintenanceStartTime must not be in the past.")
    ends: datetime = end or start + timedelta(days=days or 0)
    if not start < ends <= start + timedelta(days=LONGEST_DAYS):
        raise invalid_value(
            f"DeferMaintenanceEndTime must be after the start, at most {LONGEST_DAYS} days later."
        )
    return start, ends
