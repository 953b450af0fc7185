"""CloudWatch's AWS/Redshift metric DatabaseConnections by ClusterIdentifier, computed when it is asked for.

moto answers every other metric, from what was put. A cluster's data begin with its creation, go with the
cluster, and are the same all through an hour, in one-minute samples. Alarms and expressions do not see them.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum, cloudwatch_backends

from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster

NAMESPACE, NAME, DIMENSION = "AWS/Redshift", "DatabaseConnections", "ClusterIdentifier"
UNIT = "Count"
MINUTE, HOUR = 60, 3600
KEPT = timedelta(days=455)
"""How long CloudWatch keeps points of an hour (CloudWatch user guide, "Metrics retention")."""

MOST_QUERIES = 500
MOST_POINTS = 1440
"""Of one call of GetMetricStatistics (CloudWatch API reference)."""


@dataclass
class Point:
    """The samples of one period."""

    samples: int = 0
    total: float = 0.0
    values: list[int] = field(default_factory=list)

    def add(self, value: int, samples: int) -> None:
        """Add samples that are all the same."""
        self.samples += samples
        self.total += value * samples
        self.values.append(value)

    def statistic(self, name: str) -> float:
        """One statistic, by CloudWatch's name.

        Raises:
            ValidationError: It is none that is computed here.
        """
        known: Mapping[str, Callable[[], float]] = {
            "Average": lambda: self.total / self.samples,
            "Maximum": lambda: max(self.values),
            "Minimum": lambda: min(self.values),
            "SampleCount": lambda: self.samples,
            "Sum": lambda: self.total,
        }
        if name not in known:
            raise ValidationError(f"local AWS computes {', '.join(known)} of {NAME}, not {name}")
        return float(known[name]())


def points(
    cluster: Cluster, start: datetime, end: datetime, period: int, now: datetime
) -> dict[datetime, Point]:
    """The points of a cluster, by the beginning of their periods.

    Args:
        cluster: Whose.
        start: The first period is the one that it is in.
        end: No sample is as late.
        period: Seconds, a multiple of 60.
        now: The virtual moment; later there are no samples either.

    Raises:
        InvalidParameterValue: Of the period.
    """
    if period <= 0 or period % MINUTE:
        raise InvalidParameterValue("The parameter Period must be a multiple of 60.")
    step = min(period, HOUR)
    moment = _align(max(_align(start, period), cluster.created, now - KEPT), step)
    found: dict[datetime, Point] = defaultdict(Point)
    while moment < min(end, now):
        value = cluster.use.connections(moment, cluster.identifier)
        if value is not None:
            found[_align(moment, period)].add(value, step // MINUTE)
        moment += timedelta(seconds=step)
    return dict(found)


def _align(moment: datetime, period: int) -> datetime:
    """The beginning of the period that a moment is in."""
    seconds = int(moment.timestamp())
    return datetime.fromtimestamp(seconds - seconds % period, UTC)


class MetricsBackend(CloudWatchBackend):
    """moto's CloudWatch, with Redshift's connections."""

    redshift: Callable[[str, str], RedshiftBackend]

    def get_metric_data(
        self, queries: list[dict[str, Any]], start_time: datetime, end_time: datetime, scan_by: str = ""
    ) -> list[dict[str, Any]]:
        """GetMetricData, in the order of the queries."""
        if len(queries) > MOST_QUERIES:
            raise ValidationError(
                f"The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
            )
        ours = {query["Id"] for query in queries if _is_ours(query)}
        if ours and any("Expression" in query for query in queries):
            raise ValidationError(f"local AWS evaluates no expressions beside {NAMESPACE} {NAME}")
        others = [query for query in queries if query["Id"] not in ours]
        answered = super().get_metric_data(others, start_time, end_time, scan_by) if others else []
        results = {each["id"]: each for each in answered}
        for query in queries:
            if query["Id"] in ours and query.get("ReturnData", True):
                results[query["Id"]] = self._result(query, start_time, end_time, scan_by)
        return [results[query["Id"]] for query in queries if query["Id"] in results]

    def _result(self, query: dict[str, Any], start: datetime, end: datetime, scan_by: str) -> dict[str, Any]:
        asked = query["MetricStat"]
        found = self._points(asked["Metric"].get("Dimensions", []), start, end, int(asked["Period"]))
        moments = sorted(found, reverse=scan_by != "TimestampAscending")
        return {
            "id": query["Id"],
            "label": query.get("Label") or NAME,
            "timestamps": moments,
            "values": [found[moment].statistic(asked["Stat"]) for moment in moments],
            "status_code": "Complete",
        }

    def get_metric_statistics(  # noqa: PLR0913, PLR0917 - moto's signature
        self,
        namespace: str,
        metric_name: str,
        start_time: datetime,
        end_time: datetime,
        period: int,
        stats: list[str],
        dimensions: list[dict[str, str]],
        unit: str | None = None,
    ) -> list[Any]:
        if (namespace, metric_name) != (NAMESPACE, NAME):
            return super().get_metric_statistics(
                namespace, metric_name, start_time, end_time, period, stats, dimensions, unit
            )
        _check_size(start_time, end_time, period)
        found = self._points(dimensions, start_time, end_time, period)
        return [
            {"Timestamp": moment, "Unit": UNIT, **{name: found[moment].statistic(name) for name in stats}}
            for moment in sorted(found)
        ]

    def get_filtered_metrics(
        self, metric_name: str, namespace: str, dimensions: list[dict[str, str]]
    ) -> list[Any]:
        """What ListMetrics lists."""
        listed = super().get_filtered_metrics(metric_name, namespace, dimensions)
        clusters = [each.identifier for each in self._redshift.clusters_by_id.values() if each.use.known]
        ours = [
            MetricDatum(NAMESPACE, NAME, 0, [{"Name": DIMENSION, "Value": name}], self._now, UNIT)
            for name in clusters
        ]
        return listed + [
            each
            for each in ours
            if each.filter(namespace, metric_name, dimensions, already_present_metrics=[])
        ]

    def _points(
        self, dimensions: list[dict[str, str]], start: datetime, end: datetime, period: int
    ) -> dict[datetime, Point]:
        if start >= end:
            raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
        names = {each["Name"]: each["Value"] for each in dimensions}
        with self._redshift.lock:
            cluster = self._redshift.clusters_by_id.get(names.get(DIMENSION, ""))
            if cluster is None or set(names) != {DIMENSION}:
                return {}
            return points(cluster, _utc(start), _utc(end), period, self._now)

    @property
    def _redshift(self) -> RedshiftBackend:
        return type(self).redshift(self.account_id, self.region_name)

    @property
    def _now(self) -> datetime:
        return self._redshift.now()


def install(redshift: Callable[[str, str], RedshiftBackend]) -> None:
    """Make moto's CloudWatch compute this metric for the clusters of each account and Region."""
    # moto looks for a backend's paths beside the module that it says it is from
    members = {"redshift": staticmethod(redshift), "__module__": CloudWatchBackend.__module__}
    cloudwatch_backends.clear()
    cloudwatch_backends.backend = cast("Any", type("InstalledMetrics", (MetricsBackend,), members))


def _is_ours(query: dict[str, Any]) -> bool:
    metric = query.get("MetricStat", {}).get("Metric", {})
    return (metric.get("Namespace"), metric.get("MetricName")) == (NAMESPACE, NAME)


def _check_size(start: datetime, end: datetime, period: int) -> None:
    asked = int((end - start).total_seconds() // max(period, 1))
    if asked > MOST_POINTS:
        raise InvalidParameterCombination(
            f"You have requested up to {asked} datapoints, which exceeds the limit of {MOST_POINTS}. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range."
        )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
