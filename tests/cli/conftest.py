"""Runs the command line in-process against the steward deployed on this test process's local AWS."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import botocore.loaders
import botocore.session
import pytest
from typer.testing import CliRunner

import cli.runs.start
from cli.__main__ import app
from tests.support.stage import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.stage import Stage


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of one command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Stdout parsed as JSON."""
        return json.loads(self.out)


@pytest.fixture(scope="session", autouse=True)
def models() -> Iterator[None]:
    """Each command makes its own boto3 session; the models of AWS's APIs are read once for all."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.session, "create_loader", functools.cache(botocore.loaders.create_loader))
        yield


@pytest.fixture(autouse=True)
def fast_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual time jumps, so a run ends within milliseconds of waiting."""
    monkeypatch.setattr(cli.runs.start, "POLL_SECONDS", 0.02)


@pytest.fixture
def run() -> Callable[..., CommandResult]:
    """Run a command line in this process, as a shell does, with no AWS to speak to.

    ``run("runs", AWS_REGION=None)``: arguments, and environment variables, of which None unsets one.
    """

    def invoke(*arguments: str, input: str | None = None, **environment: str | None) -> CommandResult:  # noqa: A002
        runner = CliRunner(env={"COLUMNS": "200", "AWS_REGION": None, **environment})
        result = runner.invoke(app, arguments, input=input, prog_name="steward")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return CommandResult(result.exit_code, result.stdout, result.stderr)

    return invoke


@pytest.fixture
def on_local_aws(stage: Stage, run: Callable[..., CommandResult]) -> Callable[..., CommandResult]:
    """Run a command line against local AWS."""

    def invoke(*arguments: str, **environment: Any) -> CommandResult:
        given = {"AWS_ENDPOINT_URL": stage.aws.endpoint, "AWS_REGION": REGION}
        return run(*arguments, **given | environment)

    return invoke
