"""Values of one metric by period: a metric is its namespace, its name and exactly its dimensions.

Source: CloudWatch user guide, "Metrics concepts": each combination of dimensions is a metric of its own.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import MetricDatum, Statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from moto.cloudwatch.models import MetricDatumBase

MetricKey = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name, dimensions."""

STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
PERCENTILE = re.compile(r"p(100|\d{1,2}(?:\.\d{1,10})?)")
"""Such as p90 (CloudWatch user guide, "Statistics definitions")."""


def is_statistic(name: str) -> bool:
    """Whether it can be computed here."""
    return name in STATISTICS or PERCENTILE.fullmatch(name) is not None


def key_of(datum: MetricDatumBase) -> MetricKey:
    """The metric that a value belongs to."""
    return (
        datum.namespace,
        datum.name,
        frozenset((str(each.name), str(each.value)) for each in datum.dimensions),
    )


def metric_key(namespace: str, name: str, dimensions: Iterable[Any]) -> MetricKey:
    """The metric that a request names; ``dimensions`` are members of it or moto's objects."""
    pairs = [(e["Name"], e["Value"]) if isinstance(e, dict) else (e.name, e.value) for e in dimensions]
    return namespace, name, frozenset(pairs)


class MetricData(list["MetricDatumBase"]):
    """moto's list of all values, with an index by metric, that tells of each value that is put."""

    def __init__(self, told: Callable[[MetricKey], None]) -> None:
        super().__init__()
        self._told = told
        self._by_key: dict[MetricKey, list[MetricDatumBase]] = defaultdict(list)

    def append(self, datum: MetricDatumBase) -> None:
        """Take one value; its moment is kept in UTC, without saying so, as moto keeps it."""
        if datum.timestamp.tzinfo is not None:
            datum.timestamp = datum.timestamp.astimezone(UTC).replace(tzinfo=None)
        super().append(datum)
        key = key_of(datum)
        self._by_key[key].append(datum)
        self._told(key)

    def clear(self) -> None:
        """Forget every value."""
        super().clear()
        self._by_key.clear()

    def keys(self) -> list[MetricKey]:
        """Every metric that has a value."""
        return [key for key, data in list(self._by_key.items()) if data]

    def of(self, key: MetricKey) -> list[MetricDatumBase]:
        """The values of a metric, in the order in which they were put."""
        return list(self._by_key.get(key, ()))


def align(moment: datetime, period: int) -> datetime:
    """The beginning of the period of so many seconds that a moment is in."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % period, UTC)


def statistic_by_period(
    data: Iterable[MetricDatumBase], statistic: str, period: int, starts: list[datetime]
) -> list[float | None]:
    """One value for each period that begins at ``starts``; None for a period without data."""
    found: dict[datetime, list[MetricDatumBase]] = defaultdict(list)
    first = starts[0].replace(tzinfo=None) if starts else None
    for datum in data:
        if first is None or datum.timestamp >= first:
            found[align(datum.timestamp.replace(tzinfo=UTC), period)].append(datum)
    return [_statistic(found[start], statistic) if start in found else None for start in starts]


def _statistic(data: list[MetricDatumBase], name: str) -> float:
    if percentile := PERCENTILE.fullmatch(name):
        return _percentile(
            [each.value for each in data if isinstance(each, MetricDatum)], float(percentile[1])
        )
    statistics = Statistics([name], data[0].timestamp)
    statistics.metric_data = data
    return float(statistics.get_statistics_for_type(name) or 0)


def _percentile(values: list[float], percent: float) -> float:
    """By nearest rank, of single values; how CloudWatch interpolates is unknown."""
    rank = math.ceil(len(values) * percent / 100)
    return sorted(values)[max(rank, 1) - 1] if values else 0.0


def last_periods(now: datetime, period: int, count: int) -> list[datetime]:
    """The beginnings of the last so many periods, the one that ``now`` is in included, oldest first."""
    current = align(now, period)
    return [current - timedelta(seconds=period * back) for back in reversed(range(count))]
