"""Whoever publishes to an encrypted topic uses its key, and must be allowed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.support.identities import document, role, session
from tests.support.local_aws import ACCOUNT, REGION, TestAws

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLISH = {"Action": "sns:Publish"}
THROUGH_SNS = {"Condition": {"StringEquals": {"kms:ViaService": f"sns.{REGION}.amazonaws.com"}}}
OWNER = {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}


@pytest.fixture
def topic(aws: TestAws) -> Callable[..., str]:
    """Makes encrypted topics; answers with the ARN."""

    def make(name: str, *key_policy: dict[str, Any]) -> str:
        key = aws.client("kms").create_key(Policy=document(*(key_policy or (OWNER,))))["KeyMetadata"]["KeyId"]
        answer = aws.client("sns").create_topic(Name=name, Attributes={"KmsMasterKeyId": key})
        return str(answer["TopicArn"])

    return make


def refusal(aws: TestAws, arn: str, name: str, *statements: dict[str, Any]) -> str:
    """``code message`` of Publish by a new role; nothing when it was let in."""
    caller = session(aws, role(aws, name, *statements)).client("sns")
    try:
        caller.publish(TopicArn=arn, Message="x")
    except ClientError as error:
        return f"{error.response['Error']['Code']} {error.response['Error']['Message']}"
    return ""


@pytest.mark.parametrize(
    ("rights", "missing"),
    [
        ([], "kms:GenerateDataKey"),
        (["kms:Decrypt"], "kms:GenerateDataKey"),
        (["kms:GenerateDataKey*"], "kms:Decrypt"),
    ],
)
def test_who_may_not_use_the_key_of_a_topic_publishes_nothing_to_it(
    aws: TestAws, topic: Callable[..., str], rights: list[str], missing: str
) -> None:
    name = f"denied-{len(rights)}-{missing[4:]}"
    arn = topic(name)

    said = refusal(aws, arn, name, PUBLISH, *([{"Action": rights}] if rights else []))

    assert said.startswith("KMSAccessDenied User: ")
    assert f"not authorized to perform: {missing} on resource: arn:aws:kms:" in said


def test_who_may_use_the_key_through_sns_publishes(aws: TestAws, topic: Callable[..., str]) -> None:
    use = {"Action": ["kms:Decrypt", "kms:GenerateDataKey"], **THROUGH_SNS}

    assert refusal(aws, topic("through"), "through", PUBLISH, use) == ""


def test_a_keys_own_policy_may_let_a_publisher_use_it(aws: TestAws, topic: Callable[..., str]) -> None:
    publisher = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/named"}
    use = {"Principal": publisher, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}

    assert refusal(aws, topic("named", OWNER, use), "named", PUBLISH) == ""


def test_a_key_whose_policy_leaves_nothing_to_the_account_is_used_by_no_policy_of_the_account(
    aws: TestAws, topic: Callable[..., str]
) -> None:
    foreign = {"Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "kms:*"}

    said = refusal(aws, topic("foreign", foreign), "foreign", {"Action": ["sns:*", "kms:*"]})

    assert said.startswith("KMSAccessDenied ")


def test_a_topic_without_a_key_or_with_a_key_of_aws_needs_no_right_to_it(aws: TestAws) -> None:
    for name, attributes in (("plain", {}), ("managed", {"KmsMasterKeyId": "alias/aws/sns"})):
        arn = aws.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
        assert refusal(aws, arn, name, PUBLISH) == ""


@pytest.mark.parametrize(
    ("service", "condition", "received"),
    [
        ("cloudwatch", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}, 1),
        ("cloudwatch", {"StringEquals": {"aws:SourceAccount": "999999999999"}}, 0),
        ("events", {}, 0),
        ("", {}, 0),
    ],
)
def test_an_alarm_notifies_an_encrypted_topic_only_if_its_key_lets_cloudwatch_use_it(
    aws: TestAws, topic: Callable[..., str], service: str, condition: dict[str, Any], received: int
) -> None:
    name = f"alarmed-{service}-{received}"
    arn = topic(name, OWNER, *service_uses_key(service, Condition=condition))

    ring(aws, name, arn)

    assert letters(aws, name, arn) == received


def test_an_alarm_notifies_no_topic_with_the_key_that_aws_manages(aws: TestAws) -> None:
    arn = aws.client("sns").create_topic(Name="mute", Attributes={"KmsMasterKeyId": "alias/aws/sns"})[
        "TopicArn"
    ]

    ring(aws, "mute", arn)

    assert letters(aws, "mute", arn) == 0


@pytest.mark.parametrize(("service", "received"), [("events", 1), ("cloudwatch", 0), ("", 0)])
def test_a_rule_notifies_an_encrypted_topic_only_if_its_key_lets_eventbridge_use_it(
    aws: TestAws, topic: Callable[..., str], service: str, received: int
) -> None:
    name = f"ruled-{service}"
    arn = topic(name, OWNER, *service_uses_key(service))
    events = aws.client("events")
    events.put_rule(Name=name, EventPattern=f'{{"source": ["{name}"]}}')
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn}])
    queue(aws, name, arn)

    events.put_events(Entries=[{"Source": name, "DetailType": "x", "Detail": "{}"}])
    aws.clock.advance(5)

    assert letters(aws, name, arn) == received


def service_uses_key(service: str, **more: Any) -> list[dict[str, Any]]:
    """The statement of a key's policy for a service, if any."""
    principal = {"Service": f"{service}.amazonaws.com"}
    use = {"Principal": principal, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}
    return [{**use, **more}] if service else []


def queue(aws: TestAws, name: str, arn: str) -> str:
    """The URL of a queue that gets a topic's messages."""
    url = str(aws.client("sqs").create_queue(QueueName=name)["QueueUrl"])
    where = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    aws.client("sns").subscribe(TopicArn=arn, Protocol="sqs", Endpoint=where)
    return url


def letters(aws: TestAws, name: str, arn: str) -> int:
    """How many messages that queue has."""
    answer = aws.client("sqs").receive_message(QueueUrl=queue(aws, name, arn), MaxNumberOfMessages=10)
    return len(answer.get("Messages", []))


def ring(aws: TestAws, name: str, arn: str) -> None:
    """An alarm that notifies a topic, in ALARM."""
    queue(aws, name, arn)
    watched = {"Namespace": "ours", "MetricName": name, "Statistic": "Sum", "Period": 60}
    rule = {"EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch = aws.client("cloudwatch")
    cloudwatch.put_metric_alarm(AlarmName=name, AlarmActions=[arn], **watched, **rule)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
