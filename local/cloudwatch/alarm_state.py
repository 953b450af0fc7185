"""An alarm's state from its last datapoints.

Source: CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data". More periods are looked
at than are evaluated: the guide's tables show five for three. How many exactly is unknown.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
EXTRA_PERIODS = 2

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True)
class AlarmRule:
    """When an alarm goes off.

    Attributes:
        periods: How many datapoints are evaluated.
        to_alarm: How many of them must breach.
        missing: ``missing``, ``ignore``, ``breaching`` or ``notBreaching``.
    """

    comparison: str
    threshold: float
    periods: int
    to_alarm: int
    missing: str = "missing"

    @property
    def looked_at(self) -> int:
        """How many periods back an evaluation looks."""
        return self.periods + EXTRA_PERIODS


def alarm_state(rule: AlarmRule, points: Sequence[float | None], state: str) -> str:
    """The state after an evaluation.

    Args:
        rule: When it goes off.
        points: The last `AlarmRule.looked_at` datapoints, the oldest first; None where data is missing.
        state: The state until now.
    """
    breaches = COMPARISONS[rule.comparison]
    known = [breaches(point, rule.threshold) for point in points if point is not None]
    if len(known) >= rule.periods:
        return _verdict(rule, sum(known[-rule.periods :]))
    if not known:
        return _state_without_data(rule, state)
    if rule.missing == "breaching":
        return _verdict(rule, sum(known) + rule.periods - len(known))
    if sum(known) >= rule.to_alarm or rule.missing == "notBreaching" or not all(known):
        return _verdict(rule, sum(known))
    return _state_of_few(rule, points, state)


def _verdict(rule: AlarmRule, breaching: int) -> str:
    return ALARM if breaching >= rule.to_alarm else OK


def _state_without_data(rule: AlarmRule, state: str) -> str:
    states = {"breaching": ALARM, "notBreaching": OK, "ignore": state}
    return states.get(rule.missing, INSUFFICIENT_DATA)


def _state_of_few(rule: AlarmRule, points: Sequence[float | None], state: str) -> str:
    """All known points breach, and they are too few: an alarm only once the oldest is old enough."""
    oldest = next(index for index, point in enumerate(points) if point is not None)
    old_enough = len(points) - oldest >= rule.to_alarm
    return ALARM if rule.missing == "missing" and old_enough else state
