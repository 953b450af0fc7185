"""The policy's section ``rotate_keys`` as it is deployed; see `deployed_settings` for its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from steward.domain.calendar import Blackout, Window
from steward.domain.deployed_settings import Key
from steward.domain.selection import Selector


@dataclass(frozen=True)
class Canary:
    """How many clusters go first, and which are preferred for it; None when none is."""

    clusters: int
    preferred: Annotated[Selector | None, Key("select")]

    def prefers(self, identifier: str, tags: Mapping[str, str]) -> bool:
        """Whether a cluster is among the preferred; without a preference every one is."""
        return self.preferred is None or self.preferred.matches(identifier, tags)


@dataclass(frozen=True)
class RotationSettings:
    """The policy's section ``rotate_keys``; durations are timedeltas, percent is 0 to 100."""

    SECTION: ClassVar = "rotate_keys"

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
