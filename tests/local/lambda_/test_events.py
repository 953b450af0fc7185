"""Asynchronous invocation: retries on the clock, then the destination."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.local_aws import START, TestAws, local_aws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::123456789012:role/worker"
FAILING = """
import boto3
def handle(event, context):
    boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody="tried")
    raise ValueError("no")
"""


@pytest.fixture
def failing() -> Iterator[TestAws]:
    with local_aws() as aws:
        aws.client("iam").create_role(
            RoleName="worker", AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com")
        )
        aws.client("lambda").create_function(
            FunctionName="failing",
            Runtime="python3.13",
            Role=ROLE,
            Handler="main.handle",
            Timeout=30,
            MemorySize=256,
            Code={"ZipFile": zipped(main=FAILING)},
        )
        yield aws


def count(aws: TestAws, queue: str) -> int:
    wanted = ["ApproximateNumberOfMessages"]
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=wanted)
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def send(aws: TestAws, **config: int) -> tuple[str, str]:
    queue = aws.client("sqs").create_queue(QueueName="tries")["QueueUrl"]
    failures = aws.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
    destination = {"OnFailure": {"Destination": "arn:aws:sqs:eu-central-1:123456789012:failures"}}
    client = aws.client("lambda")
    client.put_function_event_invoke_config(FunctionName="failing", DestinationConfig=destination, **config)
    event = json.dumps({"queue": queue})
    assert client.invoke(FunctionName="failing", InvocationType="Event", Payload=event)["StatusCode"] == 202
    aws.clock.advance(3600)
    return queue, failures


def test_a_failing_event_is_tried_three_times_and_then_reported_to_the_destination(failing: TestAws) -> None:
    queue, failures = send(failing)

    assert count(failing, queue) == 3
    message = failing.client("sqs").receive_message(QueueUrl=failures)["Messages"][0]
    record = json.loads(message["Body"])
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["timestamp"] == (START + timedelta(minutes=3)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_the_functions_own_setting_limits_the_retries(failing: TestAws) -> None:
    queue, failures = send(failing, MaximumRetryAttempts=0)

    assert count(failing, queue) == 1
    assert count(failing, failures) == 1


def test_an_event_that_has_become_too_old_is_not_tried_again(failing: TestAws) -> None:
    queue, failures = send(failing, MaximumEventAgeInSeconds=60)

    assert count(failing, queue) == 2
    assert count(failing, failures) == 1
