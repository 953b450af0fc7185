"""Events are published to an SNS topic as they happen."""

import json
from typing import Any

import pytest
from moto.sns.models import sns_backends

from tests.local.redshift.conftest import ACCOUNT, REGION, RedshiftEnv

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events"
SUBSCRIPTION = {"SubscriptionName": "oncall", "SnsTopicArn": TOPIC}


@pytest.fixture
def env(env: RedshiftEnv) -> RedshiftEnv:
    sns_backends.clear()
    sns_backends[ACCOUNT][REGION].create_topic("events")
    return env


def published(env: RedshiftEnv) -> list[dict[str, Any]]:
    env.advance(1)
    topic = sns_backends[ACCOUNT][REGION].topics[TOPIC]
    return [json.loads(message) for _, message, *_ in topic.sent_notifications]


def test_an_event_is_published_as_it_happens(env: RedshiftEnv) -> None:
    env.redshift.create_event_subscription(**SUBSCRIPTION)
    env.create()
    env.redshift.pause_cluster(ClusterIdentifier="dwh")
    env.context.clock.advance(3600)

    sentences = [message["Event Message"] for message in published(env)]
    assert [text.split(" at ")[0] for text in sentences] == [
        "Amazon Redshift cluster 'dwh' has been created",
        "A pause of Amazon Redshift cluster 'dwh' started",
        "Amazon Redshift cluster 'dwh' was paused",
    ]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"SourceType": "cluster"}, 1),
        ({"SourceType": "cluster-snapshot"}, 2),
        ({"SourceType": "cluster", "SourceIds": ["other"]}, 0),
        ({"EventCategories": ["Monitoring"]}, 0),
        ({"EventCategories": ["management"]}, 3),
        ({"Severity": "ERROR"}, 0),
        ({"Enabled": False}, 0),
    ],
)
def test_only_what_is_subscribed_to_is_published(
    env: RedshiftEnv, filters: dict[str, Any], count: int
) -> None:
    env.create("other")
    env.redshift.create_event_subscription(**SUBSCRIPTION, **filters)
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")
    env.advance(3600)

    assert len(published(env)) == count


def test_a_subscription_is_changed_listed_and_deleted(env: RedshiftEnv) -> None:
    env.redshift.create_event_subscription(**SUBSCRIPTION, Tags=[{"Key": "team", "Value": "bi"}])
    env.redshift.modify_event_subscription(SubscriptionName="oncall", Severity="ERROR")

    (found,) = env.redshift.describe_event_subscriptions(TagKeys=["team"])["EventSubscriptionsList"]
    assert (found["CustSubscriptionId"], found["Severity"], found["Status"]) == ("oncall", "ERROR", "active")
    env.redshift.delete_event_subscription(SubscriptionName="oncall")
    assert env.error("describe_event_subscriptions", SubscriptionName="oncall")[0] == "SubscriptionNotFound"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SubscriptionName": "taken"}, "SubscriptionAlreadyExist"),
        ({"SnsTopicArn": f"{TOPIC}-none"}, "SNSTopicArnNotFound"),
        ({"SourceType": "warehouse"}, "SourceNotFound"),
        ({"SourceIds": ["dwh"]}, "SourceNotFound"),
        ({"SourceType": "cluster", "SourceIds": ["none"]}, "SourceNotFound"),
        ({"EventCategories": ["gossip"]}, "SubscriptionCategoryNotFound"),
        ({"Severity": "LOUD"}, "SubscriptionSeverityNotFound"),
    ],
)
def test_what_does_not_exist_is_not_subscribed_to(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.redshift.create_event_subscription(SubscriptionName="taken", SnsTopicArn=TOPIC)

    assert env.error("create_event_subscription", **(SUBSCRIPTION | parameters))[0] == code
