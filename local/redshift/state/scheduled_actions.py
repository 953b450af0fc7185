"""When scheduled actions are due, and the call that each makes then.

A scheduled action is a call to Redshift like any other: IAM judges it by the role that the action names,
armed faults strike it, and CloudTrail shows that role as the caller. What is refused is not tried again.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client, service_session
from local.iam.service_roles import REDSHIFT_SCHEDULER
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import Record
from schedule_expressions import next_fire

LOG = logging.getLogger("local")
SESSION = "RedshiftScheduler"
"""The role's session as CloudTrail shows it; its real name is unknown."""


def plan(backend: RedshiftBackend, action: Record, after: datetime) -> None:
    """Set the alarm for an action's next moment; an alarm of an earlier plan no longer does anything."""
    action_plan = object()
    backend.action_plans[action["ScheduledActionName"]] = action_plan
    due = next(moments(action, after), None)
    if due is None:
        return

    def ring() -> None:
        if backend.action_plans.get(action["ScheduledActionName"]) is action_plan and _active(action):
            plan(backend, action, due)
            _fire(backend, action)

    backend.context.clock.call_at(due, ring)


def moments(action: Record, after: datetime) -> Iterator[datetime]:
    """The moments of an active action later than ``after``, soonest first."""
    start, end = action.get("StartTime", after), action.get("EndTime")
    at: datetime | None = after
    while _active(action) and at is not None:
        at = next_fire(action["Schedule"], "UTC", at, start)
        if at is None or (end is not None and at > end):
            return
        yield at


def _active(action: Record) -> bool:
    return bool(action["State"] == "ACTIVE")


def _fire(backend: RedshiftBackend, action: Record) -> None:
    ((name, parameters),) = action["TargetAction"].items()
    given: dict[str, Any] = dict(parameters)
    try:
        credentials = service_session(
            REDSHIFT_SCHEDULER, action["IamRole"], SESSION, backend.region_name, backend.account_id
        )
        api = client(backend.context, "redshift", credentials, backend.region_name, as_work=True)
        getattr(api, xform_name(name))(**given)
    except (ClientError, BotoCoreError) as error:
        LOG.warning("the scheduled action %s failed: %s", action["ScheduledActionName"], error)
