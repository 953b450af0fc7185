"""A local AWS for one test: a jumping clock, a free port, real boto3 clients."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from local.clock import Clock
from local.http_server import PortInUseError
from local.server import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
REGION = "eu-central-1"
ACCOUNT = "123456789012"


class TestAws(LocalAws):
    """A local AWS with its clock and clients at hand.

    All of a test run's listen on one port, if it stays free: making boto3 clients for a new endpoint takes
    longer than most tests.
    """

    __test__ = False  # no test class, in spite of its name
    last_port = 0

    def __init__(self, start: datetime = START) -> None:
        self.clock = Clock(start)
        super().__init__(self.clock, TestAws.last_port, seed=1)

    def start(self) -> None:
        """As `LocalAws.start`, on any port when the last one is taken."""
        try:
            super().start()
        except PortInUseError:
            self._port = 0
            super().start()
        TestAws.last_port = int(self.endpoint.rpartition(":")[2])

    def client(self, service: str) -> Any:
        """A boto3 client that does not retry."""
        return _client(self.endpoint, service)


@functools.cache
def _client(endpoint: str, service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload] # any service
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


@contextmanager
def local_aws(start: datetime = START) -> Iterator[TestAws]:
    """A local AWS that ends with the block, its clock with it."""
    aws = TestAws(start)
    try:
        with aws:
            yield aws
    finally:
        aws.clock.close()


def trust_policy(*services: str) -> str:
    """The document of a role that services may assume, and everybody of the account."""
    principal: dict[str, Any] = {"Service": list(services), "AWS": ACCOUNT}
    return _policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def create_role(iam: Any, name: str, *services: str) -> str:
    """A role that services may assume and that may do everything; its ARN."""
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy(*services))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=EVERYTHING)
    return str(role["Arn"])


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


EVERYTHING = _policy({"Effect": "Allow", "Action": "*", "Resource": "*"})


def zipped(**modules: str) -> bytes:
    """A deployment archive of Python modules: name=source."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name, source in modules.items():
            opened.writestr(f"{name}.py", source)
    return archive.getvalue()
