"""CloudWatch tells of a cluster's connections, hour by hour, without anything being stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.fleet import parse_fleet, seed_fleet
from local.redshift import backend_of
from tests.support.local_aws import TestAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400
FLEET = """
clusters:
  - {identifier: busy, created: 2 days}
  - {identifier: unused, connections: none}
  - {identifier: left, connections: {last: 10 days}}
  - {identifier: unknown, connections: missing}
  - {identifier: asleep, connections: {last: 20 days}, status: paused}
  - {identifier: visited, connections: none, timeline: [{after: 3 hours, action: connect, lasts: 90 minutes}]}
  - {identifier: stopped, connections: none, timeline: [{after: 1 hour, action: pause, lasts: 5 minutes}]}
"""


@pytest.fixture(scope="module")
def running() -> Iterator[TestAws]:
    with local_aws() as aws:
        yield aws


@pytest.fixture
def aws(running: TestAws) -> Iterator[TestAws]:
    seed_fleet(running.context, parse_fleet(FLEET))
    yield running
    backend_of(running.context).reset()


def query(cluster: str, period: int = DAY, stat: str = "Maximum", name: str = "q") -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/Redshift",
        "MetricName": "DatabaseConnections",
        "Dimensions": [{"Name": "ClusterIdentifier", "Value": cluster}],
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def ask(aws: TestAws, *queries: dict[str, Any], days: float = 30, **settings: Any) -> list[dict[str, Any]]:
    """The answers to queries about the days up to now."""
    now = aws.clock.now()
    answer = aws.client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries), StartTime=now - timedelta(days=days), EndTime=now, **settings
    )
    return list(answer["MetricDataResults"])


def series(aws: TestAws, cluster: str, period: int = DAY, **settings: Any) -> dict[datetime, float]:
    (result,) = ask(aws, query(cluster, period), **settings)
    return dict(zip(result["Timestamps"], result["Values"], strict=True))


def test_an_unused_cluster_has_zeros_and_an_unknown_one_nothing(aws: TestAws) -> None:
    zeros = series(aws, "unused")

    assert len(zeros) == 31  # 30 days touch 31 calendar days
    assert set(zeros.values()) == {0}
    assert series(aws, "unknown") == {}
    assert series(aws, "no-such-cluster") == {}


def test_a_busy_cluster_has_connections_in_every_hour_since_its_creation(aws: TestAws) -> None:
    hourly = series(aws, "busy", 3600)

    assert len(hourly) == 48
    assert min(hourly) == aws.clock.now() - timedelta(days=2)
    assert min(hourly.values()) > 0


def test_connections_end_with_the_last_use(aws: TestAws) -> None:
    used = [moment for moment, most in series(aws, "left").items() if most]

    assert max(used) == (aws.clock.now() - timedelta(days=10)).replace(hour=0)


def test_a_paused_cluster_has_no_data_since_it_was_used_last(aws: TestAws) -> None:
    assert max(series(aws, "asleep", 3600)) == aws.clock.now() - timedelta(days=20, hours=1)
    assert series(aws, "asleep", 3600, days=19) == {}


def test_what_happens_meanwhile_shows(aws: TestAws) -> None:
    start = aws.clock.now()
    aws.clock.advance(6 * 3600)
    aws.client("redshift").resume_cluster(ClusterIdentifier="stopped")
    aws.clock.advance(3 * 3600)

    visited = series(aws, "visited", 3600, days=9 / 24)
    assert [(moment - start) // timedelta(hours=1) for moment, most in visited.items() if most] == [4, 3]
    stopped = series(aws, "stopped", 3600, days=9 / 24)
    assert [(moment - start) // timedelta(hours=1) for moment in sorted(stopped)] == [0, 1, 7, 8]


def test_several_clusters_are_asked_for_at_once_and_oldest_first_on_request(aws: TestAws) -> None:
    queries = [query("unused", name="a"), query("left", stat="Sum", name="b")]

    results = ask(aws, *queries, days=11, ScanBy="TimestampAscending")

    assert [each["Id"] for each in results] == ["a", "b"]
    assert results[1]["Timestamps"] == sorted(results[1]["Timestamps"])
    assert results[1]["Values"][0] > 0
    assert results[1]["Values"][-1] == 0
    assert {each["StatusCode"] for each in results} == {"Complete"}


def test_statistics_say_the_same(aws: TestAws) -> None:
    now = aws.clock.now()
    given = query("busy")["MetricStat"]["Metric"]
    stats = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"]
    points = aws.client("cloudwatch").get_metric_statistics(
        **given, StartTime=now - timedelta(hours=2), EndTime=now, Period=3600, Statistics=stats
    )["Datapoints"]

    hourly = series(aws, "busy", 3600, days=2 / 24)
    assert {point["Timestamp"]: point["Maximum"] for point in points} == hourly
    assert {point["SampleCount"] for point in points} == {60}
    assert all(point["Sum"] == 60 * point["Average"] for point in points)
    assert {point["Unit"] for point in points} == {"Count"}


def test_metrics_are_listed_where_there_are_data(aws: TestAws) -> None:
    listed = aws.client("cloudwatch").list_metrics(Namespace="AWS/Redshift")["Metrics"]

    names = {each["Dimensions"][0]["Value"] for each in listed}
    assert "unused" in names
    assert "unknown" not in names


def test_what_cloudwatch_would_not_answer_is_refused(aws: TestAws) -> None:
    now, metric = aws.clock.now(), query("busy")["MetricStat"]["Metric"]
    cloudwatch = aws.client("cloudwatch")
    with pytest.raises(ClientError, match="exceeds the limit of 1440"):
        cloudwatch.get_metric_statistics(
            **metric, StartTime=now - timedelta(days=30), EndTime=now, Period=60, Statistics=["Sum"]
        )
    with pytest.raises(ClientError, match="Period must be a multiple of 60"):
        ask(aws, query("busy", 90))
    with pytest.raises(ClientError, match="not p99"):
        ask(aws, query("busy", stat="p99"))
    with pytest.raises(ClientError, match="no expressions"):
        ask(aws, query("busy"), {"Id": "e", "Expression": "q * 2"})


def test_other_metrics_are_those_that_were_put(aws: TestAws) -> None:
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="own", MetricData=[{"MetricName": "n", "Value": 7}])
    own = {
        "Id": "own",
        "MetricStat": {"Metric": {"Namespace": "own", "MetricName": "n"}, "Period": 60, "Stat": "Sum"},
    }
    listed = cloudwatch.list_metrics(Namespace="own")["Metrics"]

    assert [each["MetricName"] for each in listed] == ["n"]
    assert [each["Id"] for each in ask(aws, own, query("unused"))] == ["own", "q"]
