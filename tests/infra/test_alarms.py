"""Alarms reach people, say what to do, point at a section that exists, and are not silent when blind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.alarms import LAST_RESORTS
from policy.schedule import longest_period, parse_schedule
from steward.domain import metric_names as names
from steward.domain import watch
from steward.domain.alarms import RUN_FAILED
from steward.domain.metric_names import NAMESPACE
from steward.domain.watch import schedules
from steward.domain.workflows import WORKFLOWS, every_alarm
from tests.support.synthesis import flat, logical_id, resource, resources

STACK = "RedshiftSteward-production"
RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
LONGEST_DESCRIPTION = 1024
"""Characters (CloudWatch API reference, PutMetricAlarm)."""

ALARMS = {
    flat(alarm["Properties"]["AlarmName"]).removeprefix(f"{STACK}-"): alarm["Properties"]
    for alarm in resources("AWS::CloudWatch::Alarm").values()
}
OF_WATCH = {
    name: alarm
    for name, alarm in ALARMS.items()
    if alarm.get("Namespace") == NAMESPACE and name != "calls-refused"
}


def dimensions(alarm: dict[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


def metrics(alarm: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The metrics behind an alarm's expression, by name."""
    stats = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    return {each["MetricName"]: each for each in stats}


def listed(actions: str | list[str]) -> list[str]:
    """A statement's actions; CloudFormation writes a single one without a list."""
    return [actions] if isinstance(actions, str) else actions


def statements(kind: str, name: str, policy: str) -> dict[str, dict[str, Any]]:
    document = resource(kind, name)[policy]
    return {each["Sid"]: each for each in document["Statement"] if "Sid" in each}


def test_there_is_an_alarm_for_everything_that_a_person_has_to_know() -> None:
    of_workflows = {f"{kind}-{name}" for kind in ("run-failed", "run-overdue") for name in WORKFLOWS}
    of_watch = {"keys-overdue", "approvals-expiring", "locks-old", "watch-silent"}
    of_events = {"deletion-failed", "events-missed", "function-errors", "calls-refused"}
    assert set(ALARMS) == of_workflows | of_watch | of_events


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_the_subscribers_of_the_notices(name: str) -> None:
    (action,) = ALARMS[name]["AlarmActions"]
    assert logical_id(flat(action)).startswith("CoreNoticesTopic")


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_to_do_and_where_the_runbook_says_more(name: str) -> None:
    said = ALARMS[name]["AlarmDescription"]
    assert len(said) <= LONGEST_DESCRIPTION
    assert " What to do: " in said
    assert "{" not in said
    section = said.partition(" Runbook: https://wiki.example.com/redshift-steward/runbook#")[2]
    assert f"\n### `{section}`\n" in RUNBOOK.read_text(encoding="utf-8")
    assert name.startswith(section)


def test_without_an_address_of_the_policy_an_alarm_names_the_file() -> None:
    assert RUN_FAILED.text("docs/runbook.md").endswith("docs/runbook.md#run-failed")


def test_every_message_is_an_alarms() -> None:
    used = {alarm["AlarmDescription"].partition("#")[2] for alarm in ALARMS.values()}
    assert used == {spec.name for spec in every_alarm()}


def test_a_run_that_fails_is_stopped_or_runs_out_of_time_rings_within_minutes() -> None:
    for workflow in WORKFLOWS:
        alarm = ALARMS[f"run-failed-{workflow}"]
        failing = metrics(alarm)
        assert set(failing) == {"ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut"}
        machines = {flat(each["Dimensions"][0]["Value"]) for each in failing.values()}
        assert len(machines) == 1
        assert {each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each} == {300}


def test_a_deletion_that_fails_rings_although_its_run_goes_on() -> None:
    counted = [each["MetricStat"] for each in ALARMS["deletion-failed"]["Metrics"] if "MetricStat" in each]
    seen = [dimensions(each["Metric"]) for each in counted]
    assert {each["Metric"]["MetricName"] for each in counted} == {"Operations"}
    assert {each["outcome"] for each in seen} == {"failed", "timed_out"}
    assert {each["workflow"] for each in seen} == {"deprovision"}
    assert {each["stack"] for each in seen} == {STACK}


def test_functions_whose_failures_no_report_tells_of_ring() -> None:
    (errors,) = metrics(ALARMS["function-errors"]).items()
    assert errors[0] == "Errors"
    counted = [each for each in ALARMS["function-errors"]["Metrics"] if "MetricStat" in each]
    assert len(counted) == len(LAST_RESORTS), "CloudWatch takes at most ten metrics in an alarm"


def test_a_call_that_any_function_refuses_rings_within_minutes() -> None:
    alarm = ALARMS["calls-refused"]
    assert (alarm["MetricName"], dimensions(alarm)) == (names.REFUSED_CALLS, {"stack": STACK})
    assert (alarm["Period"], alarm["Statistic"], alarm["Threshold"]) == (300, "Sum", 1)


def test_what_watch_measures_is_what_its_alarms_look_at() -> None:
    looked_at = {alarm["MetricName"] for alarm in OF_WATCH.values()}
    assert looked_at == {
        names.RUN_OVERDUE,
        names.KEYS_OVERDUE,
        names.APPROVALS_EXPIRING,
        names.LOCKS_OLD,
        names.WATCHED,
    }
    assert {dimensions(alarm)["stack"] for alarm in OF_WATCH.values()} == {STACK}
    for workflow in WORKFLOWS:
        assert dimensions(ALARMS[f"run-overdue-{workflow}"])["workflow"] == workflow


