"""When alarms are evaluated, and whom they tell.

CloudWatch evaluates each alarm every minute. Here one is evaluated at the full minute after a value came, and
then at the end of each period until it has no data to look at: in between, the state cannot change.
"""

from __future__ import annotations

import json
import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError
from moto.events.models import events_backends

from local.clients import SERVICE_CREDENTIALS, client
from local.cloudwatch import aws_metrics
from local.cloudwatch.alarm_state import ALARM, INSUFFICIENT_DATA, OK, AlarmRule, alarm_state
from local.cloudwatch.math_expression import Values, evaluate
from local.cloudwatch.series import MetricKey, align, last_periods, metric_key, statistic_by_period
from local.iam.service_roles import CLOUDWATCH
from local.iam.topic_keys import service_may_use_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.cloudwatch.models import Alarm, MetricDatumBase

    from local.clock import Alarm as ClockAlarm
    from local.context import Context

LOG = logging.getLogger("local")
MINUTE = 60
LONGEST_SUBJECT = 100
"""Characters of an SNS subject."""


class AlarmStore(Protocol):
    """The alarms and metrics of one account and Region.

    Attributes:
        fills_empty: A knob: whether FILL fills a metric that has no value at all (unknown).
    """

    context: Context
    account_id: str
    region_name: str
    alarms: dict[str, Alarm]
    fills_empty: bool

    def data_of(self, key: MetricKey) -> list[MetricDatumBase]:
        """The values of a metric."""


@dataclass(frozen=True)
class Measurement:
    """One metric that an alarm looks at.

    Attributes:
        id: In the alarm's expressions; empty without any.
        period: Seconds.
    """

    id: str
    key: MetricKey
    statistic: str
    period: int


def measurements(alarm: Alarm) -> list[Measurement]:
    """The metrics behind an alarm."""
    if not alarm.metric_data_queries:
        key = metric_key(alarm.namespace, alarm.metric_name, alarm.dimensions)
        statistic = alarm.statistic or alarm.extended_statistic or ""
        return [Measurement("", key, statistic, int(alarm.period))]
    found = []
    for query in alarm.metric_data_queries:
        if stat := query.metric_stat:
            key = metric_key(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions)
            found.append(Measurement(query.id, key, stat.stat, int(stat.period)))
    return found


def rule_of(alarm: Alarm) -> AlarmRule:
    """When an alarm goes off."""
    periods = int(alarm.evaluation_periods)
    to_alarm = int(alarm.datapoints_to_alarm or periods)
    missing = alarm.treat_missing_data or "missing"
    return AlarmRule(alarm.comparison_operator, float(alarm.threshold), periods, to_alarm, missing)


def combine(alarm: Alarm, values: dict[str, Values], *, fills_empty: bool = True) -> Values:
    """The values that an alarm is about, from those of its metrics by id (`math_expression.evaluate`).

    Raises:
        ExpressionError: Its expression is not evaluated here.
    """
    for query in alarm.metric_data_queries:
        if query.expression:
            values = {**values, query.id: evaluate(query.expression, values, fills_empty=fills_empty)}
    shown = [each.id for each in alarm.metric_data_queries if is_returned(each.return_data)]
    return values[shown[0] if shown else ""]


def is_returned(flag: Any) -> bool:
    """Whether a query's ReturnData makes it the one that the alarm is about; it does by default."""
    return str(flag).lower() not in {"false", "none"} if flag is not None else True


