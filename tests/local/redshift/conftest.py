"""A Redshift on a jumping clock behind a real port, and a boto3 client for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.clock import Clock
from local.context import Context
from local.http_server import HttpServer
from local.redshift import RedshiftBackend, backend_of, install
from local.redshift.behavior.knobs import Knobs
from tests.support.local_aws import EVERYTHING, trust_policy
from tests.support.shapes import check_every_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.redshift.state.cluster import Cluster

START = datetime(2026, 3, 7, 20, 50, tzinfo=UTC)
ACCOUNT, REGION = "123456789012", "eu-central-1"
PROMPT = {
    "describe_lag": "0 seconds",
    "post_op_busy_tail": "0 seconds",
    "role_check": "none",
    "maintenance": "quiet",
}
"""Knobs of a cluster that shows what it does at once, for the rules that are not about waiting."""


@dataclass
class RedshiftEnv:
    """What a test works with: the client as users have it, and the context behind it."""

    redshift: Any
    context: Context

    @property
    def backend(self) -> RedshiftBackend:
        return backend_of(self.context)

    def client_in(self, region: str) -> Any:
        return connect(self.context.endpoint, region)

    def advance(self, seconds: float) -> None:
        self.context.clock.advance(seconds)

    def create(self, identifier: str = "dwh", **parameters: Any) -> Cluster:
        """A ready cluster whose knobs are `PROMPT` and, under ``knobs``, the given ones."""
        self.backend.knobs_of_new = Knobs(**(PROMPT | parameters.pop("knobs", {})))
        given = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
        asked = {name: value for name, value in (given | parameters).items() if value is not None}
        self.redshift.create_cluster(ClusterIdentifier=identifier, **asked)
        self.advance(301)
        return self.backend.cluster(identifier)

    def create_role(self, name: str, *services: str) -> None:
        """A role that services may assume and that may do everything."""
        iam = iam_backends[ACCOUNT]["aws"]
        role = iam.create_role(name, trust_policy(*services), "/", None, "", [], None)
        role.put_policy("everything", EVERYTHING)

    def describe(self, identifier: str = "dwh") -> dict[str, Any]:
        return dict(self.redshift.describe_clusters(ClusterIdentifier=identifier)["Clusters"][0])

    def status(self, identifier: str = "dwh") -> str:
        return str(self.describe(identifier)["ClusterStatus"])

    def error(self, call: str, **parameters: Any) -> tuple[str, str]:
        """Code and message with which a call is refused."""
        with pytest.raises(self.redshift.exceptions.ClientError) as caught:
            getattr(self.redshift, call)(**parameters)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]


@cache
def connect(endpoint: str, region: str) -> Any:
    """A boto3 client that does not retry and whose every answer is checked against the model."""
    client = boto3.client(
        "redshift",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    check_every_answer(client, "redshift")
    return client


@pytest.fixture(scope="session")
def server() -> Iterator[HttpServer]:
    server = HttpServer(0)
    server.application = DomainDispatcherApplication(create_backend_app)
    server.start()
    yield server
    server.close()


@pytest.fixture
def env(server: HttpServer) -> Iterator[RedshiftEnv]:
    kms_backends.clear()
    iam_backends.clear()
    clock = Clock(START)
    context = Context(clock, ACCOUNT, REGION, f"http://localhost:{server.port}", seed=7)
    install(context)
    yield RedshiftEnv(connect(context.endpoint, REGION), context)
    clock.close()
