"""Runs that end without a report of their own are reported by a rule on Step Functions' events.

Step Functions ends them at once, without their own Report; it tells EventBridge (developer guide, "Step
Functions Execution Status Change"). Lambda runs the rule's function three times at most, within minutes, so
what an outage prevents is made up for by Sweep, which looks once an hour at the runs themselves.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.arns import arn
from infra.schedules import Schedules
from steward.steps.report_stopped import ERRORS

if TYPE_CHECKING:
    from steward.domain.messages import SweepEvent

LATEST = Duration.hours(24)
"""How long EventBridge tries to reach the function."""


class StoppedRuns(Construct):
    """The rule, and Sweep's schedule; an event that cannot be delivered goes to the schedules' ``missed``."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        machines: Iterable[str],
        report: lambda_.IFunction,
        sweep: lambda_.IFunction,
        schedules: Schedules,
    ) -> None:
        super().__init__(scope, name)
        arns = [arn(self, "states", "stateMachine", name) for name in machines]
        target = targets.LambdaFunction(report, dead_letter_queue=schedules.missed, max_event_age=LATEST)
        events.Rule(
            self,
            "Rule",
            description="Does for runs of Redshift Steward that ended what their own report did not.",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                account=[Stack.of(self).account],
                region=[Stack.of(self).region],
                detail_type=["Step Functions Execution Status Change"],
                detail={"status": sorted(ERRORS), "stateMachineArn": arns},
            ),
            targets=[target],
        )
        event: SweepEvent = {"machines": arns}
        schedules.hourly("Sweep", sweep, event)
