"""Scheduled actions: Redshift's own scheduler pauses, resumes and resizes clusters on the clock."""

from datetime import datetime
from itertools import islice
from typing import Any

from local.iam.service_roles import REDSHIFT_SCHEDULER, may_assume
from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.errors import ROLE_NOT_TRUSTING_SCHEDULER, RedshiftError, invalid_value
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import Record, matching, require_match
from local.redshift.state.scheduled_actions import moments, plan
from local.redshift.validation import check_node_type, check_role_arn
from schedule_expressions import parse

SHOWN_INVOCATIONS = 5
SCHEDULED = ("at(", "cron(")


@call("CreateScheduledAction", resource=resources.everything)
def create_scheduled_action(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Have an action taken at each moment of a schedule, in the name of a role.

    Raises:
        RedshiftError: The name is taken, there is no such cluster, or the schedule or action is none.
    """
    now = backend.now()
    name = parameters["ScheduledActionName"]
    if matching(backend.inventory.scheduled_actions, parameters, "ScheduledActionName"):
        raise RedshiftError("ScheduledActionAlreadyExists", f"The scheduled action {name} already exists.")
    _check(backend, parameters)
    action = {key: value for key, value in parameters.items() if key != "Enable"}
    action["State"] = "ACTIVE" if parameters.get("Enable", True) else "DISABLED"
    backend.inventory.scheduled_actions.append(action)
    plan(backend, action, now)
    return _view(action, now)


@call("ModifyScheduledAction", resource=resources.everything)
def modify_scheduled_action(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change an action; what is not given stays.

    Raises:
        RedshiftError: No such action, no such cluster, or the schedule or action is none.
    """
    now = backend.now()
    action = _action(backend, parameters)
    _check(backend, parameters)
    action |= {key: value for key, value in parameters.items() if key != "Enable"}
    if "Enable" in parameters:
        action["State"] = "ACTIVE" if parameters["Enable"] else "DISABLED"
    plan(backend, action, now)
    return _view(action, now)


@call("DeleteScheduledAction", resource=resources.everything)
def delete_scheduled_action(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Take an action no more.

    Raises:
        RedshiftError: ``ScheduledActionNotFound``.
    """
    backend.now()
    action = _action(backend, parameters)
    backend.inventory.scheduled_actions.remove(action)
    action["State"] = "DISABLED"
    return {}


@call("DescribeScheduledActions", resource=resources.everything)
def describe_scheduled_actions(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """By name, type, state, cluster or IAM role."""
    now = backend.now()
    found = matching(backend.inventory.scheduled_actions, parameters, "ScheduledActionName")
    require_match(found, parameters, "ScheduledActionName", "ScheduledActionNotFound")
    shown = [_view(record, now) for record in found if _matches(record, parameters)]
    return page_result(
        parameters,
        "ScheduledActions",
        shown,
        lambda record: f"{record['ScheduledActionName']} {_cluster_of(record)}",
    )


def _action(backend: RedshiftBackend, parameters: dict[str, Any]) -> Record:
    found = matching(backend.inventory.scheduled_actions, parameters, "ScheduledActionName")
    require_match(found, parameters, "ScheduledActionName", "ScheduledActionNotFound")
    return found[0]


def _check(backend: RedshiftBackend, parameters: dict[str, Any]) -> None:
    if "Schedule" in parameters:
        _check_schedule(parameters["Schedule"])
    if "IamRole" in parameters:
        _check_role(backend, parameters["IamRole"])
    target = parameters.get("TargetAction")
    if target is not None:
        if len(target) != 1:
            raise RedshiftError("InvalidScheduledAction", "TargetAction must name exactly one action.")
        backend.cluster(_cluster_of(parameters))
        if "NodeType" in target.get("ResizeCluster", {}):
            check_node_type(target["ResizeCluster"]["NodeType"])
    start, end = parameters.get("StartTime"), parameters.get("EndTime")
    if start is not None and end is not None and start >= end:
        raise RedshiftError("InvalidSchedule", "StartTime must be before EndTime.")


def _check_role(backend: RedshiftBackend, role: str) -> None:
    check_role_arn(role)
    if not may_assume(REDSHIFT_SCHEDULER, role, backend.account_id):
        raise invalid_value(ROLE_NOT_TRUSTING_SCHEDULER)


def _check_schedule(expression: str) -> None:
    expected = "at(yyyy-mm-ddThh:mm:ss) or cron(Minutes Hours Day-of-month Month Day-of-week Year)"
    try:
        known = expression.startswith(SCHEDULED) and parse(expression)
    except ValueError as error:
        known, expected = None, str(error)
    if not known:
        sentence = f"The schedule {expression} is not valid: expected {expected}."
        raise RedshiftError("InvalidSchedule", sentence)


def _view(action: Record, now: datetime) -> Record:
    coming = list(islice(moments(action, now), SHOWN_INVOCATIONS)) if "Schedule" in action else []
    return action | {"NextInvocations": coming}


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
