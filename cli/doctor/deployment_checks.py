"""Checks of the deployed stack: status, schedules, missed starts, notifications, alarms."""

import json
from collections.abc import Iterator
from typing import Any

from cli.doctor.check_context import CheckContext, Finding, fail, ok, warn

CONFIRM = "confirm the subscription in the email from AWS; if it is lost, subscribe the address again"


def check_stack(context: CheckContext) -> Iterator[Finding]:
    """The CloudFormation stack's status and its workflows."""
    name = context.stack.stack
    found = context.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    status, changed = found["StackStatus"], found.get("LastUpdatedTime", found["CreationTime"])
    workflows = ", ".join(context.stack.machines)
    detail = f"{name} is {status} since {changed:%Y-%m-%d}; workflows: {workflows}"
    if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}:
        yield ok("stack", detail)
    elif status.endswith("IN_PROGRESS"):
        yield warn("stack", detail, "wait for the deployment to finish")
    else:
        yield fail(
            "stack", detail, "look at the stack's events in the CloudFormation console and deploy again"
        )


def check_schedules(context: CheckContext) -> Iterator[Finding]:
    groups = context.resources("AWS::Scheduler::ScheduleGroup")
    found = [
        context.client("scheduler").get_schedule(GroupName=group, Name=name)
        for group in groups[:1]
        for name in context.resources("AWS::Scheduler::Schedule")
    ]
    for each in found:
        zone = each.get("ScheduleExpressionTimezone", "UTC")
        detail = f"{_target_name(each)}: {each['ScheduleExpression']} ({zone})"
        if each["State"] == "ENABLED":
            yield ok("schedule", detail)
        else:
            yield warn(
                "schedule", f"{detail} is {each['State']}", "enable it; until then runs start on demand only"
            )
    if not found:
        yield warn("schedule", "no schedule found", "deploy again; until then start runs with `steward run`")


def _target_name(schedule: dict[str, Any]) -> str:
    """Name of the state machine in the schedule's input, else of its target."""
    try:
        started = json.loads(schedule["Target"].get("Input", ""))["StateMachineArn"]
    except (ValueError, KeyError, TypeError):
        started = schedule["Target"]["Arn"]
    return str(started).rpartition(":")[2]


def check_missed_starts(context: CheckContext) -> Iterator[Finding]:
    """Starts that EventBridge Scheduler could not deliver, from its dead-letter queue."""
    for url in context.resources("AWS::SQS::Queue"):
        name = url.rpartition("/")[2]
        answer = context.client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        count = int(answer["Attributes"]["ApproximateNumberOfMessages"])
        if count:
            fix = "read the messages for the cause, start the run with `steward run`, then purge the queue"
            yield fail("missed starts", f"{count} in the dead-letter queue {name}", fix)
        else:
            yield ok("missed starts", "the dead-letter queue is empty")


def check_notifications(context: CheckContext) -> Iterator[Finding]:
    for topic in context.resources("AWS::SNS::Topic"):
        name = topic.rpartition(":")[2]
        pages = context.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = [each for page in pages for each in page["Subscriptions"]]
        waiting = [each["Endpoint"] for each in found if not each["SubscriptionArn"].startswith("arn:")]
        if not found:
            yield warn(
                "notifications",
                f"{name} has no subscriptions",
                "add an address under notifications in fleet.yaml and deploy",
            )
        elif waiting:
            yield warn("notifications", f"unconfirmed: {', '.join(waiting)}", CONFIRM)
        else:
            yield ok("notifications", f"{len(found)} confirmed subscription{'s' if len(found) != 1 else ''}")


def check_alarms(context: CheckContext) -> Iterator[Finding]:
    """Alarms that are firing, and alarms without actions."""
    names = context.resources("AWS::CloudWatch::Alarm")
    if not names:
        yield warn("alarms", "the stack has no alarms", "deploy it again with this version")
        return
    pages = context.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNames=names)
    found = [each for page in pages for each in page["MetricAlarms"]]
    for each in found:
        yield from _alarm(each)
    if not any(_alarm_faults(each) for each in found):
        yield ok("alarms", f"{len(found)} alarm{'s' if len(found) != 1 else ''}, none firing")


def _alarm(each: dict[str, Any]) -> Iterator[Finding]:
    name, faults = each["AlarmName"], _alarm_faults(each)
    if "firing" in faults:
        description = " ".join(each.get("AlarmDescription", "").split())
        fix = description or "look at the alarm's history in the CloudWatch console"
        yield fail("alarms", f"{name} is firing: {each.get('StateReason', '')}", fix)
    if "no data" in faults:
        yield warn(
            "alarms",
            f"{name} has no data",
            "wait for an hour after a first deployment; else read the runbook",
        )
    if "no action" in faults:
        yield warn("alarms", f"{name} notifies nobody", "deploy again: its action was removed or disabled")


def _alarm_faults(each: dict[str, Any]) -> set[str]:
    firing = {"firing"} if each.get("StateValue") == "ALARM" else set()
    silent = not each.get("AlarmActions") or not each.get("ActionsEnabled", True)
    rings_without_data = each.get("StateValue") == "INSUFFICIENT_DATA" and each.get("InsufficientDataActions")
    return firing | ({"no action"} if silent else set()) | ({"no data"} if rings_without_data else set())
