"""Where the steward tells people what happened: an encrypted SNS topic with e-mail subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence


class NoticesTopic(Construct):
    """The topic and its subscribers, each of whom AWS asks to confirm."""

    def __init__(self, scope: Construct, name: str, *, email: Sequence[str]) -> None:
        super().__init__(scope, name)
        key = kms.Alias.from_alias_name(self, "SnsKey", "alias/aws/sns")
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        for address in email:
            self.topic.add_subscription(subscriptions.EmailSubscription(address))
