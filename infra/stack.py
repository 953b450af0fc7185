"""One environment of the policy: an account and Region with all that the steward needs there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Environment, Stack

from infra.function import StewardFunction
from infra.grants import Resources
from infra.notices import NoticesTopic
from infra.rotate_keys import ClusterRotation
from infra.schedules import Schedules
from infra.storage import Storage
from infra.workflow import Outline, Workflow
from steward import settings
from steward.domain.run import ROTATE_KEYS, WORKFLOWS

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from constructs import Construct

    from infra.policy import Policy, PolicyEnvironment


def stack_name(environment: str) -> str:
    """The CloudFormation stack of an environment."""
    return f"RedshiftSteward-{environment}"


class StewardStack(Stack):
    """The steward in one environment."""

    def __init__(
        self, scope: Construct, policy: Policy, environment: PolicyEnvironment, *, code: lambda_.Code
    ) -> None:
        super().__init__(
            scope,
            stack_name(environment.name),
            env=Environment(account=environment.account, region=environment.region),
            description="Redshift Steward: rotates the encryption keys of a fleet of Redshift clusters.",
        )
        self._code = code
        self.storage = Storage(self, "Storage")
        self.notices = NoticesTopic(self, "Notices", email=policy.notifications.email)
        self.schedules = Schedules(self, "Schedules")
        self._machines = {name: f"{self.stack_name}-{name}" for name in WORKFLOWS}
        self._resources = Resources(
            self.storage.ledger.table_arn,
            self.storage.runs.bucket_arn,
            self.notices.topic.topic_arn,
            tuple(self._machines.values()),
        )
        self._abandon, self._report = self._function("Abandon", "abandon"), self._function("Report", "report")
        self._add_rotate_keys(policy)
        CfnOutput(self, "RunsBucket", value=self.storage.runs.bucket_name)
        CfnOutput(self, "LedgerTable", value=self.storage.ledger.table_name)

    def _add_rotate_keys(self, policy: Policy) -> None:
        section = policy.rotate_keys
        start = self._function("StartRotation", "start_rotation")
        finish = self._function("FinishRotation", "finish_rotation")
        each = ClusterRotation(self, "ClusterRotation", start=start, finish=finish, abandon=self._abandon)
        plan = self._function("PlanRotation", "plan_rotation")
        outline = Outline(
            ROTATE_KEYS,
            self._machines[ROTATE_KEYS],
            section.settings(),
            plan,
            self._report,
            (start, finish, self._abandon),
            self.storage.runs,
        )
        machine = Workflow(self, "RotateKeys", outline, each.start).machine
        self.schedules.add("RotateKeys", machine, section.schedule, section.timezone)
        CfnOutput(self, "RotateKeysMachine", value=machine.state_machine_arn)

    def _function(self, name: str, handler: str) -> lambda_.IFunction:
        environment = {
            settings.LEDGER_TABLE: self.storage.ledger.table_name,
            settings.RUNS_BUCKET: self.storage.runs.bucket_name,
            settings.NOTICES_TOPIC: self.notices.topic.topic_arn,
        }
        return StewardFunction(
            self,
            name,
            handler=handler,
            code=self._code,
            environment=environment,
            resources=self._resources,
        ).function
