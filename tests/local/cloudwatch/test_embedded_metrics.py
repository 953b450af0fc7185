"""What a function writes in the embedded metric format is in CloudWatch, at the clock's moment."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.local_aws import TestAws, local_aws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = """
import json
def handle(event, context):
    for line in event:
        print(line if isinstance(line, str) else json.dumps(line))
"""

STACK = [{"Name": "stack", "Value": "one"}]


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        role = running.client("iam").create_role(
            RoleName="worker", AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com")
        )["Role"]
        running.client("lambda").create_function(
            FunctionName="writer",
            Runtime="python3.13",
            Role=role["Arn"],
            Handler="main.handle",
            Code={"ZipFile": zipped(main=SOURCE)},
        )
        yield running


def line(namespace: str, **values: Any) -> dict[str, Any]:
    metrics = [{"Name": name, "Unit": "Count"} for name in values]
    directive = {"Namespace": namespace, "Dimensions": [["stack"]], "Metrics": metrics}
    return {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, "stack": "one", **values}


def metrics_of(aws: TestAws, namespace: str, *lines: Any) -> dict[str, float]:
    """The sums of all metrics of a namespace in the hour around the clock's moment."""
    aws.client("lambda").invoke(FunctionName="writer", Payload=json.dumps(lines))
    now, cloudwatch = aws.clock.now(), aws.client("cloudwatch")
    sums = {}
    for metric in cloudwatch.list_metrics(Namespace=namespace)["Metrics"]:
        assert metric["Dimensions"] == STACK
        points = cloudwatch.get_metric_statistics(
            **metric,
            StartTime=now - timedelta(minutes=30),
            EndTime=now + timedelta(minutes=30),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        sums[metric["MetricName"]] = sum(point["Sum"] for point in points)
    return sums


def test_metrics_in_the_log_are_in_cloudwatch_at_the_clocks_moment(aws: TestAws) -> None:
    sums = metrics_of(aws, "ours", line("ours", Runs=1, Seconds=[30, 12]), line("ours", Runs=1))
    assert sums == {"Runs": 2, "Seconds": 42}


def test_other_lines_are_just_lines(aws: TestAws) -> None:
    assert metrics_of(aws, "none", "plain", '{"_aws": 1}', '"_aws" {broken', '["_aws"]') == {}
