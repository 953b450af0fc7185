"""A deployed environment, found through its CloudFormation stack."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3

from cli.aws import Account, open_account
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.options import Target
from cli.text import clean
from steward.adapters.documents import Documents
from steward.adapters.ledger.decisions import DecisionHistory
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.locks import LocksIndex
from steward.adapters.ledger.operations import OperationHistory, Operations
from steward.domain.workflows import WORKFLOWS

PREFIX = "RedshiftSteward-"

MACHINES = {name: workflow.machine_output for name, workflow in WORKFLOWS.items()}
"""The stack output with the ARN of each workflow's state machine."""

REQUIRED_OUTPUTS = {"RunsBucket", "LedgerTable"}
"""Outputs that every stack with the steward's constructs has."""


@dataclass(frozen=True)
class DeployedStack(Account):
    """The steward as deployed: its stack's outputs, and the adapters that read its bucket and ledger."""

    outputs: dict[str, str] = field(default_factory=dict)
    stack: str = ""

    @property
    def environment(self) -> str:
        """The environment's name in the policy; the stack's whole name if it lacks the usual prefix."""
        return self.stack.removeprefix(PREFIX)

    @property
    def machines(self) -> dict[str, str]:
        return {name: self.outputs[output] for name, output in MACHINES.items() if output in self.outputs}

    def machine_arn(self, workflow: str) -> str:
        """The state machine's ARN.

        Raises:
            CliError: The workflow is not deployed.
        """
        if workflow not in self.machines:
            section = WORKFLOWS[workflow].key
            raise CliError(
                f"{workflow} is not deployed in {self.stack}: add a section {section} to fleet.yaml",
                ExitCode.NOT_FOUND,
            )
        return self.machines[workflow]

    def settings(self, workflow: str) -> dict[str, Any]:
        """The policy's section as deployed: the state machine's comment shows it; empty when it has none."""
        if workflow not in self.machines:
            return {}
        answer = self.client("stepfunctions").describe_state_machine(stateMachineArn=self.machines[workflow])
        return dict(json.loads(json.loads(answer["definition"]).get("Comment") or "{}"))

    @property
    def documents(self) -> Documents:
        return Documents(self.client("s3"), self.outputs["RunsBucket"])

    @cached_property
    def ledger(self) -> Any:
        return self.dynamodb.Table(self.outputs["LedgerTable"])

    @property
    def operations(self) -> Operations:
        return Operations(self.dynamodb, self.ledger)

    @property
    def operation_history(self) -> OperationHistory:
        return OperationHistory(self.ledger)

    @property
    def decision_history(self) -> DecisionHistory:
        return DecisionHistory(self.ledger)

    @property
    def locks(self) -> LocksIndex:
        return LocksIndex(self.ledger)

    @property
    def last_rotations(self) -> LastRotations:
        return LastRotations(self.dynamodb, self.ledger)

    @cached_property
    def dynamodb(self) -> Any:
        """The DynamoDB resource; unlike a client it converts values to Python types."""
        return self.session.resource("dynamodb", endpoint_url=self.endpoint)


def connect(target: Target) -> DeployedStack:
    """The one stack that the command's options select.

    Raises:
        CliError: There is no such stack, or there are several and no ``--environment``.
    """
    account = open_account(target)
    found = {_member(stack, "StackName"): stack for stack in _steward_stacks(account)}
    name = _choose_stack(list(found), target.environment, account.region)
    return _to_stack(account, found[name])


def load_stack(session: boto3.Session, stack: str, endpoint: str | None = None) -> DeployedStack:
    """The stack named ``stack``, which must exist."""
    account = Account(session, endpoint)
    return _to_stack(account, account.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0])


def _to_stack(account: Account, stack: dict[str, Any]) -> DeployedStack:
    outputs, name = _outputs(stack), _member(stack, "StackName")
    if not outputs.keys() >= REQUIRED_OUTPUTS:
        status = clean(_member(stack, "StackStatus"))
        raise CliError(
            f"{name} is {status} and has no outputs yet; finish its deployment", ExitCode.NOT_FOUND
        )
    return DeployedStack(account.session, account.endpoint, account.clock, account.clients, outputs, name)


def _steward_stacks(account: Account) -> Iterator[dict[str, Any]]:
    """Stacks with the steward's name prefix, and others that contain its constructs."""
    for page in account.client("cloudformation").get_paginator("describe_stacks").paginate():
        for each in page["Stacks"]:
            if _member(each, "StackName").startswith(PREFIX) or _outputs(each).keys() >= REQUIRED_OUTPUTS:
                yield each


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    outputs = stack.get("Outputs") or []
    return {_member(each, "OutputKey"): _member(each, "OutputValue") for each in outputs}


def _member(answer: dict[str, Any], name: str) -> str:
    """A member that CloudFormation's model does not promise and every stack of AWS has."""
    if answer.get(name) is None:
        raise CliError(f"DescribeStacks answered a stack without {name}; check the endpoint", ExitCode.AWS)
    return str(answer[name])


def _choose_stack(names: list[str], environment: str | None, region: str) -> str:
    found = ", ".join(sorted(name.removeprefix(PREFIX) for name in names))
    for name in (f"{PREFIX}{environment}", environment):
        if environment and name in names:
            return str(name)
    if environment:
        others = f"; environments there: {found}" if found else ""
        raise CliError(f"No stack {PREFIX}{environment} in {region}{others}", ExitCode.NOT_FOUND)
    if not names:
        raise CliError(
            f"Redshift Steward is not deployed in {region}: no stack {PREFIX}<environment>; "
            f"run `make deploy`, or pass another --region or --profile",
            ExitCode.NOT_FOUND,
        )
    if len(names) > 1:
        raise CliError(
            f"{region} has several environments ({found}); pass --environment",
            ExitCode.USAGE,
        )
    return names[0]
