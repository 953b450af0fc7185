"""A local AWS whose rules are watched through a queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.local_aws import ACCOUNT, REGION, TestAws, local_aws, trust_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"


@dataclass
class Bus:
    """The default bus of a local AWS, and queues for what it delivers."""

    aws: TestAws

    def rule(self, pattern: dict[str, Any], name: str = "rule", **target: Any) -> None:
        """A rule with one target: the queue ``letters``, unless ``target`` says otherwise."""
        events = self.aws.client("events")
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": QUEUE, **target}])

    def put(self, detail: dict[str, Any], kind: str = "Fill Level", source: str = "tank") -> str:
        """Put one event; its id."""
        entry = {"Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
        return str(self.aws.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"])

    def letters(self, queue: str = "letters") -> list[dict[str, Any]]:
        """The messages of a queue, once everything has been delivered that is on its way."""
        self.aws.clock.advance(2)
        ask = {"QueueUrl": f"{self.aws.endpoint}/{ACCOUNT}/{queue}", "MaxNumberOfMessages": 10}
        found: list[dict[str, Any]] = []
        while (
            batch := self.aws.client("sqs")
            .receive_message(**ask, MessageAttributeNames=["All"])
            .get("Messages")
        ):
            found += batch
        return found

    def bodies(self, queue: str = "letters") -> list[Any]:
        """What those messages say."""
        return [json.loads(letter["Body"]) for letter in self.letters(queue)]


@pytest.fixture(scope="module")
def running() -> Iterator[TestAws]:
    """One local AWS for the tests of a file; rules and queues are theirs alone."""
    with local_aws() as aws:
        iam = aws.client("iam")
        iam.create_role(
            RoleName="events",
            AssumeRolePolicyDocument=trust_policy(
                "events.amazonaws.com", "lambda.amazonaws.com", "states.amazonaws.com"
            ),
        )
        trust = trust_policy("lambda.amazonaws.com")
        iam.create_role(RoleName="of-lambda", AssumeRolePolicyDocument=trust)
        iam.put_role_policy(RoleName="events", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
        yield aws


@pytest.fixture
def bus(running: TestAws) -> Iterator[Bus]:
    sqs, events = running.client("sqs"), running.client("events")
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("letters", "dead")]
    yield Bus(running)
    for rule in events.list_rules()["Rules"]:
        ids = [target["Id"] for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]]
        if ids:
            events.remove_targets(Rule=rule["Name"], Ids=ids)
        events.delete_rule(Name=rule["Name"])
    for url in urls:
        sqs.delete_queue(QueueUrl=url)