class AlarmEvaluation:
    """Evaluates the alarms of one account and Region."""

    def __init__(self, store: AlarmStore) -> None:
        self._store = store
        self._clock = store.context.clock
        self._lock = threading.RLock()
        self._pending: dict[str, ClockAlarm] = {}

    def on_value(self, key: MetricKey) -> None:
        """Have the alarms evaluated that look at a metric which has a new value."""
        for alarm in list(self._store.alarms.values()):
            with _failures_logged(alarm.name):
                if any(each.key == key for each in measurements(alarm)):
                    self.schedule(alarm)

    def schedule(self, alarm: Alarm, seconds: int = MINUTE) -> None:
        """Have an alarm evaluated at the next full minute, or at another full period's end."""
        due = align(self._clock.now(), seconds) + timedelta(seconds=seconds)
        with self._lock:
            pending = self._pending.get(alarm.name)
            if pending is not None and pending.due <= due:
                return
            if pending is not None:
                self._clock.cancel(pending)
            self._pending[alarm.name] = self._clock.call_at(due, partial(self._ring, alarm.name))

    def forget(self) -> None:
        """Evaluate nothing that is scheduled; alarms have no data."""
        with self._lock:
            for pending in self._pending.values():
                self._clock.cancel(pending)
            self._pending.clear()
            for alarm in self._store.alarms.values():
                alarm.state_value = INSUFFICIENT_DATA

    def _ring(self, name: str) -> None:
        with _failures_logged(name):
            self._evaluate(name)

    def _evaluate(self, name: str) -> None:
        with self._lock:
            self._pending.pop(name, None)
            alarm = self._store.alarms.get(name)
            if alarm is None or alarm.rule is not None:
                return
            now, rule, asked = self._clock.now(), rule_of(alarm), measurements(alarm)
            self._sample_gauges(asked, now)
            values = {each.id: self._values(each, rule, now) for each in asked}
            points = combine(alarm, values, fills_empty=self._store.fills_empty)
            state = alarm_state(rule, points, alarm.state_value)
            if any(value is not None for column in values.values() for value in column):
                self.schedule(alarm, max(MINUTE, *(each.period for each in asked)))
            old = alarm.state_value
        if state != old:
            self.change_state(alarm, state, _reason(rule, points, state))

    def _values(self, asked: Measurement, rule: AlarmRule, now: datetime) -> Values:
        starts = last_periods(now, asked.period, rule.looked_at)
        data = self._store.data_of(asked.key)
        return statistic_by_period(data, asked.statistic, asked.period, starts)

    def _sample_gauges(self, asked: list[Measurement], now: datetime) -> None:
        """Take a queue's length, once more after it has become empty."""
        account, region = self._store.account_id, self._store.region_name
        for each in asked:
            visible = aws_metrics.messages_visible(account, region, each.key)
            before = self._store.data_of(each.key)
            if visible or (visible == 0 and before and before[-1].value):  # type: ignore[attr-defined] # a single value
                namespace, name, dimensions = each.key
                aws_metrics.put(account, region, namespace, {name: visible}, dict(dimensions), now)

    def change_state(self, alarm: Alarm, state: str, reason: str) -> None:
        """Give an alarm another state and notify its topics of that state, and EventBridge."""
        old, now = alarm.state_value, self._clock.now()
        alarm.update_state(reason, "{}", state)
        alarm.state_updated_timestamp = now.replace(tzinfo=None)
        actions = {
            ALARM: alarm.alarm_actions,
            OK: alarm.ok_actions,
            INSUFFICIENT_DATA: alarm.insufficient_data_actions,
        }
        if alarm.actions_enabled:
            for topic in actions[state] or []:
                self._notify(topic, alarm, old, now)
        self._publish(alarm, old, now)

    def _notify(self, topic: str, alarm: Alarm, old: str, now: datetime) -> None:
        if topic.split(":")[2:3] != ["sns"]:
            LOG.warning("alarm %s: local AWS carries out no action %s", alarm.name, topic)
            return
        if not service_may_use_key(CLOUDWATCH, topic, alarm.alarm_arn):
            LOG.warning("alarm %s: the key of %s does not let %s use it", alarm.name, topic, CLOUDWATCH)
            return
        subject = f'{alarm.state_value}: "{alarm.name}" in {alarm.region_name}'
        try:
            client(self._store.context, "sns", SERVICE_CREDENTIALS, alarm.region_name).publish(
                TopicArn=topic,
                Subject=subject[:LONGEST_SUBJECT],
                Message=json.dumps(_message(alarm, old, now, self._store.account_id)),
            )
        except ClientError:
            LOG.exception("alarm %s could not notify %s", alarm.name, topic)

    def _publish(self, alarm: Alarm, old: str, now: datetime) -> None:
        moment = now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        detail = {
            "alarmName": alarm.name,
            "configuration": {"description": alarm.description or ""},
            "previousState": {"value": old},
            "state": {"value": alarm.state_value, "reason": alarm.state_reason, "timestamp": moment},
        }
        entry = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Time": now.timestamp(),
            "Resources": [alarm.alarm_arn],
            "Detail": json.dumps(detail),
        }
        events_backends[self._store.account_id][alarm.region_name].put_events([entry])


@contextmanager
def _failures_logged(name: str) -> Iterator[None]:
    """An alarm that cannot be evaluated must not keep the others from it, nor their data from CloudWatch."""
    try:
        yield
    except Exception:
        LOG.exception("alarm %s could not be evaluated", name)


def _reason(rule: AlarmRule, points: Values, state: str) -> str:
    known = [point for point in points if point is not None][-rule.periods :]
    if not known:
        treated = {ALARM: " treated as [Breaching]", OK: " treated as [NonBreaching]"}.get(state, "")
        return f"Threshold Crossed: no datapoints were received for {rule.periods} periods{treated}."
    verb = "were" if len(known) > 1 else "was"
    shown = ", ".join(str(point) for point in reversed(known))
    crossed = "" if state == ALARM else "not "
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in rule.comparison).strip()
    plural = "s" if len(known) > 1 else ""
    return (
        f"Threshold Crossed: {len(known)} datapoint{plural} [{shown}] {verb} {crossed}"
        f"{words.removesuffix(' threshold')} the threshold ({rule.threshold})."
    )


def _message(alarm: Alarm, old: str, now: datetime, account: str) -> dict[str, Any]:
    """What SNS gets (CloudWatch user guide, "Alarm notifications"), without the trigger's details."""
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": account,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Region": alarm.region_name,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": old,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
    }
