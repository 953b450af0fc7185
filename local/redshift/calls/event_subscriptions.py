"""Event subscriptions: what DescribeEvents shows is published to an SNS topic as it happens."""

import logging
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sns.models import sns_backends

from local.clients import SERVICE_CREDENTIALS, client
from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.event_subscriptions import EventSubscription
from local.redshift.state.tags import merge_tags, selects

LOG = logging.getLogger("local")
SUBJECT = "Amazon Redshift Event Notification"
QUOTA = 20
"""Subscriptions of an account and Region (Amazon Redshift Management Guide, quotas and limits)."""

SOURCE_TYPES = frozenset(
    {"cluster", "cluster-parameter-group", "cluster-security-group", "cluster-snapshot", "scheduled-action"}
)
CATEGORIES = ("configuration", "management", "monitoring", "security", "pending")
SEVERITIES = ("ERROR", "INFO")
ASKED = {
    "SnsTopicArn": "topic",
    "SourceType": "source_type",
    "SourceIds": "source_ids",
    "EventCategories": "categories",
    "Severity": "severity",
    "Enabled": "enabled",
}


@call("CreateEventSubscription", resource=resources.event_subscription)
def create_event_subscription(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Publish the events that match to a topic from now on.

    Raises:
        RedshiftError: The name is taken, or there is no such topic, source, category or severity.
    """
    now = backend.now()
    name = parameters["SubscriptionName"]
    if name in backend.subscriptions:
        raise RedshiftError("SubscriptionAlreadyExist", f"The event subscription {name} already exists.")
    if len(backend.subscriptions) >= QUOTA:
        sentence = f"You have reached the quota of {QUOTA} event subscriptions."
        raise RedshiftError("EventSubscriptionQuotaExceeded", sentence)
    _check(backend, parameters)
    subscription = EventSubscription(
        name, backend.account_id, backend.region_name, now, parameters["SnsTopicArn"]
    )
    subscription.tags = merge_tags([], parameters.get("Tags", []))
    subscription.change({ASKED[key]: value for key, value in parameters.items() if key in ASKED})
    if not backend.events.listeners:
        _begin_publishing(backend)
    backend.subscriptions[name] = subscription
    return {"EventSubscription": subscription.view()}


@call("ModifyEventSubscription", resource=resources.event_subscription)
def modify_event_subscription(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change a subscription; what is not given stays.

    Raises:
        RedshiftError: No such subscription, topic, source, category or severity.
    """
    backend.now()
    subscription = _subscription(backend, parameters["SubscriptionName"])
    _check(backend, {"SourceType": subscription.source_type} | parameters)
    subscription.change({ASKED[key]: value for key, value in parameters.items() if key in ASKED})
    return {"EventSubscription": subscription.view()}


@call("DeleteEventSubscription", resource=resources.event_subscription)
def delete_event_subscription(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Publish no more.

    Raises:
        RedshiftError: ``SubscriptionNotFound``.
    """
    backend.now()
    del backend.subscriptions[_subscription(backend, parameters["SubscriptionName"]).name]
    return {}


@call("DescribeEventSubscriptions", resource=resources.event_subscription)
def describe_event_subscriptions(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """All, those that the tags select, or the one with a name.

    Raises:
        RedshiftError: ``SubscriptionNotFound``.
    """
    backend.now()
    name = parameters.get("SubscriptionName")
    found = [_subscription(backend, name)] if name is not None else backend.subscriptions.values()
    shown = [each.view() for each in found if selects(parameters, each.tags)]
    return page_result(parameters, "EventSubscriptionsList", shown, lambda each: each["CustSubscriptionId"])


def _begin_publishing(backend: RedshiftBackend) -> None:
    """Publish what happens as it happens, and not only once somebody reads the clusters."""
    clock = backend.context.clock

    def settle() -> None:
        with backend.lock:
            backend.now()

    def publish(event: dict[str, Any]) -> None:
        for subscription in backend.subscriptions.values():
            if subscription.concerns(event):
                clock.spawn(partial(_publish, backend, subscription.topic, subscription.message(event)))

    backend.events.listeners.append(publish)
    backend.timeline.watch(lambda due: clock.call_at(due, settle))


def _publish(backend: RedshiftBackend, topic: str, message: str) -> None:
    api = client(backend.context, "sns", SERVICE_CREDENTIALS, backend.region_name)
    try:
        api.publish(TopicArn=topic, Message=message, Subject=SUBJECT)
    except (ClientError, BotoCoreError) as error:
        LOG.warning("an event notification did not reach %s: %s", topic, error)


def _subscription(backend: RedshiftBackend, name: str) -> EventSubscription:
    if name not in backend.subscriptions:
        raise RedshiftError("SubscriptionNotFound", f"The event subscription {name} does not exist.")
    return backend.subscriptions[name]


def _check(backend: RedshiftBackend, parameters: dict[str, Any]) -> None:
    topic = parameters.get("SnsTopicArn")
    if topic is not None and topic not in sns_backends[backend.account_id][backend.region_name].topics:
        raise RedshiftError("SNSTopicArnNotFound", f"The SNS topic {topic} does not exist.")
    source_type = parameters.get("SourceType")
    if source_type not in {None, *SOURCE_TYPES}:
        raise RedshiftError("SourceNotFound", f"The source type {source_type} does not exist.")
    if parameters.get("SourceIds") and source_type is None:
        raise RedshiftError("SourceNotFound", "SourceType must be given when SourceIds are.")
    for category in parameters.get("EventCategories", []):
        if category.lower() not in CATEGORIES:
            sentence = f"The event category {category} does not exist."
            raise RedshiftError("SubscriptionCategoryNotFound", sentence)
    severity = parameters.get("Severity", SEVERITIES[0])
    if severity not in SEVERITIES:
        raise RedshiftError("SubscriptionSeverityNotFound", f"The severity {severity} does not exist.")
    _check_sources(backend, source_type, parameters.get("SourceIds", []))


def _check_sources(backend: RedshiftBackend, source_type: str | None, names: list[str]) -> None:
    known = {"cluster": backend.clusters_by_id.keys(), "cluster-snapshot": backend.snapshots_by_id.keys()}
    for name in names:
        if source_type in known and name.lower() not in known[source_type]:
            raise RedshiftError("SourceNotFound", f"The {source_type} {name} does not exist.")
