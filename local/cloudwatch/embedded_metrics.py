"""Metrics that a function writes to its log, in CloudWatch: the embedded metric format.

The values count at the moment of the invocation on the clock, whatever moment the line names: a function's
own clock is the machine's. Source: CloudWatch user guide, "Specification: Embedded metric format".
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

MARK = '"_aws"'


def record(account: str, region: str, log: Iterable[str], at: datetime) -> None:
    """Put every metric in the lines of a log into CloudWatch."""
    for document in filter(None, map(_metrics_document, log)):
        for directive in document["_aws"]["CloudWatchMetrics"]:
            data = [*_data(directive, document, at)]
            cloudwatch_backends[account][region].put_metric_data(directive["Namespace"], data)


def _metrics_document(line: str) -> dict[str, Any] | None:
    if MARK not in line:
        return None
    try:
        document = json.loads(line)
    except ValueError:
        return None
    metadata = document.get("_aws") if isinstance(document, dict) else None
    return document if isinstance(metadata, dict) and "CloudWatchMetrics" in metadata else None


def _data(directive: dict[str, Any], document: dict[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    """One datum for each metric, set of dimensions and value."""
    for names in directive["Dimensions"]:
        dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
        for metric in directive["Metrics"]:
            found = document[metric["Name"]]
            for value in found if isinstance(found, list) else [found]:
                yield {
                    "MetricName": metric["Name"],
                    "Dimensions": dimensions,
                    "Value": value,
                    "Unit": metric.get("Unit", "None"),
                    # moto keeps moments in UTC, without saying so
                    "Timestamp": at.astimezone(UTC).replace(tzinfo=None),
                }
