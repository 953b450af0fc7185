"""How long a page of 100 clusters takes to answer in a fleet of 1,000: `python bench/describe_clusters.py`.

Measured over HTTP with boto3, the client's parsing of the answer included.
"""
# ruff: noqa: INP001 a script, not part of a package

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.clock import Clock
from local.redshift import backend_of, install
from local.redshift.creation import build_cluster
from local.redshift.roles import IN_SYNC
from local.serving import HttpServer
from local.world import World

CLUSTERS, PAGE, WALKS = 1000, 100, 5


def main() -> None:
    """Print the median, the slowest and the fastest page."""
    server = HttpServer(0)
    server.application = DomainDispatcherApplication(create_backend_app)
    server.start()
    clock = Clock(datetime(2026, 3, 7, 20, 50, tzinfo=UTC))
    world = World(clock, "123456789012", "eu-central-1", f"http://localhost:{server.port}")
    install(world)
    fill(world)
    pages = [seconds for _ in range(WALKS) for seconds in walk(client_of(world))]
    milliseconds = [round(1000 * seconds, 1) for seconds in pages]
    median, slowest, fastest = statistics.median(milliseconds), max(milliseconds), min(milliseconds)
    print(f"{len(pages)} pages of {PAGE}: median {median} ms, slowest {slowest} ms, fastest {fastest} ms")  # noqa: T201 what a bench is for
    server.close()
    clock.close()


def fill(world: World) -> None:
    """Put 1,000 clusters with tags and roles into the world."""
    backend = backend_of(world)
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
        backend.fleet[cluster.identifier] = cluster


def client_of(world: World) -> Any:
    """A boto3 client for the world."""
    return boto3.client(
        "redshift",
        endpoint_url=world.endpoint,
        region_name=world.region,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",  # noqa: S106 no secret
    )


def walk(redshift: Any) -> list[float]:
    """Seconds that each page took on a walk over the whole fleet."""
    seconds, marker = [], None
    while True:
        more: dict[str, Any] = {"Marker": marker} if marker else {}
        started = time.perf_counter()
        answer = redshift.describe_clusters(MaxRecords=PAGE, **more)
        seconds.append(time.perf_counter() - started)
        marker = answer.get("Marker")
        if not marker:
            return seconds


if __name__ == "__main__":
    main()
