"""The rules that involve more than one field.

They read the raw values, and each only the part that it needs, so that one wrong field does not hide another:
a person wants to see every mistake in a file at once.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from policy import fields as f
from policy.document import Document
from policy.models import ChangeWindow, Policy
from policy.problems import Path, Problem, describe_value, field_name, quote
from policy.regions import NO_FUNCTION_URLS, WITHOUT_FUNCTION_URLS
from policy.role_checks import role_problems
from policy.schedule import meets, parse_schedule, skipped_run
from steward.domain.calendar import DAYS, Window
from steward.domain.deprovision.snapshot import FOREVER as FOREVER_DAYS
from steward.domain.durations import humanize
from steward.domain.workflows import WORKFLOWS

LARGEST_SETTINGS = 64 * 1024
"""Bytes of a section as JSON: the definition, which shows it, may have 1 MB (Step Functions quotas)."""


def cross_field_problems(document: Document) -> Iterator[Problem]:
    """All problems that involve more than one field of ``document``."""
    values = document.values
    yield from _empty_keys((), values)
    yield from _duplicate_items((), values)
    yield from _duplicates(("environments",), values.get("environments"), ("name",))
    yield from _duplicates(("environments",), values.get("environments"), ("account", "region"))
    sync_roles = values.get("sync_roles")
    if isinstance(sync_roles, dict):
        yield from _duplicates(("sync_roles", "rules"), sync_roles.get("rules"), ("name",))
    yield from role_problems(values)
    if isinstance(values.get("deprovision"), dict):
        yield from _regions_without_urls(values.get("environments"))
    for name in (workflow.key for workflow in WORKFLOWS.values()):
        yield from _skipped_run((name, "schedule"), values.get(name))
    section = values.get("rotate_keys")
    if isinstance(section, dict):
        yield from _duplicates(("rotate_keys", "blackouts"), section.get("blackouts"), ("name",))
        yield from _window(("rotate_keys", "window"), section)
        yield from _blackouts(("rotate_keys", "blackouts"), section.get("blackouts"))


def size_problems(policy: Policy) -> Iterator[Problem]:
    """The problems of sections that are too large for a state machine."""
    widest = max(policy.environments, key=lambda environment: len(environment.region))
    for name, settings in policy.settings(widest.account, widest.region).items():
        size = len(json.dumps(settings).encode())
        if size > LARGEST_SETTINGS:
            message = (
                f"takes {size:,} bytes as JSON; expected at most {LARGEST_SETTINGS:,}; shorten its lists"
            )
            yield Problem((name,), message)


def retention_problems(policy: Policy) -> Iterator[Problem]:
    """A guard snapshot that expires before the deletion is over would leave it unguarded."""
    section = policy.deprovision
    if section is None or section.snapshot.retention == FOREVER_DAYS:
        return
    settings = section.to_domain()
    least = ceil(settings.longest / timedelta(days=1))
    if section.snapshot.retention >= least:
        return
    message = (
        f"found {section.snapshot.retention} days, and a deletion may take {least}: "
        f"{humanize(settings.approval.expires_after.total_seconds())} for the approval, "
        f"{humanize(settings.quarantine.total_seconds())} of quarantine, and the deadline of "
        f"{humanize(settings.deadline.total_seconds())} for each of {settings.deadlines} steps; "
        f'expected at least {least} days, or "forever"'
    )
    yield Problem(("deprovision", "snapshot", "retention"), message)


def _empty_keys(path: Path, value: Any) -> Iterator[Problem]:
    """Keys without a value: perhaps what was below them has been commented out."""
    if value is None:
        yield Problem(path, "found no value; enter one, or remove the key")
    for part, inner in _children(value):
        yield from _empty_keys((*path, part), inner)


def _duplicate_items(path: Path, value: Any) -> Iterator[Problem]:
    seen: set[str] = set()
    for part, inner in _children(value):
        if isinstance(part, int) and isinstance(inner, str):
            if inner in seen:
                yield Problem((*path, part), f"found {quote(inner)} twice in {field_name(path)}; keep one")
            seen.add(inner)
        yield from _duplicate_items((*path, part), inner)


def _children(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _regions_without_urls(environments: Any) -> Iterator[Problem]:
    """Environments in which nobody could request or approve a deletion."""
    for index, environment in _children(environments):
        region = environment.get("region") if isinstance(environment, dict) else None
        if region in WITHOUT_FUNCTION_URLS:
            message = (
                f'found "{region}", {NO_FUNCTION_URLS}, or keep the environments of this Region in a policy '
                "file of their own without it"
            )
            yield Problem(("environments", index, "region"), message)


def _duplicates(path: Path, items: Any, keys: tuple[str, ...]) -> Iterator[Problem]:
    """Mappings of a list that agree in all of ``keys``."""
    seen: dict[tuple[str, ...], int] = {}
    for index, item in _children(items):
        identity = tuple(str(item.get(key, "")) for key in keys) if isinstance(item, dict) else ()
        if not all(identity) or not identity or not isinstance(index, int):
            continue
        first = seen.setdefault(identity, index)
        if first != index:
            same = " and ".join(f"{key} {quote(value)}" for key, value in zip(keys, identity, strict=True))
            message = f"found {same}, as in {field_name((*path, first))}; expected each only once"
            yield Problem((*path, index, keys[0]), message)


def _window(path: Path, section: dict[str, Any]) -> Iterator[Problem]:
    window = f.valid_or_none(ChangeWindow, section.get("window"))
    if window is None:
        return
    if window.opens == window.closes:
        yield Problem(
            (*path, "closes"),
            f'found "{window.closes}", the same time at which it opens; expected a different time',
        )
        return
    if (window.opens, window.closes, len(set(window.days))) == ("00:00", "24:00", len(DAYS)):
        yield Problem(path, "is always open; remove the key to allow changes at any time")
    schedule = f.valid_or_none(f.Schedule, section.get("schedule"))
    hours = window.to_domain()
    if schedule is not None and not meets(parse_schedule(schedule), hours):
        yield _schedule_outside_window(schedule, hours)


def _skipped_run(path: Path, section: Any) -> Iterator[Problem]:
    """A run that would be left out once a year, of which only an alarm would tell."""
    if not isinstance(section, dict):
        return
    schedule = f.valid_or_none(f.Schedule, section.get("schedule"))
    zone = f.valid_or_none(f.Timezone, section.get("timezone"))
    if schedule is None or zone is None:
        return
    moment = skipped_run(parse_schedule(schedule), ZoneInfo(zone))
    if moment is not None:
        message = (
            f'found "{schedule}", and {moment:%H:%M} does not exist on {moment:%Y-%m-%d} in {zone}, when '
            "clocks go forward: no run would start that day; expected a time that exists on every day"
        )
        yield Problem(path, message)


def _schedule_outside_window(schedule: str, hours: Window) -> Problem:
    if schedule.startswith("rate"):
        message = "which can miss the window every time, because the window is open for less than that"
        return Problem(("rotate_keys", "schedule"), f'found "{schedule}", {message}; expected cron(...)')
    message = f'found "{schedule}", which never falls inside the window {hours}; expected a time within it'
    return Problem(("rotate_keys", "schedule"), message)


def _blackouts(path: Path, blackouts: Any) -> Iterator[Problem]:
    for index, item in _children(blackouts):
        begins, ends = (
            f.valid_or_none(f.LocalTime, item.get(key)) if isinstance(item, dict) else None
            for key in ("from", "to")
        )
        if begins and ends and ends <= begins:
            message = (
                f'found {describe_value(item["to"], None)}; expected a time after "from", {item["from"]}'
            )
            yield Problem((*path, index, "to"), message)
