"""The workflows as constructs for any stack.

    from redshift_steward.constructs import RotateKeysWorkflow

    RotateKeysWorkflow(stack, "RotateKeysWorkflow", policy="fleet.yaml")

Each construct reads its section of the policy; those of one stack share the ledger, the runs bucket, the
notices topic and the functions Abandon and Report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Stack
from constructs import Construct

from infra import monitoring
from infra.bundling import code
from infra.shared_resources import SharedResources
from infra.workflows import deprovision, rotate_keys, sync_roles
from policy import Policy, load

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import aws_stepfunctions as sfn

SHARED = "RedshiftSteward"
"""The construct, beneath the stack, with what its workflows share."""


class Steward(Construct):
    """What the workflows of a stack share; the first of them makes it.

    Attributes:
        shared: Storage, notices, schedules and shared functions.
    """

    def __init__(self, scope: Construct, construct_id: str, *, policy: Policy) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        settings = policy.settings(stack.account, stack.region)
        self._policy = policy
        self.shared = SharedResources(self, "Core", code=code(settings), email=policy.notifications.email)

    @classmethod
    def of(cls, scope: Construct, policy: Policy) -> Steward:
        """The one of the stack that ``scope`` is in.

        Raises:
            ValueError: It has another policy.
        """
        stack = Stack.of(scope)
        found = stack.node.try_find_child(SHARED)
        steward = found if isinstance(found, cls) else cls(stack, SHARED, policy=policy)
        if steward._policy != policy:  # noqa: SLF001 - of this class
            raise ValueError("the constructs of one stack share one policy: give each the same file")
        return steward


class _Workflow(Construct):
    """A workflow of the policy.

    Attributes:
        machine: Its state machine.

    Raises:
        PolicyError: The policy file is wrong; one sentence for each thing.
        ValueError: The policy has no section for this workflow.
    """

    section: str
    construct: Any

    def __init__(self, scope: Construct, construct_id: str, *, policy: Policy | Path | str) -> None:
        super().__init__(scope, construct_id)
        read = policy if isinstance(policy, Policy) else load(policy)
        section = getattr(read, self.section)
        if section is None:
            raise ValueError(f"the policy has no section {self.section}; {type(self).__name__} needs it")
        shared = Steward.of(self, read).shared
        self.machine: sfn.StateMachine = type(self).construct(self, "Workflow", shared, section).machine


class RotateKeysWorkflow(_Workflow):
    """rotate-keys: encryption keys are rotated on schedule (policy section ``rotate_keys``)."""

    section, construct = "rotate_keys", rotate_keys.RotateKeysWorkflow


class SyncRolesWorkflow(_Workflow):
    """sync-roles: IAM roles are kept at the declared state (policy section ``sync_roles``)."""

    section, construct = "sync_roles", sync_roles.SyncRolesWorkflow


class DeprovisionWorkflow(_Workflow):
    """deprovision: clusters are retired, none without a verified snapshot (section ``deprovision``)."""

    section, construct = "deprovision", deprovision.DeprovisionWorkflow


class Monitoring(Construct):
    """Watch, alarms and a dashboard for the workflows that the stack has by then: make it after them.

    Raises:
        PolicyError: The policy file is wrong; one sentence for each thing.
    """

    def __init__(self, scope: Construct, construct_id: str, *, policy: Policy | Path | str) -> None:
        super().__init__(scope, construct_id)
        read = policy if isinstance(policy, Policy) else load(policy)
        runbook = read.notifications.runbook or ""
        monitoring.Monitoring(self, "Observation", Steward.of(self, read).shared, runbook=runbook)
