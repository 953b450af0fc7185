"""Runs that end without a report of their own are reported by a rule on Step Functions' events.

Step Functions ends them at once, without their own Report; it tells EventBridge (developer guide, "Step
Functions Execution Status Change").
"""

from collections.abc import Iterable

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.arns import arn
from steward.steps.report_stopped import ERRORS

LATEST = Duration.hours(24)
"""How long EventBridge tries to reach the function."""


class StoppedRuns(Construct):
    """The rule; an event that cannot be delivered goes to ``missed``."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        machines: Iterable[str],
        report: lambda_.IFunction,
        missed: sqs.IQueue,
    ) -> None:
        super().__init__(scope, name)
        target = targets.LambdaFunction(report, dead_letter_queue=missed, max_event_age=LATEST)
        events.Rule(
            self,
            "Rule",
            description="Does for runs of Redshift Steward that ended what their own report did not.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "status": sorted(ERRORS),
                    "stateMachineArn": [arn(self, "states", "stateMachine", name) for name in machines],
                },
            ),
            targets=[target],
        )
