"""One environment of the policy: an account and Region with all that the steward needs there."""

from aws_cdk import Environment, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.monitoring import Monitoring
from infra.shared_resources import SharedResources
from infra.workflows.deprovision import DeprovisionWorkflow
from infra.workflows.rotate_keys import RotateKeysWorkflow
from infra.workflows.sync_roles import SyncRolesWorkflow
from policy import Policy, PolicyEnvironment

DOES = "Redshift Steward: rotates keys, syncs IAM roles and retires clusters of a fleet of Redshift clusters."


class StewardStack(Stack):
    def __init__(
        self, scope: Construct, policy: Policy, environment: PolicyEnvironment, *, code: lambda_.Code
    ) -> None:
        super().__init__(
            scope,
            environment.stack_name,
            env=Environment(account=environment.account, region=environment.region),
            description=DOES,
        )
        shared = SharedResources(self, "Core", code=code, email=policy.notifications.email)
        RotateKeysWorkflow(self, "RotateKeys", shared, policy.rotate_keys)
        if policy.sync_roles is not None:
            SyncRolesWorkflow(self, "SyncRoles", shared, policy.sync_roles)
        if policy.deprovision is not None:
            DeprovisionWorkflow(self, "Deprovision", shared, policy.deprovision)
        Monitoring(self, "Observation", shared, runbook=policy.notifications.runbook or "")
