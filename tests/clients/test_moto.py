"""The calls that we did not change answer as plain moto answers, which runs beside local AWS to compare."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.conftest import Site

PLAIN_MOTO = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
CHANCE = re.compile(
    r"(subnet|vpc|igw|acl)-[0-9a-f]{8,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d \d[\d:.+]+"
)
"""Identifiers that are drawn, and moments."""

LEFT_OUT = (
    *("ResponseMetadata", "Type", "DbPassword", "Expiration"),
    *("LastSuccessfulDeliveryTime", "LastFailureTime", "LastFailureMessage"),
)
"""What differs on purpose or by chance; moto dates deliveries of audit logs that nobody made."""

NAMED = {"ClusterIdentifier": "dwh"}
GROUP = {"ParameterGroupName": "mine"}
CLUSTER = {"NodeType": "ra3.xlplus", "MasterUsername": "admin", "MasterUserPassword": "Secret123"}
CALLS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "parameter groups": [
        (
            "create_cluster_parameter_group",
            {**GROUP, "ParameterGroupFamily": "redshift-1.0", "Description": "d"},
        ),
        ("describe_cluster_parameter_groups", {}),
        ("describe_cluster_parameter_groups", GROUP),
        ("delete_cluster_parameter_group", GROUP),
        ("delete_cluster_parameter_group", GROUP),
        ("describe_cluster_parameter_groups", GROUP),
    ],
    "snapshot copy grants": [
        ("create_snapshot_copy_grant", {"SnapshotCopyGrantName": "g", "KmsKeyId": "alias/k"}),
        ("create_snapshot_copy_grant", {"SnapshotCopyGrantName": "g", "KmsKeyId": "alias/k"}),
        ("describe_snapshot_copy_grants", {}),
        ("describe_snapshot_copy_grants", {"SnapshotCopyGrantName": "g"}),
        ("delete_snapshot_copy_grant", {"SnapshotCopyGrantName": "g"}),
        ("delete_snapshot_copy_grant", {"SnapshotCopyGrantName": "g"}),
        ("describe_snapshot_copy_grants", {"SnapshotCopyGrantName": "g"}),
    ],
    "logging": [
        ("enable_logging", {**NAMED, "BucketName": "audit", "S3KeyPrefix": "redshift/"}),
        ("describe_logging_status", NAMED),
        ("disable_logging", NAMED),
        ("describe_logging_status", NAMED),
        ("describe_logging_status", {"ClusterIdentifier": "nobody"}),
    ],
    "credentials": [
        ("get_cluster_credentials", {**NAMED, "DbUser": "ann"}),
        ("get_cluster_credentials", {**NAMED, "DbUser": "ann", "AutoCreate": True}),
        ("get_cluster_credentials", {**NAMED, "DbUser": "ann", "DurationSeconds": 1}),
        ("get_cluster_credentials", {"ClusterIdentifier": "nobody", "DbUser": "ann"}),
    ],
}


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """Where plain moto answers, in a process of its own, with one cluster."""
    command = [sys.executable, "-c", PLAIN_MOTO]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = f"http://localhost:{process.stdout.readline().strip()}"
        client(endpoint).create_cluster(**NAMED, **CLUSTER)
        yield endpoint
        process.communicate("")


def client(endpoint: str, service: str = "redshift") -> Any:
    return boto3.client(service, endpoint_url=endpoint, region_name="eu-central-1")  # type: ignore[call-overload] # any service


def answer(endpoint: str, call: str, parameters: dict[str, Any]) -> Any:
    """What a call answers, or the code and message with which it is refused, without what chance makes."""
    try:
        found = getattr(client(endpoint), call)(**parameters)
    except ClientError as error:
        found = error.response["Error"]
    for name in LEFT_OUT:
        found.pop(name, None)
    return CHANCE.sub("DRAWN", repr(found))


def answers(endpoint: str, subject: str) -> list[Any]:
    """What the calls about a subject answer, one after the other."""
    return [answer(endpoint, call, parameters) for call, parameters in CALLS[subject]]


@pytest.mark.parametrize("subject", CALLS)
def test_an_unchanged_call_answers_as_plain_moto_does(site: Site, plain: str, subject: str) -> None:
    site.seed("clusters: [{identifier: dwh}]")

    assert answers(site.aws.endpoint, subject) == answers(plain, subject)


def test_a_cluster_without_audit_logging_says_only_that(site: Site) -> None:
    site.seed("clusters: [{identifier: dwh}]")

    assert answer(site.aws.endpoint, "describe_logging_status", NAMED) == "{'LoggingEnabled': False}"
