"""What all workflows of a stack share: ledger and bucket, notices, schedules, code, Abandon and Report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.function import LONG_TIMEOUT, TIMEOUT, StewardFunction
from infra.grants import Resources
from infra.ledger import Storage
from infra.notices import NoticesTopic
from infra.people import People
from infra.schedules import Schedules
from infra.stopped_runs import StoppedRuns
from steward import settings
from steward.domain.workflows import WORKFLOWS, Workflow

LONG = ("plan", "sweep")
"""Handlers of functions that deal with many clusters or runs in one call."""


@dataclass(frozen=True)
class DeployedWorkflow:
    """A workflow that the stack has: what Watch, the alarms and the dashboard need of it.

    Attributes:
        settings: The policy's section as normalized JSON, as the functions' package has it.
    """

    machine: sfn.IStateMachine
    settings: Mapping[str, Any]


class SharedResources(Construct):
    """What a stack has once, however many workflows it has.

    Workflows add themselves to `deployed` and their functions to `functions` as they are constructed, so
    whatever reads those is constructed after them.
    """

    def __init__(self, scope: Construct, name: str, *, code: lambda_.Code, email: Sequence[str] = ()) -> None:
        super().__init__(scope, name)
        self._code = code
        self.functions: dict[str, lambda_.Function] = {}
        """By handler."""
        self.deployed: dict[str, DeployedWorkflow] = {}
        """By workflow."""
        self.storage = Storage(self, "Storage")
        self.notices = NoticesTopic(self, "Notices", email=email)
        self.schedules = Schedules(self, "Schedules")
        self.resources = Resources(
            self.storage.ledger.table_arn,
            self.storage.runs.bucket_arn,
            self.notices.topic.topic_arn,
            self.notices.key.key_arn,
            tuple(map(self.machine_name, WORKFLOWS)),
        )
        self.abandon = self.function(self, "Abandon", "abandon")
        self.report = self.function(self, "Report", "report")
        StoppedRuns(
            self,
            "StoppedRuns",
            machines=map(self.machine_name, WORKFLOWS),
            report=self.function(self, "ReportStopped", "report_stopped"),
            sweep=self.function(self, "Sweep", "sweep"),
            schedules=self.schedules,
        )
        people = People(self, "People", resources=self.resources, missed=self.schedules.missed.queue_arn)
        self.output("ReaderPolicy", people.reader.managed_policy_arn)
        self.output("OperatorPolicy", people.operator.managed_policy_arn)
        self.output("RunsBucket", self.storage.runs.bucket_name)
        self.output("LedgerTable", self.storage.ledger.table_name)

    def machine_name(self, workflow: str) -> str:
        return f"{Stack.of(self).stack_name}-{workflow}"

    def function(
        self,
        scope: Construct,
        name: str,
        handler: str,
        *,
        roles: Sequence[str] = (),
        snapshot_tags: Mapping[str, str] | None = None,
    ) -> lambda_.Function:
        """The function of the module ``steward.handlers.<handler>``, as a part of ``scope``.

        ``roles`` are the IAM roles that it may look at, or give to clusters; ``snapshot_tags`` are the tags
        that it may give to snapshots.
        """
        environment = {
            settings.LEDGER_TABLE: self.storage.ledger.table_name,
            settings.RUNS_BUCKET: self.storage.runs.bucket_name,
            settings.NOTICES_TOPIC: self.notices.topic.topic_arn,
            settings.STACK: Stack.of(self).stack_name,
        }
        self.functions[handler] = StewardFunction(
            scope,
            name,
            handler=handler,
            code=self._code,
            environment=environment,
            resources=replace(self.resources, roles=tuple(roles), snapshot_tags=dict(snapshot_tags or {})),
            timeout=LONG_TIMEOUT if handler.rpartition(".")[2] in LONG else TIMEOUT,
        ).function
        return self.functions[handler]

    def schedule_and_publish(
        self, workflow: Workflow, machine: sfn.IStateMachine, schedule: str, timezone: str
    ) -> None:
        """Start ``machine`` on the policy's schedule, and let the command line find it by an output."""
        self.schedules.add(workflow.construct_id, machine, schedule, timezone)
        self.output(workflow.machine_output, machine.state_machine_arn)

    def output(self, name: str, value: str) -> None:
        """An output of the stack, under exactly this name."""
        CfnOutput(Stack.of(self), name, value=value)
