"""AWS::SNS and AWS::SQS types. moto lacks policies and subscriptions, and updates incompletely."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local.cloudformation.resource import Environment, Properties, Resource
from local.cloudformation.types.tags import as_map

TOPIC_ATTRIBUTES = ("DisplayName", "KmsMasterKeyId", "SignatureVersion", "TracingConfig")
SUBSCRIPTION_ATTRIBUTES = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


class Topic(Resource):
    TYPE = "AWS::SNS::Topic"
    NAME = "TopicName"
    NAME_LENGTH = 256
    KNOWN = frozenset({*TOPIC_ATTRIBUTES, "Subscription", "Tags", "TopicName"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {"Name": name, "Attributes": _topic(properties), "Tags": properties.get("Tags") or []}
        arn = environment.call("sns", "CreateTopic", given)["TopicArn"]
        for subscription in properties.get("Subscription") or []:
            environment.call("sns", "Subscribe", {"TopicArn": arn, **subscription})
        return cls(environment, arn, properties, {"TopicArn": arn, "TopicName": name})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("sns", "GetTopicAttributes", {"TopicArn": environment.arn("sns", name)})

    @classmethod
    def discard(cls, environment: Environment, name: str, properties: Properties) -> None:
        cls(environment, environment.arn("sns", name), properties).delete()

    def update(self, properties: Properties) -> None:
        for name, value in _topic(properties).items():
            given = {"TopicArn": self.physical_resource_id, "AttributeName": name, "AttributeValue": value}
            self.call("sns", "SetTopicAttributes", given)

    def delete(self) -> None:
        self.call("sns", "DeleteTopic", {"TopicArn": self.physical_resource_id})


class TopicPolicy(Resource):
    TYPE = "AWS::SNS::TopicPolicy"

    def update(self, properties: Properties) -> None:
        policy = json.dumps(properties["PolicyDocument"])
        for arn in properties["Topics"]:
            given = {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": policy}
            self.call("sns", "SetTopicAttributes", given)

    def delete(self) -> None:
        """Do nothing: the policy goes with its topic; AWS's default policy is not modeled."""


class Subscription(Resource):
    TYPE = "AWS::SNS::Subscription"
    REPLACING = frozenset({"TopicArn", "Protocol", "Endpoint"})
    KNOWN = frozenset({*SUBSCRIPTION_ATTRIBUTES, *REPLACING})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        del name
        given: dict[str, Any] = {key: properties[key] for key in ("TopicArn", "Protocol", "Endpoint")}
        given |= {"Attributes": _subscription(properties), "ReturnSubscriptionArn": True}
        arn = environment.call("sns", "Subscribe", given)["SubscriptionArn"]
        return cls(environment, arn, properties, {"Arn": arn})

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del name
        """Subscribing an endpoint once more gives the subscription that is there."""
        arns = {"TopicArn": properties["TopicArn"]}
        try:
            found = environment.call("sns", "ListSubscriptionsByTopic", arns)["Subscriptions"]
        except ClientError:  # there is no such topic, which creating says better
            return False
        return any(
            (each["Protocol"], each["Endpoint"]) == (properties["Protocol"], properties["Endpoint"])
            for each in found
        )

    def update(self, properties: Properties) -> None:
        for name, value in _subscription(properties).items():
            given = {
                "SubscriptionArn": self.physical_resource_id,
                "AttributeName": name,
                "AttributeValue": value,
            }
            self.call("sns", "SetSubscriptionAttributes", given)

    def delete(self) -> None:
        self.call("sns", "Unsubscribe", {"SubscriptionArn": self.physical_resource_id})


class Queue(Resource):
    TYPE = "AWS::SQS::Queue"
    NAME = "QueueName"
    NAME_LENGTH = 80
    REPLACING = frozenset({"FifoQueue"})
    KNOWN = frozenset({*QUEUE_ATTRIBUTES, "QueueName", "Tags"})

    @classmethod
    def create(cls, environment: Environment, name: str, properties: Properties) -> Resource:
        given = {"QueueName": name, "Attributes": _queue(properties), "Tags": as_map(properties.get("Tags"))}
        url = environment.call("sqs", "CreateQueue", given)["QueueUrl"]
        attributes = {"Arn": environment.arn("sqs", name), "QueueName": name, "QueueUrl": url}
        return cls(environment, url, properties, attributes)

    @classmethod
    def exists(cls, environment: Environment, name: str, properties: Properties) -> bool:
        del properties
        return environment.finds("sqs", "GetQueueUrl", {"QueueName": name})

    def update(self, properties: Properties) -> None:
        """Keep the policy: moto forgets a queue's policy when anything else is set."""
        queue = {"QueueUrl": self.physical_resource_id}
        desired = {**queue, "AttributeNames": ["Policy"]}
        policy = self.call("sqs", "GetQueueAttributes", desired).get("Attributes", {})
        self.call("sqs", "SetQueueAttributes", {**queue, "Attributes": {**_queue(properties), **policy}})

    def delete(self) -> None:
        self.call("sqs", "DeleteQueue", {"QueueUrl": self.physical_resource_id})


class QueuePolicy(Resource):
    TYPE = "AWS::SQS::QueuePolicy"

    def update(self, properties: Properties) -> None:
        self._set(properties["Queues"], json.dumps(properties["PolicyDocument"]))

    def delete(self) -> None:
        self._set(self.properties["Queues"], "")

    def _set(self, urls: list[str], policy: str) -> None:
        for url in urls:
            self.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"Policy": policy}})


def _topic(properties: Properties) -> dict[str, Any]:
    return {key: properties[key] for key in TOPIC_ATTRIBUTES if key in properties}


def _subscription(properties: Properties) -> dict[str, str]:
    given = {key: properties[key] for key in SUBSCRIPTION_ATTRIBUTES if key in properties}
    return {key: json.dumps(value) if isinstance(value, dict) else value for key, value in given.items()}


def _queue(properties: Properties) -> dict[str, Any]:
    given = {key: value for key, value in properties.items() if key in QUEUE_ATTRIBUTES}
    return {key: json.dumps(value) if isinstance(value, dict) else value for key, value in given.items()}
