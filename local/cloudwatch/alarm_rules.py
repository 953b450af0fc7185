"""What CloudWatch refuses of an alarm beyond its API's model, looked at before anything is stored.

Source: CloudWatch API reference, PutMetricAlarm and MetricDataQuery. What local AWS could not evaluate is
refused, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.arns import is_arn
from local.cloudwatch.alarm_state import COMPARISONS
from local.cloudwatch.alarms import combine, is_returned, measurements
from local.cloudwatch.math_expression import ExpressionError
from local.cloudwatch.series import STATISTICS, is_statistic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from moto.cloudwatch.models import Alarm

SHORT_PERIODS = frozenset({10, 20, 30})
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
"""Seconds."""

MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
OF_ONE_METRIC = (
    "namespace",
    "metric_name",
    "dimensions",
    "period",
    "unit",
    "statistic",
    "extended_statistic",
)
"""Parameters that an alarm of several metrics has inside Metrics instead; moto's names."""


def problems(given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the parameters of PutMetricAlarm (moto's names), each a sentence."""
    rules = OF_SEVERAL if given.get("metric_data_queries") else OF_ONE
    for rule in (*rules, *OF_ALL):
        yield from rule(given)


def unevaluable(alarm: Alarm) -> str | None:
    """Why local AWS could not evaluate an alarm that keeps AWS's rules; None if it can."""
    for each in measurements(alarm):
        if not is_statistic(each.statistic):
            known = ", ".join(STATISTICS)
            return f"local AWS computes {known} and percentiles such as p90, not {each.statistic}"
    try:
        combine(alarm, {each.id: [0.0] for each in measurements(alarm)})
    except ExpressionError as error:
        return str(error)
    return None


def _names_a_metric(given: Mapping[str, Any]) -> Iterator[str]:
    for member, name in (("metric_name", "MetricName"), ("namespace", "Namespace"), ("period", "Period")):
        if given.get(member) is None:
            yield f"{name} is required for an alarm on one metric; or give Metrics."


def _one_statistic(given: Mapping[str, Any]) -> Iterator[str]:
    if (given.get("statistic") is None) == (given.get("extended_statistic") is None):
        yield "Exactly one of Statistic and ExtendedStatistic must be given."


def _only_metrics(given: Mapping[str, Any]) -> Iterator[str]:
    if any(given.get(member) for member in OF_ONE_METRIC):
        yield "Metrics can't be given together with a metric, Period, Unit or statistic of the alarm's own."


def _queries(given: Mapping[str, Any]) -> Iterator[str]:
    queries = given["metric_data_queries"]
    if len({each.id for each in queries}) < len(queries):
        yield "Each of the Metrics must have an Id of its own."
    for each in queries:
        if (each.metric_stat is None) == (each.expression is None):
            yield f"The metric {each.id} must have either a MetricStat with a MetricName or an Expression."
    if sum(is_returned(each.return_data) for each in queries) != 1:
        yield "Exactly one of the Metrics must have ReturnData true, which is also its default."


def _threshold(given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("threshold_metric_id") or given.get("comparison_operator") not in COMPARISONS:
        operator = given.get("comparison_operator")
        yield f"local AWS compares with a threshold only, by {', '.join(COMPARISONS)}, not {operator}."
    elif given.get("threshold") is None:
        yield "Threshold is required for an alarm with a static threshold."


def _datapoints(given: Mapping[str, Any]) -> Iterator[str]:
    periods, to_alarm = given.get("evaluation_periods"), given.get("datapoints_to_alarm")
    if periods is None:
        yield "EvaluationPeriods is required."
    elif to_alarm is not None and int(to_alarm) > int(periods):
        yield f"DatapointsToAlarm ({to_alarm}) can't be more than EvaluationPeriods ({periods})."


def _periods(given: Mapping[str, Any]) -> Iterator[str]:
    stats = [each.metric_stat for each in given.get("metric_data_queries") or () if each.metric_stat]
    for text in (given.get("period"), *(each.period for each in stats)):
        period = 0 if text is None else int(text)
        span = period * int(given.get("evaluation_periods") or 0)
        if text is not None and period not in SHORT_PERIODS and (period < MINUTE or period % MINUTE):
            yield f"Period must be 10, 20, 30 or a multiple of 60 seconds, not {period}."
        elif span > WEEK or (period < HOUR and span > DAY):
            yield "Period times EvaluationPeriods is one day at most, or seven for periods from an hour on."


def _missing_data(given: Mapping[str, Any]) -> Iterator[str]:
    treated = given.get("treat_missing_data")
    if treated is not None and treated not in MISSING_DATA:
        yield f"TreatMissingData must be one of {', '.join(MISSING_DATA)}, not {treated}."


def _actions(given: Mapping[str, Any]) -> Iterator[str]:
    for member in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
        for action in given.get(member) or ():
            if not is_arn(action):
                yield f"Invalid arn syntax: {action}"


OF_ONE: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (_names_a_metric, _one_statistic)
OF_SEVERAL: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (_only_metrics, _queries)
OF_ALL: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (
    _threshold,
    _datapoints,
    _periods,
    _missing_data,
    _actions,
)
"""Every rule, in the order in which they are looked at."""
