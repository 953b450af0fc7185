"""Response time of DescribeClusters, 100 of 1,000 clusters a page: `python -m bench.describe_clusters`.

Measured over HTTP, client and server in one process: once as the bytes of the answer arrive, and once with
boto3, whose parsing of the answer takes longer than the answer itself.
"""

from __future__ import annotations

import re
import statistics
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.clock import Clock
from local.context import Context
from local.http_server import HttpServer
from local.redshift import backend_of, install
from local.redshift.calls.create_cluster import build_cluster
from local.redshift.state.roles import IN_SYNC

if TYPE_CHECKING:
    from collections.abc import Callable

CLUSTERS, PAGE, WALKS = 1000, 100, 5


def main() -> None:
    """Print median, slowest and fastest page, over plain HTTP and through boto3."""
    server = HttpServer(0)
    server.application = DomainDispatcherApplication(create_backend_app)
    server.start()
    clock = Clock(datetime(2026, 3, 7, 20, 50, tzinfo=UTC))
    context = Context(clock, "123456789012", "eu-central-1", f"http://localhost:{server.port}")
    install(context)
    fill(context)
    redshift, connection = client_of(context), HTTPConnection("localhost", server.port)
    report(
        "answered",
        [seconds for _ in range(WALKS) for seconds in walk(lambda marker: ask(connection, marker))],
    )
    report(
        "boto3",
        [seconds for _ in range(WALKS) for seconds in walk(lambda marker: describe(redshift, marker))],
    )
    server.close()
    clock.close()


def report(what: str, pages: list[float]) -> None:
    """Print one line; ``pages`` in seconds."""
    milliseconds = [1000 * seconds for seconds in pages]
    figures = f"median {statistics.median(milliseconds):.1f} ms, slowest {max(milliseconds):.1f} ms"
    print(f"{what:10} {len(pages)} pages of {PAGE}: {figures}, fastest {min(milliseconds):.1f} ms")  # noqa: T201 the benchmark's output


def fill(context: Context) -> None:
    """Put 1,000 clusters with tags and roles into local AWS."""
    backend = backend_of(context)
    for number in range(CLUSTERS):
        parameters = {
            "ClusterIdentifier": f"fleet-{number:04d}",
            "NodeType": "ra3.xlplus",
            "NumberOfNodes": 2,
            "MasterUsername": "admin",
        }
        cluster = build_cluster(backend, parameters, backend.now())
        cluster.tags = [{"Key": "team", "Value": "bench"}, {"Key": "environment", "Value": "prod"}]
        cluster.roles.associate(
            [f"arn:aws:iam::123456789012:role/role-{index}" for index in range(3)], IN_SYNC
        )
        backend.clusters_by_id[cluster.identifier] = cluster


def client_of(context: Context) -> Any:
    """A boto3 client for local AWS."""
    return boto3.client(
        "redshift",
        endpoint_url=context.endpoint,
        region_name=context.region,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",  # noqa: S106 no secret
    )


def describe(redshift: Any, marker: str | None) -> str | None:
    """Request one page through boto3; the marker of the next one."""
    more: dict[str, Any] = {"Marker": marker} if marker else {}
    return redshift.describe_clusters(MaxRecords=PAGE, **more).get("Marker")  # type: ignore[no-any-return] # untyped client


def ask(connection: HTTPConnection, marker: str | None) -> str | None:
    """Request one page over plain HTTP; the marker of the next one."""
    query = {"Action": "DescribeClusters", "Version": "2012-12-01", "MaxRecords": str(PAGE)}
    body = urlencode(query | ({"Marker": marker} if marker else {}))
    scope = "Credential=bench/20260307/eu-central-1/redshift/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", "/", body, headers)
    found = re.search(r"<Marker>(.*?)</Marker>", connection.getresponse().read().decode())
    return found[1] if found else None


def walk(request_page: Callable[[str | None], str | None]) -> list[float]:
    """Seconds of each page while listing the whole fleet."""
    seconds, marker = [], None
    while True:
        started = time.perf_counter()
        marker = request_page(marker)
        seconds.append(time.perf_counter() - started)
        if not marker:
            return seconds


if __name__ == "__main__":
    main()
