"""An alarm is refused before it is stored, and one that fails keeps no other from being evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local import cloudwatch
from local.cloudwatch import alarms
from tests.support.local_aws import TestAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"
ONE_METRIC: dict[str, Any] = {
    "AlarmName": "one",
    "Namespace": "ours",
    "MetricName": "Runs",
    "Period": 60,
    "Statistic": "Sum",
    "EvaluationPeriods": 1,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
}
METRIC = {"Namespace": "ours", "MetricName": "Runs"}
STAT = {"Id": "m", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
DOUBLED = {"Id": "doubled", "Expression": "m * 2", "ReturnData": True}
SEVERAL = {
    "AlarmName": "several",
    "EvaluationPeriods": 1,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "Metrics": [STAT, DOUBLED],
}
BAD: dict[str, dict[str, Any]] = {
    "Period is required": ONE_METRIC | {"Period": None},
    "MetricName is required": ONE_METRIC | {"MetricName": None},
    "Namespace is required": ONE_METRIC | {"Namespace": None},
    "one of Statistic and ExtendedStatistic": ONE_METRIC | {"Statistic": None},
    "Exactly one of Statistic": ONE_METRIC | {"ExtendedStatistic": "p90"},
    "p101": ONE_METRIC | {"Statistic": None, "ExtendedStatistic": "p101"},
    "Threshold is required": ONE_METRIC | {"Threshold": None},
    "compares with a threshold": ONE_METRIC | {"ComparisonOperator": None},
    "EvaluationPeriods is required": ONE_METRIC | {"EvaluationPeriods": None},
    "DatapointsToAlarm": ONE_METRIC | {"DatapointsToAlarm": 2},
    "multiple of 60 seconds, not 45": ONE_METRIC | {"Period": 45},
    "one day at most": ONE_METRIC | {"EvaluationPeriods": 1441},
    "TreatMissingData": ONE_METRIC | {"TreatMissingData": "Breaching"},
    "Invalid arn syntax: x": ONE_METRIC | {"AlarmActions": ["x"]},
    "Invalid arn syntax: y": ONE_METRIC | {"OKActions": [TOPIC, "y"]},
    "Invalid arn syntax: z": ONE_METRIC | {"InsufficientDataActions": ["z"]},
    "ReturnData": SEVERAL | {"Metrics": [STAT, {**DOUBLED, "ReturnData": False}]},
    "Exactly one of the Metrics": SEVERAL | {"Metrics": [{**STAT, "ReturnData": True}, DOUBLED]},
    "Id of its own": SEVERAL | {"Metrics": [STAT, {**DOUBLED, "Id": "m"}]},
    "must have either a MetricStat": SEVERAL | {"Metrics": [STAT, {"Id": "nothing"}]},
    "can't be given together": SEVERAL | {"MetricName": "Runs"},
    "multiple of 60 seconds, not 50": SEVERAL
    | {"Metrics": [{**STAT, "MetricStat": {"Metric": METRIC, "Period": 50, "Stat": "Sum"}}, DOUBLED]},
    "no metric has the id nobody": SEVERAL | {"Metrics": [STAT, {**DOUBLED, "Expression": "nobody + 1"}]},
    "an expression of such size": SEVERAL | {"Metrics": [STAT, {**DOUBLED, "Expression": "9" * 400}]},
}


@pytest.fixture(scope="module")
def running() -> Iterator[TestAws]:
    with local_aws() as aws:
        yield aws


@pytest.fixture
def aws(running: TestAws) -> Iterator[TestAws]:
    yield running
    names = [each["AlarmName"] for each in running.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    running.client("cloudwatch").delete_alarms(AlarmNames=names)
    cloudwatch.reset(running.context)


def put(aws: TestAws, given: dict[str, Any]) -> None:
    present = {name: value for name, value in given.items() if value is not None}
    aws.client("cloudwatch").put_metric_alarm(**present)


def put_values(aws: TestAws, *values: float) -> None:
    data = [{"MetricName": "Runs", "Value": value, "Timestamp": aws.clock.now()} for value in values]
    aws.client("cloudwatch").put_metric_data(Namespace="ours", MetricData=data)


def states(aws: TestAws) -> dict[str, str]:
    shown = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmName"]: each["StateValue"] for each in shown}


def pass_two_minutes(aws: TestAws) -> None:
    aws.clock.advance(120)


@pytest.mark.parametrize("sentence", BAD)
def test_a_bad_alarm_is_refused_with_the_reason_and_nothing_is_stored(aws: TestAws, sentence: str) -> None:
    with pytest.raises(ClientError) as refused:
        put(aws, BAD[sentence])

    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert sentence in refused.value.response["Error"]["Message"]
    assert states(aws) == {}
    put_values(aws, 1)  # and data is taken as before


def test_a_bad_change_leaves_the_alarm_as_it_was(aws: TestAws) -> None:
    put(aws, SEVERAL)
    with pytest.raises(ClientError):
        put(aws, SEVERAL | {"Metrics": [STAT, {**DOUBLED, "Expression": "nobody"}]})
    (alarm,) = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert [each.get("Expression") for each in alarm["Metrics"]] == [None, "m * 2"]


def test_a_percentile_goes_off(aws: TestAws) -> None:
    percentile = ONE_METRIC | {"Statistic": None, "ExtendedStatistic": "p90"}
    put(aws, percentile | {"AlarmName": "p90", "Threshold": 8})
    put(aws, percentile | {"AlarmName": "p90-above", "Threshold": 9})
    put_values(aws, *range(1, 11))
    pass_two_minutes(aws)
    assert states(aws) == {"p90": "ALARM", "p90-above": "OK"}


def test_one_alarm_that_fails_keeps_no_other_from_being_evaluated(
    aws: TestAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(aws, ONE_METRIC | {"AlarmName": "broken"})
    put(aws, ONE_METRIC | {"AlarmName": "whole"})
    measured = alarms.measurements

    def fail_for_one(alarm: Any) -> list[alarms.Measurement]:
        if alarm.name == "broken":
            raise TypeError("no alarm")
        return measured(alarm)

    monkeypatch.setattr(alarms, "measurements", fail_for_one)
    put_values(aws, 10)
    pass_two_minutes(aws)
    assert states(aws) == {"broken": "INSUFFICIENT_DATA", "whole": "ALARM"}


@pytest.mark.parametrize("body", ["[]", "{}", '{"widgets": 1}', "nothing"])
def test_a_dashboard_is_an_object_with_widgets(aws: TestAws, body: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameterInput"):
        aws.client("cloudwatch").put_dashboard(DashboardName="ours", DashboardBody=body)


def test_a_dashboards_name_has_no_blank(aws: TestAws) -> None:
    with pytest.raises(ClientError, match="InvalidParameterInput"):
        aws.client("cloudwatch").put_dashboard(DashboardName="a b", DashboardBody='{"widgets": []}')


def test_a_states_data_that_is_nested_without_end_is_refused(aws: TestAws) -> None:
    put(aws, ONE_METRIC)
    with pytest.raises(ClientError, match="InvalidFormat"):
        aws.client("cloudwatch").set_alarm_state(
            AlarmName="one", StateValue="OK", StateReason="a test", StateReasonData="[" * 4000
        )
