"""EventBridge Scheduler that fires on the shared clock; moto keeps the schedules.

Deviations of moto that are put right here: expressions, time zones and groups are checked, and dates are
those of the shared clock.
"""

from typing import Any
from zoneinfo import ZoneInfo

from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends

from local.arns import MALFORMED, is_arn
from local.context import Context
from local.scheduler.engine import Key, Scheduler, first_after
from schedule_expressions import parse

__all__ = ["close", "fire_now", "install", "next_moments"]

_create = EventBridgeSchedulerBackend.create_schedule
_update = EventBridgeSchedulerBackend.update_schedule
_delete = EventBridgeSchedulerBackend.delete_schedule
_delete_group = EventBridgeSchedulerBackend.delete_schedule_group
_running: tuple[Context, Scheduler] | None = None


def install(context: Context) -> None:
    """Fire the schedules on the clock of ``context``.

    Args:
        context: Its clock says when, its endpoint takes the calls.
    """
    global _running  # noqa: PLW0603 - moto is one per process, and so is this
    close()
    scheduler = Scheduler(context)
    _running = (context, scheduler)

    def create(backend: EventBridgeSchedulerBackend, **given: Any) -> Schedule:
        _check(given)
        backend.get_schedule_group(given["group_name"])
        schedule = _create(backend, **given)
        schedule.creation_date = schedule.last_modified_date = context.clock.now().timestamp()
        scheduler.plan(backend, schedule, first_after(schedule, context.clock.now()))
        return schedule

    def update(backend: EventBridgeSchedulerBackend, **given: Any) -> Schedule:
        _check(given)
        schedule = _update(backend, **{**given, "state": given["state"] or "ENABLED"})
        schedule.last_modified_date = context.clock.now().timestamp()
        scheduler.plan(backend, schedule, context.clock.now())
        return schedule

    def delete(backend: EventBridgeSchedulerBackend, group_name: str | None, name: str) -> None:
        _delete(backend, group_name, name)
        scheduler.forget(Key(backend.account_id, backend.region_name, group_name or "default", name))

    def delete_group(backend: EventBridgeSchedulerBackend, name: str | None) -> None:
        backend.get_schedule_group(name)
        _delete_group(backend, name)
        scheduler.forget_group(backend.account_id, backend.region_name, name or "default")

    _replace(EventBridgeSchedulerBackend, "create_schedule", create)
    _replace(EventBridgeSchedulerBackend, "update_schedule", update)
    _replace(EventBridgeSchedulerBackend, "delete_schedule", delete)
    _replace(EventBridgeSchedulerBackend, "delete_schedule_group", delete_group)
    # moto compares a StartDate with the machine's own clock.
    _replace(Schedule, "_validate_start_date", lambda _, start_date: start_date)


def close() -> None:
    """Fire nothing more."""
    global _running  # noqa: PLW0603 - as above
    if _running is not None:
        _running[1].close()
        _running = None


def fire_now(name: str, group: str = "default") -> None:
    """Have a schedule call its target now, whatever its expression says; returns before the call is made.

    Raises:
        ScheduleNotFound: There is no such schedule.
        ScheduleGroupNotFound: There is no such group.
    """
    context, scheduler = _current()
    schedule = scheduler_backends[context.account][context.region].get_schedule(group, name)
    context.clock.spawn(lambda: scheduler.fire(schedule, context.clock.now()), name=f"schedule {name}")


def next_moments() -> dict[str, str]:
    """When each enabled schedule is due next: name to ISO 8601."""
    context, scheduler = _current()
    found: dict[str, str] = {}
    for group in scheduler_backends[context.account][context.region].schedule_groups.values():
        for schedule in group.schedules.values():
            due = scheduler.next_moment(schedule, context.clock.now())
            if due is not None:
                found[schedule.name] = due.isoformat()
    return found


def _check(given: dict[str, Any]) -> None:
    """Refuse what EventBridge Scheduler refuses.

    Raises:
        ValidationException: The expression or the time zone is none.
    """
    for arn in (given["target"]["Arn"], given["target"]["RoleArn"]):
        if not is_arn(arn):
            raise ValidationException(MALFORMED)
    try:
        parse(given["schedule_expression"])
    except ValueError as error:
        text = f"Invalid Schedule Expression {given['schedule_expression']}: expected {error}"
        raise ValidationException(text) from error
    try:
        ZoneInfo(given["schedule_expression_timezone"] or "UTC")
    except (KeyError, ValueError) as error:
        text = f"Invalid ScheduleExpressionTimezone {given['schedule_expression_timezone']}."
        raise ValidationException(text) from error


def _replace(moto_class: type, name: str, own: Any) -> None:
    setattr(moto_class, name, own)


def _current() -> tuple[Context, Scheduler]:
    if _running is None:
        raise RuntimeError("no local AWS runs: enter LocalAws first")
    return _running
