"""The deployed stack and the AWS APIs around it, as the command line sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.documents import Documents
from steward.adapters.ledger import Operations

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True)
class Deployed:
    """A deployed environment: names of its resources, and clients that reach it."""

    session: boto3.Session
    endpoint: str | None
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        """A client for ``service`` in the environment's Region."""
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]  # the name is a variable

    @property
    def machine(self) -> str:
        """ARN of the state machine rotate-keys."""
        return self.outputs["RotateKeysMachine"]

    @property
    def documents(self) -> Documents:
        """The runs' documents."""
        return Documents(self.client("s3"), self.outputs["RunsBucket"])

    @property
    def ledger(self) -> Any:
        """The ledger table."""
        return self._dynamodb.Table(self.outputs["LedgerTable"])

    @property
    def operations(self) -> Operations:
        """The ledger's operation records."""
        return Operations(self._dynamodb, self.ledger)

    @property
    def _dynamodb(self) -> Any:
        return self.session.resource("dynamodb", endpoint_url=self.endpoint)


def deployed(session: boto3.Session, stack: str, endpoint: str | None = None) -> Deployed:
    """The environment whose CloudFormation stack is named ``stack``."""
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return Deployed(session, endpoint, {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])})
