"""Telling people (SNS) and programs (EventBridge, CloudWatch) what happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from steward.adapters.grants import Scope, grant, through
from steward.domain.measures import measures_of

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_sns.client import SNSClient

    from steward.adapters.metrics import Metrics

SOURCE = "redshift.steward"
"""``source`` of the events on the account's default bus."""

LONGEST_SUBJECT = 100
"""Characters; SNS refuses longer ones, control characters, and a blank at the beginning (API reference)."""


class Notices:
    """Publishes notices to the steward's topic, which is encrypted with a key of the stack's own."""

    GRANTS = (
        grant(Scope.NOTICES, "sns:Publish"),
        through("sns", Scope.NOTICES_KEY, "kms:Decrypt", "kms:GenerateDataKey"),
    )

    def __init__(self, sns: SNSClient, topic: str) -> None:
        self._sns = sns
        self._topic = topic

    def publish(self, subject: str, text: str) -> None:
        """Send a notice; the subject is cut and cleaned to what SNS takes."""
        plain = "".join(c if c.isascii() and c.isprintable() else " " for c in subject)
        subject = " ".join(plain.split())[:LONGEST_SUBJECT]
        self._sns.publish(TopicArn=self._topic, Subject=subject, Message=text)


class Events:
    """Puts events on the default bus, and counts them: every measure but those of Watch follows from one."""

    GRANTS = (grant(Scope.EVENT_BUS, "events:PutEvents"),)

    def __init__(self, events: EventBridgeClient, metrics: Metrics) -> None:
        self._events = events
        self._metrics = metrics

    def put(self, kind: str, detail: dict[str, Any]) -> None:
        """Put one event.

        Raises:
            RuntimeError: EventBridge took the request but not the event.
        """
        entry = {"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)}
        answer = self._events.put_events(Entries=[entry])  # type: ignore[list-item]  # a plain dict is one
        if answer["FailedEntryCount"]:
            raise RuntimeError(f"EventBridge refused the event {kind}: {answer['Entries'][0]}")
        metadata = {key: str(detail[key]) for key in ("run", "cluster") if key in detail}
        self._metrics.record(measures_of(kind, detail), **metadata)
