"""Metrics that services of AWS count by themselves, as far as something here asks for them.

AWS/States by StateMachineArn and AWS/Lambda by FunctionName count events. AWS/SQS by QueueName is a gauge,
whose value is taken whenever an alarm on it is evaluated.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from moto.cloudwatch.models import cloudwatch_backends
from moto.sqs.models import Queue, sqs_backends

from local.cloudwatch.series import MetricKey, metric_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from moto.sqs.models import Message

QUEUES, VISIBLE = "AWS/SQS", "ApproximateNumberOfMessagesVisible"
EXECUTIONS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}
"""Metrics of AWS/States by an execution's new status."""

_add_in_moto = Queue.add_message


def install() -> None:
    """Have alarms on a queue looked at when it gets a message."""
    Queue.add_message = _add_message  # type: ignore[method-assign,assignment] # moto tells nobody


def count_execution(machine_arn: str, status: str, at: datetime) -> None:
    """Count that an execution of a machine got this status."""
    region, account = machine_arn.split(":")[3:5]
    values = {EXECUTIONS[status]: 1.0}
    put(account, region, "AWS/States", values, {"StateMachineArn": machine_arn}, at)


def count_invocation(function_arn: str, *, failed: bool, at: datetime) -> None:
    """Count one invocation of a function, and whether it ended in an error."""
    region, account = function_arn.split(":")[3:5]
    values = {"Invocations": 1.0, "Errors": float(failed)}
    put(account, region, "AWS/Lambda", values, {"FunctionName": function_arn.split(":")[6]}, at)


def put(
    account: str,
    region: str,
    namespace: str,
    values: Mapping[str, float],
    dimensions: Mapping[str, str],
    at: datetime,
) -> None:
    """Put one value of each metric, at a moment."""
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    moment = at.astimezone(UTC).replace(tzinfo=None)  # as moto keeps moments
    data = [
        {"MetricName": name, "Value": value, "Unit": "Count", "Dimensions": named, "Timestamp": moment}
        for name, value in values.items()
    ]
    cloudwatch_backends[account][region].put_metric_data(namespace, data)


def messages_visible(account: str, region: str, key: MetricKey) -> int | None:
    """How many messages a queue shows now, by its metric; None for other metrics and unknown queues."""
    namespace, name, dimensions = key
    queue = sqs_backends[account][region].queues.get(dict(dimensions).get("QueueName", ""))
    if (namespace, name) != (QUEUES, VISIBLE) or queue is None:
        return None
    return queue.approximate_number_of_messages


def _add_message(queue: Queue, message: Message) -> None:
    _add_in_moto(queue, message)
    key = metric_key(QUEUES, VISIBLE, [{"Name": "QueueName", "Value": queue.name}])
    backend = cloudwatch_backends[queue.account_id][queue.region]
    if (on_value := getattr(backend, "on_value", None)) is not None:  # not when moto's own is installed
        on_value(key)