def test_silence_of_watch_is_an_alarm_and_changes_no_other() -> None:
    silent = ALARMS["watch-silent"]
    assert (silent["TreatMissingData"], silent["EvaluationPeriods"]) == ("missing", 1)
    assert silent["InsufficientDataActions"] == silent["AlarmActions"]
    assert not any("InsufficientDataActions" in ALARMS[name] for name in set(ALARMS) - {"watch-silent"})
    assert (silent["ComparisonOperator"], silent["Threshold"]) == ("LessThanThreshold", 1)
    others = {alarm["TreatMissingData"] for name, alarm in OF_WATCH.items() if name != "watch-silent"}
    assert others == {"ignore"}


def test_metrics_that_aws_writes_only_when_something_happens_are_not_missed() -> None:
    for name in set(ALARMS) - set(OF_WATCH):
        assert ALARMS[name]["TreatMissingData"] == "notBreaching"


def test_alarms_may_publish_and_use_the_topics_key_but_only_this_stacks() -> None:
    allowed = statements("AWS::SNS::TopicPolicy", "NoticesTopic", "PolicyDocument")["AlarmsPublish"]
    assert (allowed["Action"], allowed["Principal"]) == (
        "sns:Publish",
        {"Service": "cloudwatch.amazonaws.com"},
    )
    alarms = flat(allowed["Condition"]["ArnLike"]["aws:SourceArn"])
    assert alarms.endswith(f":123456789012:alarm:{STACK}-*")
    for alarm in resources("AWS::CloudWatch::Alarm").values():
        assert flat(alarm["Properties"]["AlarmName"]).startswith(f"{STACK}-")
    key = statements("AWS::KMS::Key", "NoticesKey", "KeyPolicy")["AlarmsUseTheKey"]
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert flat(key["Condition"]["StringEquals"]["aws:SourceAccount"]) == "123456789012"


def test_the_topics_key_is_the_stacks_own_and_rotates() -> None:
    topic = resource("AWS::SNS::Topic", "NoticesTopic")
    assert logical_id(flat(topic["KmsMasterKeyId"])).startswith("CoreNoticesKey")
    assert resource("AWS::KMS::Key", "NoticesKey")["EnableKeyRotation"] is True


def test_keys_are_used_through_sns_and_redshift_only() -> None:
    statements = [
        each
        for policy in resources("AWS::IAM::Policy").values()
        for each in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    granted = {
        (flat(each.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")), *actions)
        for each in statements
        for actions in [listed(each["Action"])]
        if any(action.startswith("kms:") for action in actions)
    }
    assert granted == {
        ("", "kms:DescribeKey"),
        ("sns.eu-central-1.${AWS::URLSuffix}", "kms:Decrypt", "kms:GenerateDataKey"),
        (
            "redshift.eu-central-1.${AWS::URLSuffix}",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:RetireGrant",
        ),
        ("redshift.eu-central-1.${AWS::URLSuffix}", "kms:CreateGrant"),
    }
    (grants,) = {
        json.dumps(each["Condition"]["Bool"]) for each in statements if each["Action"] == "kms:CreateGrant"
    }
    assert json.loads(grants) == {"kms:GrantIsForAWSResource": "true"}


def test_watch_looks_every_hour_and_knows_what_to_expect_of_each_schedule() -> None:
    schedule = resource("AWS::Scheduler::Schedule", "SchedulesWatch")
    assert schedule["ScheduleExpression"] == "rate(1 hour)"
    event = json.loads(flat(schedule["Target"]["Input"]))
    assert set(event) == {"schedules"}
    expected = {each.workflow: each for each in schedules(event["schedules"])}
    assert set(expected) == set(WORKFLOWS)
    weekly, deprovision = expected["rotate-keys"], expected["deprovision"]
    assert (weekly.period, weekly.longest_run) == (7 * watch.DAY, watch.DAY + 8 * watch.HOUR)
    assert deprovision.longest_run is None


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("rate(6 hours)", 6),
        ("rate(1 minute)", 1 / 60),
        ("cron(0 22 ? * SAT *)", 7 * 24),
        ("cron(0 6,18 * * ? *)", 12),
        ("cron(0 6,7 * * ? *)", 23),
        ("cron(0 8 1 * ? *)", 31 * 24),
        ("cron(0 8 ? * MON-FRI *)", 3 * 24),
        ("cron(0 8 1 1 ? 2027)", None),
    ],
)
def test_the_longest_time_between_two_moments_of_a_schedule(expression: str, hours: float | None) -> None:
    period = longest_period(parse_schedule(expression))
    assert (period / watch.HOUR if period else None) == hours


def test_the_dashboard_shows_every_alarm_and_every_function() -> None:
    body = flat(resource("AWS::CloudWatch::Dashboard", "Dashboard")["DashboardBody"])
    for logical in resources("AWS::CloudWatch::Alarm"):
        assert f"${{{logical}.Arn}}" in body
    for logical in resources("AWS::Lambda::Function"):
        assert f"${{{logical}}}" in body
    json.loads(re.sub(r"\$\{[^}]*\}", "x", body))
