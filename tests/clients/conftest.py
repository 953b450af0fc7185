"""A local AWS with a fleet in it, and the AWS CLI: as a program of its own, and in this process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from awscli.clidriver import create_clidriver  # type: ignore[import-untyped] # the AWS CLI ships no types
from botocore.config import Config

from local.clock import Clock
from local.fleet import parse_fleet, seed_fleet
from local.redshift import RedshiftBackend, backend_of
from local.server import LocalAws
from tests.support.shapes import check_every_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 3, 7, 20, 50, tzinfo=UTC)
BIN = Path(sys.executable).parent
REGION, ACCOUNT = "eu-central-1", "123456789012"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    status: int
    output: str
    errors: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON that a command printed that succeeded."""
        assert self.status == 0, self.errors
        return dict(json.loads(self.output))

    @property
    def refused(self) -> str:
        """The complaint of a command that failed."""
        assert self.status != 0, self.output
        return self.errors.strip()


@dataclass
class Site:
    """What the tests of this folder work with. Its clock stands still until a test, or a wait, moves it."""

    aws: LocalAws
    clock: Clock

    @property
    def backend(self) -> RedshiftBackend:
        return backend_of(self.aws.context)

    def seed(self, fleet: str) -> None:
        seed_fleet(self.aws.context, parse_fleet(fleet))

    def client(self, service: str = "redshift") -> Any:
        """A boto3 client that does not retry; Redshift's every answer is checked against the model."""
        once = Config(retries={"total_max_attempts": 1})
        where = {"endpoint_url": self.aws.endpoint, "region_name": REGION}
        client = boto3.client(service, config=once, **where)  # type: ignore[call-overload] # any service
        if service == "redshift":
            check_every_answer(client, service)
        return client

    def environment(self) -> dict[str, str]:
        """What programs need to find this local AWS, and nothing of the machine's own settings."""
        return os.environ | {
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_DEFAULT_OUTPUT": "json",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
        }

    def run(self, *command: str | Path, folder: Path | None = None) -> Said:
        """A program, to its end."""
        ended = subprocess.run(
            command, env=self.environment(), cwd=folder, capture_output=True, text=True, check=False
        )
        return Said(ended.returncode, ended.stdout, ended.stderr)

    def cli(self, *words: str) -> Said:
        """``aws redshift WORDS`` as a person runs it."""
        return self.run(sys.executable, BIN / "aws", "redshift", *words)


@pytest.fixture
def site() -> Iterator[Site]:
    """A local AWS without clusters."""
    with closing(Clock(START)) as clock, LocalAws(clock, region=REGION) as aws:
        yield Site(aws, clock)


@dataclass
class VirtualCli:
    """The AWS CLI's own code in this process: quick to call, and its waits sleep in virtual time.

    Attributes:
        slept: Seconds of each pause that a wait has made.
    """

    slept: list[float]
    driver: Any

    def __call__(self, *words: str) -> Said:
        output, errors = io.StringIO(), io.StringIO()
        with redirect_stdout(output), redirect_stderr(errors):
            status = self.driver.main(["redshift", *words])
        return Said(int(status), output.getvalue(), errors.getvalue())


@pytest.fixture
def slept(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have botocore's waiters, and so the CLI's, sleep in virtual time; the pauses that they make."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        site.clock.advance(seconds)

    monkeypatch.setattr("botocore.waiter.time", SimpleNamespace(sleep=sleep))
    return pauses


@pytest.fixture
def aws(site: Site, slept: list[float], monkeypatch: pytest.MonkeyPatch) -> VirtualCli:
    """``aws redshift`` in this process."""
    for name, value in site.environment().items():
        monkeypatch.setenv(name, value)
    return VirtualCli(slept, create_clidriver())
