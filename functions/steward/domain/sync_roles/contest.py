"""Two owners of one cluster's roles: whoever corrects the same roles again and again settles nothing.

Only runs of an event or of the schedule count: whoever names a cluster in a run's input wants it corrected.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from steward.domain.durations import humanize
from steward.domain.run_input import RunInput
from steward.domain.sync_roles.drift import Drift


@dataclass(frozen=True)
class Limit:
    """So many corrections of the same roles within this time; after them the steward stops."""

    corrections: int
    within: timedelta

    @property
    def described(self) -> str:
        return f"{self.corrections} times within {humanize(self.within.total_seconds())}"


IN_AN_HOUR = Limit(3, timedelta(hours=1))
IN_DAYS = Limit(5, timedelta(days=3))
LIMITS = (IN_AN_HOUR, IN_DAYS)
"""The first stops a machine that answers at once, the second one that comes by every few hours."""

REMEMBERED = max(limit.within for limit in LIMITS)
"""Older corrections are forgotten: by then the roles are corrected again."""

MOST_REMEMBERED = 50
"""So that one record stays under DynamoDB's 400 kB, though each time 50 other roles may differ."""


@dataclass(frozen=True)
class Correction:
    """What one run found different, and set out to correct.

    Attributes:
        run: ARN.
        roles: ARNs of missing and unwanted roles, and `DEFAULT_ROLE` if the default differed.
    """

    run: str
    at: datetime
    roles: frozenset[str]


DEFAULT_ROLE = "the default role"


def correction(run: str, at: datetime, drift: Drift) -> Correction:
    default = {DEFAULT_ROLE} if drift.default_wanted is not None else set()
    return Correction(run, at, frozenset({*drift.missing, *drift.unwanted, *default}))


def counts(run_input: RunInput) -> bool:
    """Whether a run with this input was started by an event or by the schedule."""
    return not run_input.dry_run and bool(run_input.drift or run_input.scheduled_at)


def with_correction(corrections: Iterable[Correction], this: Correction) -> list[Correction]:
    """Those that still count and this one, the oldest first; the newest `MOST_REMEMBERED` of them."""
    others = (each for each in corrections if each.run != this.run and this.at - each.at < REMEMBERED)
    return sorted([*others, this], key=lambda each: each.at)[-MOST_REMEMBERED:]


def limit_exceeded_by(corrections: Iterable[Correction], this: Correction) -> Limit | None:
    """The limit that one more correction would exceed; None when it is within all of them.

    Only reversals count: earlier corrections, by other runs, of a role that differs again.
    """
    reversed_at = [each.at for each in corrections if each.run != this.run and each.roles & this.roles]
    for limit in LIMITS:
        if sum(this.at - at < limit.within for at in reversed_at) >= limit.corrections:
            return limit
    return None
