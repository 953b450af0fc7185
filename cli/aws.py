"""The deployed stack and the AWS APIs around it, as the command line sees them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.text import clean
from steward.adapters.documents import Documents
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.operations import Operations
from steward.domain.workflows import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3

    from cli.options import Target

PREFIX = "RedshiftSteward-"
"""Begins the name of every environment's stack."""

MACHINES = {name: "".join(part.title() for part in name.split("-")) + "Machine" for name in WORKFLOWS}
"""The stack's output that holds each workflow's state machine."""

STORAGE = {"RunsBucket", "LedgerTable"}
"""The stack's outputs that every workflow needs."""


class AwsClock:
    """What time it is where the clusters are, from the last answer: a laptop's clock may be wrong.

    Local AWS says its own time, which runs faster, in a header of its own (`local.http_server.TIME_HEADER`).
    """

    def __init__(self) -> None:
        self._last: datetime | None = None

    def hear(self, http_response: Any, **_: Any) -> None:
        """Botocore's event ``after-call``: take the time from an answer."""
        headers = http_response.headers
        date = headers.get("X-Local-Aws-Time") or headers.get("Date", "")
        if date:
            self._last = parsedate_to_datetime(date).astimezone(UTC)

    def now(self) -> datetime:
        """The moment of the last answer; before there is one, this machine's own."""
        return self._last or datetime.now(UTC)


@dataclass(frozen=True)
class Account:
    """Clients for one account and Region, whether or not the steward is deployed there."""

    session: boto3.Session
    endpoint: str | None = None
    clock: AwsClock = field(default_factory=AwsClock)
    clients: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Listen to the time."""
        self.session.events.register("after-call", self.clock.hear)

    @property
    def region(self) -> str:
        """The Region; empty when none is configured."""
        return str(self.session.region_name or "")

    def client(self, service: str) -> Any:
        """The client for ``service``, made once."""
        if service not in self.clients:
            from botocore.config import Config  # noqa: PLC0415  # boto3 is loaded by whoever made the session

            config = Config(
                retries={"mode": "standard", "total_max_attempts": 4},
                connect_timeout=5,
                read_timeout=20,
                max_pool_connections=32,
            )
            self.clients[service] = self.session.client(  # type: ignore[call-overload]  # the name is a variable
                service, endpoint_url=self.endpoint, config=config
            )
        return self.clients[service]

    def now(self) -> datetime:
        """The moment of AWS's last answer."""
        return self.clock.now()


@dataclass(frozen=True)
class Deployed(Account):
    """A deployed environment: names of its resources, and clients that reach it."""

    outputs: dict[str, str] = field(default_factory=dict)
    stack: str = ""

    @property
    def environment(self) -> str:
        """The environment's name in the policy; the stack's own name if it has another one."""
        return self.stack.removeprefix(PREFIX)

    @property
    def machine(self) -> str:
        """ARN of the state machine rotate-keys."""
        return self.outputs["RotateKeysMachine"]

    @property
    def machines(self) -> dict[str, str]:
        """ARN of each deployed workflow's state machine."""
        return {name: self.outputs[output] for name, output in MACHINES.items() if output in self.outputs}

    def machine_of(self, workflow: str) -> str:
        """ARN of the workflow's state machine.

        Raises:
            Trouble: The workflow is not deployed.
        """
        if workflow not in self.machines:
            section = workflow.replace("-", "_")
            raise Trouble(
                f"{workflow} is not deployed in {self.stack}: fleet.yaml needs a section {section}",
                Exit.NOT_FOUND,
            )
        return self.machines[workflow]

    def settings(self, workflow: str) -> dict[str, Any]:
        """The policy's section as it is deployed: the state machine carries it; empty when it does not."""
        if workflow not in self.machines:
            return {}
        answer = self.client("stepfunctions").describe_state_machine(stateMachineArn=self.machines[workflow])
        states = json.loads(answer["definition"])["States"]
        return dict(states.get("Remember", {}).get("Assign", {}).get("settings", {}))

    @property
    def documents(self) -> Documents:
        """The runs' documents."""
        return Documents(self.client("s3"), self.outputs["RunsBucket"])

    @cached_property
    def ledger(self) -> Any:
        """The ledger table."""
        return self.dynamodb.Table(self.outputs["LedgerTable"])

    @property
    def operations(self) -> Operations:
        """The ledger's operation records."""
        return Operations(self.dynamodb, self.ledger)

    @property
    def last_rotations(self) -> LastRotations:
        """The ledger's last rotations."""
        return LastRotations(self.dynamodb, self.ledger)

    @cached_property
    def dynamodb(self) -> Any:
        """DynamoDB as a resource, which reads values as Python has them."""
        return self.session.resource("dynamodb", endpoint_url=self.endpoint)


def account(target: Target) -> Account:
    """The account and Region that a command is about.

    Raises:
        botocore.exceptions.ProfileNotFound: There is no such profile.
    """
    import boto3  # noqa: PLC0415  # a fifth of a second that `steward --help` does not need

    return Account(boto3.Session(profile_name=target.profile, region_name=target.region))


def connect(target: Target) -> Deployed:
    """The environment that a command is about, found through CloudFormation.

    Raises:
        Trouble: There is no stack, or there are several and none was named.
    """
    reached = account(target)
    found = {stack["StackName"]: stack for stack in _stacks(reached)}
    name = _chosen(list(found), target.environment, reached)
    return _deployed(reached, found[name])


def deployed(session: boto3.Session, stack: str, endpoint: str | None = None) -> Deployed:
    """The environment whose CloudFormation stack is named ``stack``."""
    reached = Account(session, endpoint)
    return _deployed(reached, reached.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0])


def _deployed(reached: Account, stack: dict[str, Any]) -> Deployed:
    outputs, name = _outputs(stack), stack["StackName"]
    if not outputs.keys() >= STORAGE:
        status = clean(stack["StackStatus"])
        raise Trouble(f"{name} is {status} and has no outputs yet; deploy it to its end", Exit.NOT_FOUND)
    return Deployed(reached.session, reached.endpoint, reached.clock, reached.clients, outputs, name)


def _stacks(reached: Account) -> Iterator[dict[str, Any]]:
    """The stacks that are the steward's by name, and those of others that hold its constructs."""
    for page in reached.client("cloudformation").get_paginator("describe_stacks").paginate():
        for each in page["Stacks"]:
            if each["StackName"].startswith(PREFIX) or _outputs(each).keys() >= STORAGE:
                yield each


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs") or []}


def _chosen(names: list[str], environment: str | None, reached: Account) -> str:
    """The one stack that is meant, by its name."""
    there = ", ".join(sorted(name.removeprefix(PREFIX) for name in names))
    for meant in (f"{PREFIX}{environment}", environment):
        if environment and meant in names:
            return str(meant)
    if environment:
        others = f"; there is {there}" if there else ""
        raise Trouble(f"there is no stack {PREFIX}{environment} in {reached.region}{others}", Exit.NOT_FOUND)
    if not names:
        raise Trouble(
            f"Redshift Steward is not deployed in {reached.region}: there is no stack {PREFIX}<environment>; "
            f"deploy it with `make deploy`, or name another --region or --profile",
            Exit.NOT_FOUND,
        )
    if len(names) > 1:
        raise Trouble(
            f"there are several environments in {reached.region} ({there}); say which with --environment",
            Exit.USAGE,
        )
    return names[0]
