"""Schedules that fire on the shared clock: when, how often they are tried, and where failures go.

moto keeps the schedules. For each enabled one there is one background alarm at its next moment: a clock
that jumps does not run on only because a schedule exists.
"""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import send_message
from local.retry_policy import exhausted_condition, retry_delay
from local.scheduler.targets import Firing, TargetError, call
from schedule_expressions import next_fire

if TYPE_CHECKING:
    from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule

    from local.clock import Alarm
    from local.context import Context

LOG = logging.getLogger("local")
_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True)
class Key:
    """Which schedule: names are unique in a group of an account and Region."""

    account: str
    region: str
    group: str
    name: str


class Scheduler:
    """Fires the schedules of one local AWS.

    Args:
        context: Its clock says when, its endpoint takes the calls.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = threading.RLock()
        self._alarms: dict[Key, Alarm] = {}
        self._closed = False

    def plan(self, backend: EventBridgeSchedulerBackend, schedule: Schedule, after: datetime) -> None:
        """Set the alarm for a schedule's next moment later than ``after``, in place of an earlier alarm."""
        key = _key(backend, schedule)
        with self._lock:
            self.forget(key)
            due = None if self._closed else self.next_moment(schedule, after)
            if due is not None:
                ring = due + self._window_offset(schedule, due)
                clock = self._context.clock
                self._alarms[key] = clock.call_at(ring, lambda: self._due(backend, schedule, due))

    def forget(self, key: Key) -> None:
        """Cancel the alarm of a schedule."""
        with self._lock:
            alarm = self._alarms.pop(key, None)
            if alarm is not None:
                self._context.clock.cancel(alarm)

    def forget_group(self, account: str, region: str, group: str) -> None:
        """Cancel the alarms of a whole group."""
        with self._lock:
            for key in list(self._alarms):
                if (key.account, key.region, key.group) == (account, region, group):
                    self.forget(key)

    def fire(self, schedule: Schedule, scheduled: datetime) -> None:
        """Call a schedule's target for one moment, with its retries."""
        execution_id = str(uuid.UUID(int=self._random(schedule, scheduled, "id").getrandbits(128), version=4))
        self._attempt(schedule.target, Firing(schedule.arn, scheduled, execution_id))

    def close(self) -> None:
        """Fire nothing more."""
        with self._lock:
            self._closed = True
            for key in list(self._alarms):
                self.forget(key)

    def next_moment(self, schedule: Schedule, after: datetime) -> datetime | None:
        """When an enabled schedule is due next, before any flexible window; None when it is over."""
        if schedule.state != "ENABLED":
            return None
        expression, zone = schedule.schedule_expression, schedule.schedule_expression_timezone
        if is_one_time(expression):  # its dates are ignored (API reference, CreateSchedule)
            return next_fire(expression, zone, after)
        start = moment(schedule.start_date) or datetime.fromtimestamp(schedule.creation_date, UTC)
        due = next_fire(expression, zone, after, start)
        end = moment(schedule.end_date)
        return None if due is None or (end is not None and due > end) else due

    def _due(self, backend: EventBridgeSchedulerBackend, schedule: Schedule, scheduled: datetime) -> None:
        key = _key(backend, schedule)
        self.plan(backend, schedule, scheduled)
        self.fire(schedule, scheduled)
        over = key not in self._alarms
        if over and schedule.action_after_completion == "DELETE":
            backend.schedule_groups[schedule.group_name].schedules.pop(schedule.name, None)

    def _attempt(self, target: dict[str, Any], firing: Firing) -> None:
        try:
            call(self._context, target, firing)
        except (ClientError, BotoCoreError, TargetError, ValueError) as error:
            self._after_failure(target, firing, error)

    def _after_failure(self, target: dict[str, Any], firing: Firing, error: Exception) -> None:
        clock = self._context.clock
        retry_at = clock.now() + retry_delay(firing.attempt)
        condition = exhausted_condition(target, firing.attempt, firing.scheduled, retry_at)
        if condition is not None:
            self._give_up(target, firing, error, condition)
        else:
            again = replace(firing, attempt=firing.attempt + 1)
            clock.call_at(retry_at, lambda: self._attempt(target, again))

    def _give_up(self, target: dict[str, Any], firing: Firing, error: Exception, condition: str) -> None:
        """Send the dead-letter event (Scheduler user guide, "Configuring a dead-letter queue")."""
        LOG.warning("schedule %s gave up: %s", firing.schedule_arn, error)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue:
            return
        details = error.response["Error"] if isinstance(error, ClientError) else {}
        attributes = {
            "ERROR_CODE": details.get("Code") or type(error).__name__,
            "ERROR_MESSAGE": details.get("Message") or str(error),
            "EXECUTION_ID": firing.execution_id,
            "EXHAUSTED_RETRY_CONDITION": condition,
            "IS_PAYLOAD_TRUNCATED": "false",
            "RETRY_ATTEMPTS": str(firing.attempt - 1),
            "SCHEDULED_TIME": firing.scheduled_text,
            "SCHEDULE_ARN": firing.schedule_arn,
            "TARGET_ARN": target["Arn"],
        }
        try:
            send_message(self._context, queue, firing.fill(target.get("Input") or "{}"), attributes)
        except (ClientError, BotoCoreError):
            LOG.exception("the dead-letter queue %s did not take its event", queue)

    def _window_offset(self, schedule: Schedule, due: datetime) -> timedelta:
        """How far into its flexible time window a schedule fires; the same in every run with one seed."""
        window = schedule.flexible_time_window or {}
        minutes = int(window.get("MaximumWindowInMinutes") or 0) if window.get("Mode") == "FLEXIBLE" else 0
        return timedelta(seconds=self._random(schedule, due, "window").randrange(minutes * 60 or 1))

    def _random(self, schedule: Schedule, due: datetime, purpose: str) -> Random:
        return Random(f"{self._context.seed} {schedule.arn} {due.isoformat()} {purpose}")  # noqa: S311 - repeatable


def moment(given: str | float | None) -> datetime | None:
    """A StartDate or EndDate: seconds since 1970 from the API, ISO 8601 from CloudFormation."""
    if given is None:
        return None
    if isinstance(given, str):
        return datetime.fromisoformat(given).astimezone(UTC)
    return datetime.fromtimestamp(float(given), UTC)


def is_one_time(expression: str) -> bool:
    """Whether a schedule with this expression fires once."""
    return expression.startswith("at(")


def first_after(schedule: Schedule, now: datetime) -> datetime:
    """From where to look for the first moment: a rate without a StartDate begins at once."""
    return now - _JUST_BEFORE if schedule.schedule_expression.startswith("rate") else now


def _key(backend: EventBridgeSchedulerBackend, schedule: Schedule) -> Key:
    return Key(backend.account_id, backend.region_name, schedule.group_name, schedule.name)
