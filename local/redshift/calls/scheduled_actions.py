"""DescribeScheduledActions."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import Record, matching, require_match


@call("DescribeScheduledActions", resource=resources.everything)
def describe_scheduled_actions(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """By name, type, state, cluster or IAM role."""
    backend.now()
    found = matching(backend.inventory.scheduled_actions, parameters, "ScheduledActionName")
    require_match(found, parameters, "ScheduledActionName", "ScheduledActionNotFound")
    shown = [record for record in found if _matches(record, parameters)]
    return page_result(
        parameters,
        "ScheduledActions",
        shown,
        lambda record: f"{record['ScheduledActionName']} {_cluster_of(record)}",
    )


def _matches(record: Record, parameters: dict[str, Any]) -> bool:
    (kind,) = record["TargetAction"]
    values = {"cluster-identifier": _cluster_of(record), "iam-role": record.get("IamRole")}
    active = parameters.get("Active")
    return (
        parameters.get("TargetActionType", kind) == kind
        and (active is None or active == (record["State"] == "ACTIVE"))
        and all(values.get(each["Name"]) in each["Values"] for each in parameters.get("Filters", []))
    )


def _cluster_of(action: Record) -> str:
    (target,) = action["TargetAction"].values()
    return str(target["ClusterIdentifier"])
