"""Where the steward, and CloudWatch's alarms, tell people what happened: an encrypted topic with e-mail.

CloudWatch may not use the AWS managed key ``alias/aws/sns``, whose policy nobody can change: an alarm's
message to a topic encrypted with it is lost (AWS re:Post knowledge center, "How do I configure a CloudWatch
alarm with an encrypted SNS topic?"). So the topic has a key of its own, which CloudWatch may use for alarms
of this account.
"""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.arns import arn

CLOUDWATCH = iam.ServicePrincipal("cloudwatch.amazonaws.com")


class NoticesTopic(Construct):
    """The topic, its key, and its subscribers, each of whom AWS asks to confirm."""

    def __init__(self, scope: Construct, name: str, *, email: Sequence[str]) -> None:
        super().__init__(scope, name)
        stack = Stack.of(self)
        self.key = kms.Key(
            self,
            "Key",
            description=f"Encrypts the notices of {stack.stack_name} on their way to its subscribers.",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        of_account = {"StringEquals": {"aws:SourceAccount": stack.account}}
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsUseTheKey",
                principals=[CLOUDWATCH],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions=of_account,
            )
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsPublish",
                principals=[CLOUDWATCH],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={**of_account, "ArnLike": {"aws:SourceArn": _alarms(stack)}},
            )
        )
        for address in email:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))


def _alarms(stack: Stack) -> str:
    """The ARNs of the stack's alarms: their names begin with its own (`infra.alarms`)."""
    return arn(stack, "cloudwatch", "alarm", f"{stack.stack_name}-*")
