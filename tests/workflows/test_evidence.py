"""Who hears the notices, and what becomes of runs whose records cannot be written or are forged."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from policy import load
from policy.guardrails import service_control_policy
from steward.domain.workflows import DEPROVISION
from tests.support.rights import is_denied, session_of, statement, user_with
from tests.support.scenario import Steward, cluster
from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from tests.support.stage import Stage

APPROVAL = {"approval": {"required": True, "expires_after": "1 hour"}}
REQUEST = {"clusters": ["sales"], "reason": "moved"}
WRITES = [f"dynamodb:{each}Item" for each in ("Put", "Update", "Delete", "BatchWrite")]


def topic_of(stage: Stage) -> str:
    (topic,) = stage.physical("AWS::SNS::Topic").values()
    return topic


def test_who_may_only_subscribe_reads_notices_that_hold_no_token_and_answers_nothing(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales")], workflow=DEPROVISION.name, policy=APPROVAL)
    queues = stage.client("sqs")
    queue = queues.create_queue(QueueName="listener")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns = stage.client_as("sns", **user_with(stage, "listener", statement("sns:Subscribe")))
    heard = {"TopicArn": topic_of(stage), "Protocol": "sqs", "Endpoint": arn}
    subscription = sns.subscribe(**heard, ReturnSubscriptionArn=True)["SubscriptionArn"]
    run = steward.start(REQUEST)
    steward.pass_time(minutes=20)
    messages = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    (token,) = {each["token"] for each in stage.items() if each.get("token")}
    assert any("sales" in each["Body"] for each in messages)
    assert not [each for each in messages if token in each["Body"]]
    assert is_denied(sns.publish, TopicArn=topic_of(stage), Message="approve")
    steward.stop(run)
    stage.client("sns").unsubscribe(SubscriptionArn=subscription)
    queues.delete_queue(QueueUrl=queue)


def test_who_may_not_subscribe_does_not_and_no_other_account_may(steward: Steward, stage: Stage) -> None:
    steward.given()
    heard = {"TopicArn": topic_of(stage), "Protocol": "email", "Endpoint": "stranger@example.com"}
    sns = stage.client_as("sns", **user_with(stage, "stranger", statement("sns:List*")))
    assert is_denied(sns.subscribe, **heard)
    attributes = stage.client("sns").get_topic_attributes(TopicArn=topic_of(stage))["Attributes"]
    allowed = [each for each in json.loads(attributes["Policy"])["Statement"] if each["Effect"] == "Allow"]
    assert [(each["Principal"], each["Action"]) for each in allowed] == [
        ({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")
    ]


def deny_writes(stage: Stage, *, denied: bool) -> None:
    """Deny the stack's roles all writes to the ledger, as a policy above them would, or allow them again."""
    iam = stage.client("iam")
    document = {"Version": "2012-10-17", "Statement": [statement(*WRITES) | {"Effect": "Deny"}]}
    for role in stage.physical("AWS::IAM::Role").values():
        if denied:
            iam.put_role_policy(RoleName=role, PolicyName="no-writes", PolicyDocument=json.dumps(document))
        elif "no-writes" in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName="no-writes")


@pytest.mark.parametrize("minutes", [0, 2, 15])
def test_a_deletion_whose_records_may_not_be_written_makes_no_call_that_is_not_on_record(
    steward: Steward, stage: Stage, minutes: int
) -> None:
    steward.given([cluster("sales", knobs={"snapshot_duration": "20 minutes"})], workflow=DEPROVISION.name)
    if not minutes:
        deny_writes(stage, denied=True)
    try:
        run = steward.start(REQUEST)
        steward.pass_time(minutes=minutes)
        deny_writes(stage, denied=True)
        made = changes(stage)
        steward.pass_time(hours=60)
        assert changes(stage) == made
        assert "DeleteCluster" not in made
        assert steward.find("sales").current_status() == "available"
        assert status_of(stage, run) == "RUNNING"
    finally:
        deny_writes(stage, denied=False)
    steward.pass_time(hours=30)
    assert (changes(stage), steward.locks(), status_of(stage, run)) == (made, {}, "SUCCEEDED")


def status_of(stage: Stage, run: str) -> str:
    return str(stage.client("stepfunctions").describe_execution(executionArn=run)["status"])


def changes(stage: Stage) -> list[str]:
    """The changes that Redshift was asked for, in order."""
    return [call.operation for call in stage.calls.calls if call.service == "redshift" and call.is_change]


def test_who_may_write_the_ledger_could_approve_and_the_service_control_policy_leaves_it_to_the_steward(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales")], workflow=DEPROVISION.name)
    denials = service_control_policy(load(REPOSITORY / "fleet.yaml"))["Statement"]
    table, bucket = stage.outputs["LedgerTable"], stage.outputs["RunsBucket"]
    everything = statement("dynamodb:*", "s3:*")

    def denied(rights: dict[str, str]) -> dict[str, bool]:
        ledger, documents = stage.client_as("dynamodb", **rights), stage.client_as("s3", **rights)
        key = {"pk": {"S": "REQUESTS"}, "sk": {"S": "forged"}}
        calls = {
            "put": partial(ledger.put_item, TableName=table, Item=key),
            "delete": partial(ledger.delete_item, TableName=table, Key=key),
            "read": partial(ledger.get_item, TableName=table, Key=key),
            "plan": partial(documents.put_object, Bucket=bucket, Key="runs/deprovision/x", Body=b"{}"),
            "page": partial(documents.put_object, Bucket=bucket, Key="fleet.html", Body=b""),
        }
        return {name: is_denied(call) for name, call in calls.items()}

    free = denied(user_with(stage, "writer", everything))
    assert not any(free.values())
    bound = denied(user_with(stage, "bound", everything, *denials))
    assert bound == {"put": True, "delete": True, "read": False, "plan": True, "page": False}
    put = stage.client_as("dynamodb", **session_of(stage, "RequestApproval")).put_item
    assert not is_denied(put, TableName=table, Item={"pk": {"S": "REQUESTS"}, "sk": {"S": "own"}})
