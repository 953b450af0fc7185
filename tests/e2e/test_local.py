"""`make local` as a DBA uses it: the AWS CLI against the deployed steward."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:RedshiftSteward-production-rotate-keys"


class Local:
    """A running `steward local`, and the AWS CLI pointed at it."""

    def __init__(self, process: subprocess.Popen[str], endpoint: str) -> None:
        self.process = process
        self.endpoint = endpoint

    def aws(self, *words: str) -> Any:
        command = [str(Path(sys.executable).parent / "aws"), *words, "--output", "json"]
        environment = {**os.environ, "AWS_ENDPOINT_URL": self.endpoint, "AWS_PAGER": ""}
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return json.loads(ended.stdout or "null")

    def run(self, name: str, document: Any) -> dict[str, Any]:
        """Start an execution and see it to its end."""
        words = ("--state-machine-arn", MACHINE, "--name", name, "--input", json.dumps(document))
        arn = self.aws("stepfunctions", "start-execution", *words)["executionArn"]
        for _ in range(200):
            execution = self.aws("stepfunctions", "describe-execution", "--execution-arn", arn)
            if execution["status"] != "RUNNING":
                return dict(execution)
            time.sleep(0.1)
        raise AssertionError(f"{name} did not end")


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    """`steward local` with the small fleet."""
    fleet = REPOSITORY / "tests" / "e2e" / "fleet.yaml"
    command = [sys.executable, "-m", "cli", "local", "--port", "0", "--fleet", str(fleet), "--speed", "600"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Local AWS is ready: http://localhost:"):
                yield Local(process, line.split()[-1])
                break
        else:
            raise AssertionError("local AWS did not get ready")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_the_aws_cli_rotates_a_key_and_the_steward_rotates_the_others(local: Local) -> None:
    answer = local.aws("redshift", "rotate-encryption-key", "--cluster-identifier", "orders")
    assert answer["Cluster"]["ClusterStatus"] == "rotating-keys"
    dry = local.run("dry", {"dry_run": True})
    assert dry["status"] == "SUCCEEDED"
    assert "nothing was touched" in json.loads(dry["output"])["headline"]
    one = local.run("one", {"clusters": ["events"]})
    assert "1 cluster selected: 1 rotated" in json.loads(one["output"])["headline"]


def test_an_unknown_key_in_the_input_fails_the_execution_with_one_sentence(local: Local) -> None:
    refused = local.run("typo", {"cluster": ["events"]})
    assert refused["status"] == "FAILED"
    assert refused["error"] == "BadInput"
    assert refused["cause"].startswith('"cluster" is not a key of the input (did you mean "clusters"?)')


def test_a_port_that_is_taken_is_named_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "cli", "local", "--port", port]
        ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert port in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
