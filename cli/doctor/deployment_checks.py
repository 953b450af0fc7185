"""The stack itself: complete, scheduled, heard, and nothing missed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.doctor.finding import fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.doctor.finding import Finding, Patient

CONFIRM = "have each person open the mail from AWS and confirm; if it is lost, subscribe the address again"


def stack(patient: Patient) -> Iterator[Finding]:
    """The CloudFormation stack and its state machines."""
    name = patient.stack.stack
    found = patient.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    status, changed = found["StackStatus"], found.get("LastUpdatedTime", found["CreationTime"])
    workflows = ", ".join(patient.stack.machines)
    says = f"{name} is {status} since {changed:%Y-%m-%d}; workflows: {workflows}"
    if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        yield ok("stack", says)
    elif status.endswith("IN_PROGRESS"):
        yield warn("stack", says, "wait for the deployment to end")
    else:
        yield fail("stack", says, "see the stack's events in the CloudFormation console, and deploy again")


def schedules(patient: Patient) -> Iterator[Finding]:
    """Whether the workflows start by themselves."""
    groups = patient.resources("AWS::Scheduler::ScheduleGroup")
    found = [
        patient.client("scheduler").get_schedule(GroupName=group, Name=name)
        for group in groups[:1]
        for name in patient.resources("AWS::Scheduler::Schedule")
    ]
    for each in found:
        zone = each.get("ScheduleExpressionTimezone", "UTC")
        says = f"{_started(each)}: {each['ScheduleExpression']} ({zone})"
        if each["State"] == "ENABLED":
            yield ok("schedule", says)
        else:
            yield warn(
                "schedule", f"{says} is {each['State']}", "enable it, or runs start only when you start them"
            )
    if not found:
        yield warn("schedule", "there is none", "deploy again; until then start runs with `steward run`")


def _started(schedule: dict[str, Any]) -> str:
    """What a schedule starts: the name of the state machine in its input, else of its target."""
    try:
        wanted = json.loads(schedule["Target"].get("Input", ""))["StateMachineArn"]
    except (ValueError, KeyError, TypeError):
        wanted = schedule["Target"]["Arn"]
    return str(wanted).rpartition(":")[2]


def missed(patient: Patient) -> Iterator[Finding]:
    """The dead-letter queue of the schedules."""
    for url in patient.resources("AWS::SQS::Queue"):
        name = url.rpartition("/")[2]
        asked = patient.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        count = int(asked["Attributes"]["ApproximateNumberOfMessages"])
        if count:
            do = "read the messages, which say why; start the run with `steward run`; purge the queue"
            yield fail("missed starts", f"{count} in the dead-letter queue {name}", do)
        else:
            yield ok("missed starts", "the dead-letter queue is empty")


def notices(patient: Patient) -> Iterator[Finding]:
    """Whether anybody hears of a failure."""
    for topic in patient.resources("AWS::SNS::Topic"):
        name = topic.rpartition(":")[2]
        pages = patient.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = [each for page in pages for each in page["Subscriptions"]]
        waiting = [each["Endpoint"] for each in found if not each["SubscriptionArn"].startswith("arn:")]
        if not found:
            yield warn(
                "notices",
                f"nobody is subscribed to {name}",
                "name an address under notifications in fleet.yaml",
            )
        elif waiting:
            yield warn("notices", f"not confirmed: {', '.join(waiting)}", CONFIRM)
        else:
            yield ok("notices", f"{len(found)} confirmed subscription{'s' if len(found) != 1 else ''}")


def alarms(patient: Patient) -> Iterator[Finding]:
    """Whether alarms reach somebody, and whether one rings."""
    names = patient.resources("AWS::CloudWatch::Alarm")
    if not names:
        yield warn("alarms", "the stack has none", "deploy it again with this version")
        return
    pages = patient.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNames=names)
    found = [each for page in pages for each in page["MetricAlarms"]]
    for each in found:
        yield from _alarm(each)
    if not any(_alarm_faults(each) for each in found):
        yield ok("alarms", f"{len(found)} alarm{'s' if len(found) != 1 else ''}, none rings")


def _alarm(each: dict[str, Any]) -> Iterator[Finding]:
    name, faults = each["AlarmName"], _alarm_faults(each)
    if "rings" in faults:
        told = " ".join(each.get("AlarmDescription", "").split())
        do = told or "see the alarm's history in the CloudWatch console"
        yield fail("alarms", f"{name} rings: {each.get('StateReason', '')}", do)
    if "deaf" in faults:
        yield warn("alarms", f"{name} tells nobody", "deploy again: its action has been removed or disabled")


def _alarm_faults(each: dict[str, Any]) -> set[str]:
    rings = {"rings"} if each.get("StateValue") == "ALARM" else set()
    deaf = not each.get("AlarmActions") or not each.get("ActionsEnabled", True)
    return rings | ({"deaf"} if deaf else set())
