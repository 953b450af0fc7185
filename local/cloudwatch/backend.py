"""moto's CloudWatch whose metrics are found by exactly their dimensions, and whose alarms go off."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.exceptions import DashboardInvalidInputError, InvalidFormat, ValidationError
from moto.cloudwatch.models import CloudWatchBackend, Statistics

from local.cloudwatch.alarm_rules import problems, unevaluable
from local.cloudwatch.alarm_state import INSUFFICIENT_DATA
from local.cloudwatch.alarms import AlarmEvaluation
from local.cloudwatch.math_expression import ExpressionError, Values, evaluate
from local.cloudwatch.series import (
    MetricData,
    MetricKey,
    align,
    key_of,
    metric_key,
    statistic_by_period,
)

if TYPE_CHECKING:
    from moto.cloudwatch.models import Alarm, Dashboard, MetricDatumBase

    from local.context import Context

DASHBOARD_NAME = re.compile(r"[\w-]{1,255}", re.ASCII)
MOTO_METRICS = "AWS/S3"
"""The one namespace whose metrics moto computes, from each object of each bucket."""


class AlarmingBackend(CloudWatchBackend):
    """One account and Region.

    Attributes:
        fills_empty: A knob: whether FILL fills a metric that has no value at all (unknown).
    """

    context: Context
    fills_empty = True

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.evaluation = AlarmEvaluation(self)
        self.metric_data = MetricData(self.on_value)

    def reset_data(self) -> None:
        """Forget every value and what was to be evaluated."""
        self.metric_data.clear()
        self.evaluation.forget()

    def on_value(self, key: MetricKey) -> None:
        """Note that a metric has another value."""
        self.evaluation.on_value(key)

    def data_of(self, key: MetricKey) -> list[MetricDatumBase]:
        """The values of a metric."""
        data: list[MetricDatumBase] = self.metric_data.of(key)  # type: ignore[attr-defined] # ours, made above
        if data or key[0] != MOTO_METRICS:
            return data
        return [each for each in self.aws_metric_data if key_of(each) == key]

    def put_metric_alarm(  # type: ignore[override] # moto calls it with names
        self, **given: Any
    ) -> Alarm:
        """PutMetricAlarm: a new alarm has insufficient data, another keeps its state."""
        _refuse(next(problems(given), None))
        before = self.alarms.get(given["name"])
        alarm = super().put_metric_alarm(**given)
        reason = unevaluable(alarm)
        if reason is not None:
            self.alarms.pop(given["name"])
            self.alarms |= {given["name"]: before} if before else {}
            _refuse(reason)
        alarm.state_value = before.state_value if before else INSUFFICIENT_DATA
        self.evaluation.schedule(alarm)
        return alarm

    def put_dashboard(self, name: str, body: str) -> Dashboard:
        """PutDashboard: an object with widgets, under a name of letters, digits, ``-`` and ``_``."""
        if not DASHBOARD_NAME.fullmatch(name):
            raise DashboardInvalidInputError(f"The name {name!r} may have letters, digits, - and _ only.")
        content = json.loads(body)
        if not isinstance(content, dict) or not isinstance(content.get("widgets"), list):
            raise DashboardInvalidInputError("The dashboard's body must be an object with a list of widgets.")
        return super().put_dashboard(name, body)

    def set_alarm_state(self, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        """SetAlarmState: with the actions of that state; the next evaluation may change it back."""
        _check_nesting(reason_data)
        old = self.alarms[alarm_name].state_value if alarm_name in self.alarms else ""
        super().set_alarm_state(alarm_name, reason, reason_data, state_value)
        alarm = self.alarms[alarm_name]
        if old != state_value:
            alarm.history.pop()
            alarm.state_value = old
            self.evaluation.change_state(alarm, state_value, reason)
        self.evaluation.schedule(alarm)

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
    ) -> list[Statistics]:
        """GetMetricStatistics of the metric with exactly these dimensions."""
        super().get_metric_statistics("", "", start_time, end_time, period, stats, [])  # it checks the span
        found: dict[datetime, Statistics] = {}
        for datum in self._between(
            metric_key(namespace, metric_name, dimensions or []), start_time, end_time
        ):
            if unit in {None, datum.unit}:
                moment = align(datum.timestamp.replace(tzinfo=UTC), period).replace(tzinfo=None)
                point = found.setdefault(moment, Statistics(stats, moment, datum.unit))
                point.metric_data.append(datum)
        return [found[moment] for moment in sorted(found)]

    def get_metric_data(
        self, queries: list[dict[str, Any]], start_time: datetime, end_time: datetime, scan_by: str = ""
    ) -> list[dict[str, Any]]:
        """GetMetricData of metrics with exactly the dimensions asked for, and of expressions over them."""
        super().get_metric_data([], start_time, end_time)  # it checks the span
        periods = _periods(queries, _utc(start_time), _utc(end_time))
        series: dict[str, Values] = {}
        for query in queries:
            if stat := query.get("MetricStat"):
                series[query["Id"]] = self._stat_values(stat, periods, start_time, end_time)
        for query in queries:
            if expression := query.get("Expression"):
                series[query["Id"]] = _evaluate(expression, series)
        shown = [query for query in queries if query.get("ReturnData", True)]
        return [_result(query, series[query["Id"]], periods, scan_by) for query in shown]

    def get_filtered_metrics(
        self, metric_name: str, namespace: str, dimensions: list[dict[str, str]]
    ) -> list[MetricDatumBase]:
        """What ListMetrics lists: one value of each metric that the filters let through."""
        keys = self.metric_data.keys()  # type: ignore[attr-defined] # ours, made above
        firsts = [self.metric_data.of(key)[0] for key in keys]  # type: ignore[attr-defined] # as above
        return [
            each
            for each in [*firsts, *self.aws_metric_data]
            if each.filter(namespace, metric_name, dimensions)
        ]

    def _stat_values(
        self, stat: dict[str, Any], periods: list[datetime], start: datetime, end: datetime
    ) -> Values:
        metric = stat["Metric"]
        key = metric_key(metric["Namespace"], metric["MetricName"], metric.get("Dimensions", []))
        data = [each for each in self._between(key, start, end) if stat.get("Unit") in {None, each.unit}]
        return statistic_by_period(data, stat["Stat"], int(stat["Period"]), periods)

    def _between(self, key: MetricKey, start: datetime, end: datetime) -> list[MetricDatumBase]:
        first, last = _utc(start).replace(tzinfo=None), _utc(end).replace(tzinfo=None)
        return [each for each in self.data_of(key) if first <= each.timestamp < last]


def _check_nesting(document: str | None) -> None:
    """Refuse JSON that Python does not follow to its depth; moto refuses what else is none."""
    with suppress(ValueError):
        try:
            json.loads(document or "{}")
        except RecursionError as error:
            raise InvalidFormat("StateReasonData is nested too deeply.") from error


def _refuse(sentence: str | None) -> None:
    if sentence is not None:
        raise ValidationError(sentence)


def _periods(queries: list[dict[str, Any]], start: datetime, end: datetime) -> list[datetime]:
    seconds = {int(each["MetricStat"]["Period"]) for each in queries if "MetricStat" in each}
    if len(seconds) > 1:
        raise ValidationError("local AWS answers queries of one Period in a call; make one call for each")
    period = seconds.pop() if seconds else 60
    count = int((end - align(start, period)).total_seconds() // period) + 1
    return [align(start, period) + timedelta(seconds=period * index) for index in range(count)]


def _evaluate(expression: str, series: dict[str, Values]) -> Values:
    try:
        return evaluate(expression, series)
    except ExpressionError as error:
        raise ValidationError(str(error)) from error


def _result(query: dict[str, Any], values: Values, periods: list[datetime], scan_by: str) -> dict[str, Any]:
    points = [(at, value) for at, value in zip(periods, values, strict=True) if value is not None]
    if scan_by != "TimestampAscending":
        points.reverse()
    metric = query.get("MetricStat", {}).get("Metric", {}).get("MetricName")
    return {
        "id": query["Id"],
        "label": query.get("Label") or metric or query["Id"],
        "timestamps": [at for at, _ in points],
        "values": [value for _, value in points],
        "status_code": "Complete",
    }


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
