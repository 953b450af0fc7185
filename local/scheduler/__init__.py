"""EventBridge Scheduler that fires on the shared clock; moto keeps the schedules.

Deviations of moto that are put right here: what is documented is checked (`rules`), client tokens are heeded
(`tokens`), only schedule groups have tags, UpdateSchedule replaces everything, and dates are those of the
shared clock.
"""

import re
from typing import Any

from moto.core.exceptions import InvalidToken
from moto.scheduler.exceptions import ScheduleExists, ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, ScheduleGroup, scheduler_backends
from moto.scheduler.responses import EventBridgeSchedulerResponse

from local.context import Context
from local.iam.service_roles import SCHEDULER, may_assume
from local.scheduler.engine import Key, Scheduler, first_after, moment
from local.scheduler.rules import problems
from local.scheduler.targets import group_arn
from local.scheduler.tokens import ConflictError, heed_tokens

__all__ = ["close", "fire_now", "install", "next_moments"]

GROUP_ARN = re.compile(r"arn:aws[\w-]*:scheduler:[\w-]+:\d{12}:schedule-group/[\w.-]{1,64}")
"""What can be tagged (Scheduler API reference, TagResource); its pattern allows more than exists."""

ROLE_NOT_TRUSTING = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
"""Observed on CreateSchedule."""

_Backend = EventBridgeSchedulerBackend
_create = _Backend.create_schedule
_update = _Backend.update_schedule
_delete = _Backend.delete_schedule
_create_group = _Backend.create_schedule_group
_delete_group = _Backend.delete_schedule_group
_list = _Backend.list_schedules
_tagging = {
    name: getattr(_Backend, name) for name in ("list_tags_for_resource", "tag_resource", "untag_resource")
}
_answer_update = EventBridgeSchedulerResponse.update_schedule
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
    _replace_schedules(context, scheduler)
    _replace_groups(context, scheduler)
    # moto compares a StartDate with the machine's own clock.
    _replace(Schedule, "_validate_start_date", lambda _, start_date: start_date)
    _replace(ScheduleExists, "code", ConflictError.code)
    heed_tokens({"update_schedule": _answer_whole_update})


def _replace_schedules(context: Context, scheduler: Scheduler) -> None:
    def create(backend: _Backend, **given: Any) -> Schedule:
        _check(given, context)
        group = backend.get_schedule_group(given["group_name"])
        _check_role(backend, given["target"]["RoleArn"], group.arn)
        schedule = _create(backend, **given)
        schedule.creation_date = schedule.last_modified_date = context.clock.now().timestamp()
        scheduler.plan(backend, schedule, first_after(schedule, context.clock.now()))
        return schedule

    def update(backend: _Backend, **given: Any) -> Schedule:
        earlier = backend.get_schedule(group_name=given["group_name"], name=given["name"])
        kept = moment(given["start_date"]) == moment(earlier.start_date)
        _check({**given, "start_is_kept": kept}, context)
        _check_role(backend, given["target"]["RoleArn"], group_arn(earlier.arn))
        schedule = _update(backend, **{**given, "state": given["state"] or "ENABLED"})
        schedule.last_modified_date = context.clock.now().timestamp()
        scheduler.plan(backend, schedule, context.clock.now())
        return schedule

    def delete(backend: _Backend, group_name: str | None, name: str) -> None:
        _delete(backend, group_name, name)
        scheduler.forget(Key(backend.account_id, backend.region_name, group_name or "default", name))

    def list_all(backend: _Backend, group_names: list[str] | None, *others: Any, **page: Any) -> Any:
        for name in group_names or ():
            backend.get_schedule_group(name)
        try:
            return _list(backend, group_names, *others, **page)
        except InvalidToken as error:
            raise ValidationException("The NextToken is none that ListSchedules gave.") from error

    _replace(_Backend, "create_schedule", create)
    _replace(_Backend, "update_schedule", update)
    _replace(_Backend, "delete_schedule", delete)
    _replace(_Backend, "list_schedules", list_all)


def _replace_groups(context: Context, scheduler: Scheduler) -> None:
    def create(backend: _Backend, name: str, tags: list[dict[str, str]]) -> ScheduleGroup:
        if name in backend.schedule_groups:
            raise ConflictError(f"Schedule group {name} already exists.")
        group = _create_group(backend, name, tags)
        group.created_on = group.last_modified = context.clock.now().timestamp()
        return group

    def delete(backend: _Backend, name: str | None) -> None:
        backend.get_schedule_group(name)
        if name in {None, "default"}:
            raise ValidationException("The default schedule group cannot be deleted.")
        _delete_group(backend, name)
        scheduler.forget_group(backend.account_id, backend.region_name, str(name))

    _replace(_Backend, "create_schedule_group", create)
    _replace(_Backend, "delete_schedule_group", delete)
    for name, own in _tagging.items():
        _replace(_Backend, name, _of_a_group(own))


def _of_a_group(own: Any) -> Any:
    """A call about tags, which only schedule groups have, and only those that there are."""

    def tagging(backend: _Backend, resource_arn: str, *tags: Any) -> Any:
        _check_tagged(backend, resource_arn)
        return own(backend, resource_arn, *tags)

    return tagging


def _check_tagged(backend: _Backend, arn: str) -> None:
    """Refuse to tag what is no schedule group of this account and Region.

    Raises:
        ValidationException: The ARN is not a schedule group's.
        ScheduleGroupNotFound: There is no such group.
    """
    if not GROUP_ARN.fullmatch(arn):
        raise ValidationException(f"The ResourceArn {arn} is not the ARN of a schedule group.")
    name = arn.rpartition("/")[2]
    if name not in backend.schedule_groups or backend.schedule_groups[name].arn != arn:
        raise ScheduleGroupNotFound(name)


def _answer_whole_update(response: EventBridgeSchedulerResponse) -> str:
    """UpdateSchedule: what is not given gets its default, ActionAfterCompletion too, which moto forgets."""
    answer = _answer_update(response)
    name = response.uri.split("?")[0].split("/")[-1]
    schedule = response.scheduler_backend.get_schedule(response._get_param("GroupName"), name)  # noqa: SLF001 - moto's way
    schedule.action_after_completion = response._get_param("ActionAfterCompletion")  # noqa: SLF001 - as above
    return answer


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


def _check(given: dict[str, Any], context: Context) -> None:
    """Refuse what EventBridge Scheduler refuses.

    Raises:
        ValidationException: A rule is broken; the message is the first one's sentence.
    """
    problem = next(problems(given, context.clock.now()), None)
    if problem is not None:
        raise ValidationException(problem)


def _check_role(backend: _Backend, role: str, group: str) -> None:
    if not may_assume(SCHEDULER, role, backend.account_id, group):
        raise ValidationException(ROLE_NOT_TRUSTING)


def _replace(moto_class: type, name: str, own: Any) -> None:
    setattr(moto_class, name, own)


def _current() -> tuple[Context, Scheduler]:
    if _running is None:
        raise RuntimeError("no local AWS runs: enter LocalAws first")
    return _running
