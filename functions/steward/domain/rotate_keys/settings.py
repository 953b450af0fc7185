"""The policy as it is deployed: the normalised JSON that the state machine carries, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from steward.domain.calendar import Blackout, Window
from steward.domain.deployed_settings import read_section
from steward.domain.selection import Selector

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Canary:
    """How many clusters go first, and which are preferred for it."""

    clusters: int
    preferred: Selector


@dataclass(frozen=True)
class RotationSettings:
    """The policy's section ``rotate_keys``; durations are timedeltas, percent is 0 to 100."""

    timezone: ZoneInfo
    window: Window | None
    max_age: timedelta
    select: Selector
    exclude: Selector
    paused: str
    blackouts: tuple[Blackout, ...]
    canary: Canary
    max_concurrent: int
    tolerated_failures_percent: float
    deadline: timedelta
    maintenance_margin: timedelta


def rotation_settings(document: Mapping[str, Any]) -> RotationSettings:
    """The settings in ``document``, see `read_section`.

    Raises:
        BadSettings: A value is missing or has the wrong shape: the stack was deployed by other means.
    """
    return read_section("rotate_keys", _settings, document)


def _settings(document: Mapping[str, Any]) -> RotationSettings:
    return RotationSettings(
        timezone=ZoneInfo(document["timezone"]),
        window=Window.from_dict(document["window"]) if document.get("window") else None,
        max_age=timedelta(seconds=document["max_age_seconds"]),
        select=Selector.from_dict(document["select"]),
        exclude=Selector.from_dict(document["exclude"]),
        paused=document["paused"],
        blackouts=tuple(Blackout.from_dict(blackout) for blackout in document["blackouts"]),
        canary=_canary(document["canary"]),
        max_concurrent=document["max_concurrent"],
        tolerated_failures_percent=document["tolerated_failures_percent"],
        deadline=timedelta(seconds=document["deadline_seconds"]),
        maintenance_margin=timedelta(seconds=document["maintenance_margin_seconds"]),
    )


def _canary(document: Mapping[str, Any]) -> Canary:
    return Canary(document["clusters"], Selector.from_dict(document.get("select") or {}))
