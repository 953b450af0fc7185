"""A resource whose creation fails half-way leaves nothing behind; a rollback removes those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.cloudformation.types import HANDLERS
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


NAMED = {
    "AWS::SNS::Topic": {"TopicName": "taken"},
    "AWS::SQS::Queue": {"QueueName": "taken"},
    "AWS::SSM::Parameter": {"Name": "taken", "Type": "String", "Value": "of this stack"},
    "AWS::Logs::MetricFilter": {
        "FilterName": "taken",
        "LogGroupName": "group",
        "FilterPattern": "",
        "MetricTransformations": [{"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1"}],
    },
    "AWS::Lambda::EventInvokeConfig": {"FunctionName": "invoked", "Qualifier": "$LATEST"},
    "AWS::Logs::LogGroup": {"LogGroupName": "taken", "RetentionInDays": 7},
}


def everything_named(aws: TestAws) -> dict[str, Any]:
    found: dict[str, Any] = {**left(aws)}
    found["parameters"] = [each["Name"] for each in aws.client("ssm").describe_parameters()["Parameters"]]
    found["filters"] = aws.client("logs").describe_metric_filters()["metricFilters"]
    functions = [each["FunctionName"] for each in aws.client("lambda").list_functions()["Functions"]]
    found["invoked"] = [
        aws.client("lambda").list_function_event_invoke_configs(FunctionName=each)[
            "FunctionEventInvokeConfigs"
        ]
        for each in functions
    ]
    return found


@pytest.fixture(scope="module")
def holders(aws: TestAws) -> None:
    """What the parts in `NAMED` are parts of."""
    code = {"ZipFile": "def handle(event, context): pass"}
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}
    trust["Statement"][0]["Principal"] = {"Service": "lambda.amazonaws.com"}  # type: ignore[assignment]
    role = resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust)
    function = {"FunctionName": "invoked", "Code": code, "Handler": "index.handle", "Runtime": "python3.13"}
    function["Role"] = {"Fn::GetAtt": ["Role", "Arn"]}
    resources = {
        "Group": resource("AWS::Logs::LogGroup", LogGroupName="group"),
        "Role": role,
        "Function": resource("AWS::Lambda::Function", **function),
    }
    deploy_template(aws, {"Resources": resources}, stack_name="holders")


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("how", ["create", "update", "same stack"])
@pytest.mark.usefixtures("holders")
def test_a_taken_name_is_refused_and_its_resource_outlives_the_rollback(
    aws: TestAws, kind: str, how: str
) -> None:
    stacks = {which: f"{kind.rpartition(':')[2].lower()}-{how[:4]}-{which}" for which in ("owner", "other")}
    owner = {"Mine": resource(kind, **NAMED[kind])}
    other = {"Calm": resource("AWS::SQS::Queue")}
    deploy_template(aws, {"Resources": owner}, stack_name=stacks["owner"])
    if how == "update":
        deploy_template(aws, {"Resources": other}, stack_name=stacks["other"])
    elif how == "same stack":
        stacks["other"], other = stacks["owner"], owner
    before = everything_named(aws)
    with pytest.raises(DeployError, match="already exists"):
        deploy_template(
            aws, {"Resources": {**other, "Theirs": resource(kind, **NAMED[kind])}}, stack_name=stacks["other"]
        )
    assert everything_named(aws) == before
    for stack in {*stacks.values()}:
        aws.client("cloudformation").delete_stack(StackName=stack)


@pytest.mark.parametrize("kind", ["AWS::SNS::Topic", "AWS::SQS::Queue"])
def test_what_no_stack_has_made_is_not_taken_over_either(aws: TestAws, kind: str) -> None:
    aws.client("sns").create_topic(Name="taken")
    aws.client("sqs").create_queue(QueueName="taken")
    before = left(aws)
    with pytest.raises(
        DeployError, match=f"Resource of type '{kind}' with identifier 'taken' already exists"
    ):
        deploy_template(aws, {"Resources": {"Mine": resource(kind, **NAMED[kind])}}, stack_name="outside")
    aws.client("cloudformation").delete_stack(StackName="outside")
    assert left(aws) == before


def test_every_type_that_can_be_named_says_how_it_is_looked_up() -> None:
    silent = [each.TYPE for each in HANDLERS if each.NAME and "exists" not in vars(each)]
    assert silent == []
