"""Managed policies for people: who may read what the steward does, and who may start runs besides.

They allow what the commands of `steward` call (docs/cli.md, "What your credentials need"); a contract test
compares them, and others run each command as a user who has nothing else.
"""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.arns import arn
from infra.grants import Resources
from infra.nag import acknowledge_wildcards
from steward.adapters.grants import CLUSTER_RECORDS
from steward.adapters.ledger.keys import LOCK, LOCKS_INDEX
from steward.domain.authority import CHILDREN

WITHOUT_RESOURCES = (
    "cloudformation:DescribeStacks",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudwatch:DescribeAlarms",
    "iam:ListRoles",
    "redshift:DescribeClusters",
    "redshift:DescribeClusterSnapshots",
    "servicequotas:GetServiceQuota",
)
"""Calls that list: IAM does not narrow them, or the commands look for what they do not know yet."""


class People(Construct):
    """The policies ``reader`` and ``operator``; approvers have one of their own (`infra.approvals`).

    Args:
        scope: Where they belong.
        name: Their name there.
        resources: The stack's.
        missed: ARN of the queue of missed starts.
    """

    def __init__(self, scope: Construct, name: str, *, resources: Resources, missed: str) -> None:
        super().__init__(scope, name)
        reading = self._reading(resources, missed)
        machines = [arn(self, "states", "stateMachine", each) for each in resources.state_machines]
        starting = _allow("StartRuns", ["states:StartExecution"], machines)
        executions = [arn(self, "states", "execution", f"{each}:*") for each in resources.state_machines]
        stopping = _allow("StopRuns", ["states:StopExecution"], executions)
        self.reader = self._policy("Reader", "May read clusters, runs, ledger and reports.", reading)
        self.operator = self._policy(
            "Operator",
            "May read, and start, stop and repeat runs of the policy.",
            [*reading, starting, stopping],
        )

    def _policy(
        self, name: str, description: str, statements: Sequence[iam.PolicyStatement]
    ) -> iam.ManagedPolicy:
        policy = iam.ManagedPolicy(self, name, description=description, statements=list(statements))
        wildcards = (each for statement in statements for each in statement.resources if "*" in each)
        acknowledge_wildcards(policy, wildcards, "Runs, keys and schedules are not known at synth.")
        return policy

    def _reading(self, resources: Resources, missed: str) -> list[iam.PolicyStatement]:
        stack = Stack.of(self)
        machines = [arn(self, "states", "stateMachine", each) for each in resources.state_machines]
        executions = [
            arn(self, "states", "execution", f"{each}:*")
            for machine in resources.state_machines
            for each in (machine, f"{machine}/{CHILDREN}")
        ]
        children = [f"{machine}/{CHILDREN}" for machine in machines]
        schedules = stack.format_arn(service="scheduler", resource="schedule", resource_name="*")
        functions = arn(self, "lambda", "function", "*")
        keys = f"arn:{stack.partition}:kms:{stack.region}:*:key/*"
        return [
            _allow("List", list(WITHOUT_RESOURCES), ["*"]),
            _allow(
                "Machines", ["states:DescribeStateMachine", "states:ListExecutions"], [*machines, *children]
            ),
            _allow("Executions", ["states:DescribeExecution"], executions),
            _allow("Documents", ["s3:GetObject"], [f"{resources.runs}/runs/*"]),
            _allow("DocumentsList", ["s3:ListBucket"], [resources.runs]),
            _records(
                "Ledger", ["dynamodb:BatchGetItem", "dynamodb:Query"], resources.ledger, CLUSTER_RECORDS
            ),
            _records("Locks", ["dynamodb:Query"], f"{resources.ledger}/index/{LOCKS_INDEX}", (LOCK,)),
            _allow("Stack", ["cloudformation:ListStackResources"], [stack.stack_id]),
            _allow("Schedules", ["scheduler:GetSchedule"], [schedules]),
            _allow("Versions", ["lambda:ListVersionsByFunction"], [functions]),
            _allow("Missed", ["sqs:GetQueueAttributes"], [missed]),
            _allow("Subscriptions", ["sns:ListSubscriptionsByTopic"], [resources.notices]),
            _allow("Keys", ["kms:DescribeKey"], [keys]),
        ]


def _allow(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)


def _records(sid: str, actions: list[str], table: str, keys: tuple[str, ...]) -> iam.PolicyStatement:
    """Requests for approvals are not among what is read: their records hold the tokens of waiting tasks."""
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}
    return iam.PolicyStatement(sid=sid, actions=actions, resources=[table], conditions=condition)
