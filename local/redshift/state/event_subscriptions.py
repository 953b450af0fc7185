"""An event subscription: which events it is about, and the message that SNS gets of one."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(eq=False)
class EventSubscription:
    """A subscription.

    Attributes:
        source_ids: Of the sources of `source_type`; empty for all of them.
        categories: Empty for all of them.
        severity: ``INFO`` for all events, ``ERROR`` for errors only.
        tags: ``[{"Key": …, "Value": …}]``.
    """

    name: str
    account_id: str
    region: str
    created: datetime
    topic: str
    source_type: str | None = None
    source_ids: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    severity: str = "INFO"
    enabled: bool = True
    tags: list[dict[str, str]] = field(default_factory=list)

    resource_type = "eventsubscription"

    @property
    def arn(self) -> str:
        """``arn:aws:redshift:REGION:ACCOUNT:eventsubscription:NAME``."""
        return f"arn:aws:redshift:{self.region}:{self.account_id}:eventsubscription:{self.name}"

    def change(self, values: dict[str, Any]) -> None:
        """Set attributes by name."""
        for name, value in values.items():
            setattr(self, name, value)

    def concerns(self, event: dict[str, Any]) -> bool:
        """Whether it is about an event of DescribeEvents."""
        categories = {category.lower() for category in self.categories}
        return (
            self.enabled
            and self.source_type in (None, event["SourceType"])
            and (not self.source_ids or event["SourceIdentifier"] in self.source_ids)
            and (not categories or bool(categories & set(event["EventCategories"])))
            and (self.severity == "INFO" or event["Severity"] == self.severity)
        )

    def message(self, event: dict[str, Any]) -> str:
        """What the topic gets (Amazon Redshift Management Guide, "Amazon Redshift event notifications")."""
        moment = event["Date"]
        document = {
            "Event Source": event["SourceType"],
            "Resource": event["SourceIdentifier"],
            "Event Time": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}",
            "Identifier Link": f"https://console.aws.amazon.com/redshift/home?region={self.region}#",
            "Severity": event["Severity"],
            "Category": event["EventCategories"],
            "About this Event": "https://docs.aws.amazon.com/redshift/latest/mgmt/",
            "Event ID": f"http://docs.amazonwebservices.com/redshift/latest/mgmt#REDSHIFT-EVENT-{event['EventId']}",
            "Event Message": event["Message"],
        }
        return json.dumps(document)

    def view(self) -> dict[str, Any]:
        """In the API's EventSubscription shape."""
        return {
            "CustomerAwsId": self.account_id,
            "CustSubscriptionId": self.name,
            "SnsTopicArn": self.topic,
            "Status": "active",
            "SubscriptionCreationTime": self.created,
            "SourceType": self.source_type,
            "SourceIdsList": self.source_ids,
            "EventCategoriesList": self.categories,
            "Severity": self.severity,
            "Enabled": self.enabled,
            "Tags": self.tags,
        }
