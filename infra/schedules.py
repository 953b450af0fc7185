"""When workflows start by themselves: EventBridge Scheduler, in the policy's time zone.

EventBridge Scheduler's own default would retry for a day, so that a rotation could begin long after the
change window has closed; here an event that is a quarter of an hour late goes to a dead-letter queue.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.nag import acknowledge

if TYPE_CHECKING:
    from aws_cdk import aws_stepfunctions as sfn

LATEST = Duration.minutes(15)
ATTEMPTS = 5


class Schedules(Construct):
    """The schedule group, the dead-letter queue, and one schedule per workflow that has one."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self._group = scheduler.ScheduleGroup(self, "Group", removal_policy=RemovalPolicy.DESTROY)
        self.missed = sqs.Queue(
            self,
            "Missed",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(self.missed, "AwsSolutions-SQS3", "This is the dead-letter queue itself.")

    def add(self, name: str, machine: sfn.IStateMachine, expression: str, timezone: str) -> None:
        """Start ``machine`` by ``expression``, an EventBridge Scheduler cron or rate."""
        start = iam.PolicyStatement(actions=["states:StartExecution"], resources=[machine.state_machine_arn])
        scheduler.Schedule(
            self,
            name,
            schedule=scheduler.ScheduleExpression.expression(expression, TimeZone.of(timezone)),
            schedule_group=self._group,
            target=targets.Universal(
                service="sfn",
                action="startExecution",
                input=scheduler.ScheduleTargetInput.from_object(
                    {
                        "StateMachineArn": machine.state_machine_arn,
                        "Input": json.dumps({"scheduled_at": "<aws.scheduler.scheduled-time>"}),
                    }
                ),
                policy_statements=[start],
                dead_letter_queue=self.missed,
                max_event_age=LATEST,
                retry_attempts=ATTEMPTS,
            ),
        )
