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
