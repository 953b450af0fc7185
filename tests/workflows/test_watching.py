"""What CloudWatch gets to know: of each run as it goes, and once an hour of what only time brings about."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.cloudwatch.models import cloudwatch_backends

from steward.domain.moments import format_moment
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward
    from tests.support.stage import Stage

DAY = timedelta(days=1)
ROTATION = "rotate-keys"


@pytest.fixture(autouse=True)
def no_metrics(stage: Stage) -> None:
    """CloudWatch knows of nothing yet."""
    context = stage.aws.context
    cloudwatch_backends[context.account][context.region].metric_data.clear()


def sums(stage: Stage, workflow: str = ROTATION) -> dict[str, float]:
    """The sums of all of a workflow's metrics within a day, by name and outcome."""
    cloudwatch, now = stage.client("cloudwatch"), stage.clock.now()
    found = {}
    for metric in cloudwatch.list_metrics(Namespace="RedshiftSteward")["Metrics"]:
        told = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        assert told["stack"] == stage.stack_name
        if told.get("workflow", "") == workflow:
            points = cloudwatch.get_metric_statistics(
                **metric, StartTime=now - DAY, EndTime=now + DAY, Period=2 * 86_400, Statistics=["Sum"]
            )["Datapoints"]
            if points:
                name = "/".join(filter(None, (metric["MetricName"], told.get("outcome"))))
                found[name] = sum(point["Sum"] for point in points)
    return found


def watch(stage: Stage) -> Any:
    """What Watch answers when its schedule fires now."""
    answer = stage.fire("Watch")
    assert "FunctionError" not in answer
    return json.loads(answer["Payload"].read())


def test_a_run_is_counted_as_it_goes_with_its_operations_by_outcome(steward: Steward, stage: Stage) -> None:
    denied = {"fault": "error", "call": "RotateEncryptionKey", "code": "AccessDenied"}
    fleet = [cluster("bad", faults=[denied]), cluster("sales")]
    result = steward.run(fleet, policy={"tolerated_failures": "100%"})
    steward.run_again({"clusters": "all"})

    counted = sums(stage)
    assert counted.pop("RunSeconds") == pytest.approx(result.report["seconds"], abs=2)
    assert counted == {
        "RunsStarted": 1,
        "RunsFinished": 1,
        "RunsFailed": 1,
        "Operations/rotated": 1,
        "Operations/failed": 1,
    }


def test_watch_finds_what_no_run_can_tell_of_and_nothing_once_a_run_succeeded(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales"), cluster("stock", created="5 days")])
    steward.put_lock("stock", "arn:aws:states:eu-central-1:123456789012:execution:gone:run-0")
    first = watch(stage)
    steward.pass_time(days=8)
    second = watch(stage)
    stage.ledger.delete_item(Key={"pk": "CLUSTER#stock", "sk": "LOCK"})
    steward.run_again({"scheduled_at": format_moment(steward.now)})
    third = watch(stage)

    overdue = f"RunOverdue/{ROTATION}"
    assert (first[overdue], second[overdue], third[overdue]) == (0, 1, 0)
    keys = f"KeysOverdue/{ROTATION}"
    assert (first[keys], second[keys], third[keys]) == (1, 1, 0)
    assert (first["LocksOld"], second["LocksOld"], third["LocksOld"]) == (0, 1, 0)
    assert second["OldestLockHours"] == 8 * 24
    assert sums(stage)["RunOverdue"] == 1, "what the first look found is more than a day ago"
    assert sums(stage, "")["Watched"] == 2
