"""When workflows start by themselves: EventBridge Scheduler, in the policy's time zone.

EventBridge Scheduler's own default would retry for a day, so that a rotation could begin long after the
change window has closed; here an event that is a quarter of an hour late goes to a dead-letter queue.
"""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, RemovalPolicy, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.nag import acknowledge, acknowledge_wildcards

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""What EventBridge Scheduler replaces by the moment (user guide, "Adding context attributes")."""

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
        self.of_machines: dict[str, str] = {}
        """Expressions by the ARN of the machine that each starts."""

    def hourly(self, name: str, function: lambda_.IFunction, event: Mapping[str, Any]) -> None:
        """Call ``function`` once an hour with ``event``."""
        role = iam.Role(self, f"{name}Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        versions = f"{function.function_arn}:*"
        acknowledge_wildcards(role, [versions], "CDK grants a function's versions along with it.")
        target = targets.LambdaInvoke(
            function,
            role=role,
            input=scheduler.ScheduleTargetInput.from_object(dict(event)),
            dead_letter_queue=self.missed,
            max_event_age=LATEST,
            retry_attempts=ATTEMPTS,
        )
        rate = scheduler.ScheduleExpression.rate(Duration.hours(1))
        self._schedule(name, rate, target)

    def _schedule(
        self, name: str, expression: scheduler.ScheduleExpression, target: scheduler.IScheduleTarget
    ) -> None:
        schedule = scheduler.Schedule(
            self, name, schedule=expression, schedule_group=self._group, target=target
        )
        schedule.node.add_dependency(self._group)  # it only has the group's name

    def add(self, name: str, machine: sfn.IStateMachine, expression: str, timezone: str) -> None:
        """Start ``machine`` by ``expression``, an EventBridge Scheduler cron or rate."""
        self.of_machines[machine.state_machine_arn] = expression
        start = iam.PolicyStatement(actions=["states:StartExecution"], resources=[machine.state_machine_arn])
        self._schedule(
            name,
            scheduler.ScheduleExpression.expression(expression, TimeZone.of(timezone)),
            targets.Universal(
                service="sfn",
                action="startExecution",
                input=scheduler.ScheduleTargetInput.from_object(
                    {
                        "StateMachineArn": machine.state_machine_arn,
                        "Input": json.dumps({"scheduled_at": SCHEDULED_TIME}),
                    }
                ),
                policy_statements=[start],
                dead_letter_queue=self.missed,
                max_event_age=LATEST,
                retry_attempts=ATTEMPTS,
            ),
        )
