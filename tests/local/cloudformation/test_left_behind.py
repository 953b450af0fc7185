"""A resource whose creation fails half-way leaves nothing behind; a rollback removes those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.deploy import DeployError, deploy_template
from tests.support.local_aws import TestAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

ARN = "arn:aws:{}:eu-central-1:123456789012:{}"
PATTERN = {"source": ["aws.redshift"]}


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def left(aws: TestAws) -> dict[str, list[str]]:
    """What exists in the services that the templates are about."""
    events, sqs = aws.client("events"), aws.client("sqs")
    return {
        "rules": [each["Name"] for each in events.list_rules()["Rules"]],
        "archives": [each["ArchiveName"] for each in events.list_archives()["Archives"]],
        "topics": [each["TopicArn"] for each in aws.client("sns").list_topics()["Topics"]],
        "queues": sqs.list_queues().get("QueueUrls", []),
        "logs": [each["logGroupName"] for each in aws.client("logs").describe_log_groups()["logGroups"]],
        "alarms": [each["AlarmName"] for each in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]],
    }


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


GOOD = {
    "Queue": resource("AWS::SQS::Queue"),
    "Topic": resource("AWS::SNS::Topic"),
    "Log": resource("AWS::Logs::LogGroup", RetentionInDays=7),
    "Rule": resource("AWS::Events::Rule", EventPattern=PATTERN),
    "Archive": resource("AWS::Events::Archive", SourceArn=ARN.format("events", "event-bus/default")),
}
BROKEN = {
    "target": resource(
        "AWS::Events::Rule", EventPattern=PATTERN, Targets=[{"Id": "1", "Arn": ARN.format("ec2", "x")}]
    ),
    "retention": resource("AWS::Logs::LogGroup", RetentionInDays="a week"),
    "archive": resource("AWS::Events::Archive", SourceArn=ARN.format("events", "event-bus/none")),
    "alarm": resource(
        "AWS::CloudWatch::Alarm", ComparisonOperator="LessThanLowerThreshold", EvaluationPeriods=1
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_stack_that_fails_leaves_nothing_behind(aws: TestAws, broken: str) -> None:
    before = left(aws)
    last = BROKEN[broken] | {"DependsOn": list(GOOD)}
    with pytest.raises(DeployError):
        deploy_template(aws, {"Resources": {**GOOD, "Last": last}}, stack_name=f"broken-{broken}")
    assert left(aws) == before


@pytest.mark.parametrize("failing", GOOD)
def test_whichever_resource_fails_nothing_is_left(aws: TestAws, failing: str) -> None:
    before = left(aws)
    broken = {
        "Type": GOOD[failing]["Type"],
        "Properties": {**GOOD[failing]["Properties"], "Nonsense": {"a": 1}},
    }
    with pytest.raises(DeployError):
        deploy_template(
            aws, {"Resources": {**GOOD, failing: broken}}, stack_name=f"failing-{failing.lower()}"
        )
    assert left(aws) == before


def test_a_resource_of_somebody_elses_survives_a_stack_that_wanted_its_name(aws: TestAws) -> None:
    aws.client("logs").create_log_group(logGroupName="/theirs")
    with pytest.raises(DeployError, match="exist"):
        deploy_template(
            aws,
            {"Resources": {"Log": resource("AWS::Logs::LogGroup", LogGroupName="/theirs")}},
            stack_name="wants",
        )
    assert "/theirs" in left(aws)["logs"]


def test_an_archive_is_created_updated_and_deleted(aws: TestAws) -> None:
    archive = resource(
        "AWS::Events::Archive",
        ArchiveName="kept",
        SourceArn=ARN.format("events", "event-bus/default"),
        EventPattern=PATTERN,
        RetentionDays=3,
    )
    stack = {"Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Archive", "Arn"]}}}}
    outputs = deploy_template(aws, {"Resources": {"Archive": archive}, **stack}, stack_name="archiving")
    assert outputs["Arn"] == ARN.format("events", "archive/kept")
    archive["Properties"]["RetentionDays"] = 5
    deploy_template(aws, {"Resources": {"Archive": archive}, **stack}, stack_name="archiving")
    assert aws.client("events").describe_archive(ArchiveName="kept")["RetentionDays"] == 5
    aws.client("cloudformation").delete_stack(StackName="archiving")
    assert left(aws)["archives"] == []
