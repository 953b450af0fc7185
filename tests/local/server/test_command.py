"""``python -m local`` serves until it is told to stop."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

PROJECT = Path(__file__).parents[3]


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "local", *arguments]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_when_it_is_ready_serves_its_fleet_and_ends_cleanly(
    number: signal.Signals, tmp_path: Path
) -> None:
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text("clusters: [{identifier: dwh}]")
    with start("--port", "0", "--speed", "600", "--fleet", str(fleet)) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        endpoint = line.removeprefix("local AWS ready: ")
        client = boto3.client(
            "redshift",
            endpoint_url=endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        clusters = client.describe_clusters()["Clusters"]
        process.send_signal(number)
        said = process.communicate(timeout=30)

    assert line.startswith("local AWS ready: http://localhost:")
    assert [cluster["ClusterIdentifier"] for cluster in clusters] == ["dwh"]
    assert said == ("", "")
    assert process.returncode == 0


def test_a_busy_port_ends_it_with_one_sentence_and_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with start("--port", str(port)) as process:
            out, error = process.communicate(timeout=60)

    assert process.returncode == 1
    assert out == ""
    assert error.startswith(f"port {port} is in use: choose another one")
    assert error.count("\n") == 1
