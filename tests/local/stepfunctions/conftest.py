"""One local AWS with nothing but moto and Step Functions, on a clock that jumps."""

from __future__ import annotations

import functools
import itertools
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local import server, stepfunctions
from local.clock import Clock
from local.server import LocalAws
from tests.support.local_aws import create_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.stepfunctions.engine.execution import Execution

START = datetime(2031, 5, 6, 7, 0, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/machine"


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    """The server; machines have names of their own in each test."""
    parts = server.PARTS
    server.PARTS = ("local.moto_patches", "local.cloudformation", "local.stepfunctions")
    clock = Clock(START, None)
    try:
        with LocalAws(clock, region="eu-central-1", seed=7) as running:
            create_role(Steps(running).client("iam"), "machine", "states.amazonaws.com")
            yield running
    finally:
        server.PARTS = parts
        clock.close()


class Steps:
    """Creates machines and runs them, through the API."""

    _names = itertools.count(1)

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.clock = aws.context.clock
        self.api = self.client("stepfunctions")

    @functools.cache  # noqa: B019 - one object a session
    def client(self, service: str) -> Any:
        """A client of any service, as anybody would make it."""
        return boto3.client(
            service,
            endpoint_url=self.aws.endpoint,
            region_name=self.aws.context.region,
            aws_access_key_id="a",
            aws_secret_access_key="b",
        )

    def machine(self, states: dict[str, Any], name: str | None = None, **top: Any) -> str:
        """Create a machine that starts at the first state; its ARN."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **top}
        made = self.api.create_state_machine(
            name=name or f"machine-{next(self._names)}", definition=json.dumps(definition), roleArn=ROLE
        )
        return str(made["stateMachineArn"])

    def start(self, machine: str, value: Any = None, **options: Any) -> str:
        """Start an execution; its ARN."""
        text = json.dumps({} if value is None else value)
        return str(self.api.start_execution(stateMachineArn=machine, input=text, **options)["executionArn"])

    def wait_for_end(self, arn: str) -> dict[str, Any]:
        """Wait for the end of an execution; its description, with its output parsed."""
        stepfunctions.wait_for(arn, timeout=20)
        summary: dict[str, Any] = self.api.describe_execution(executionArn=arn)
        return summary | ({"output": json.loads(summary["output"])} if "output" in summary else {})

    def run(self, states: dict[str, Any], value: Any = None, **top: Any) -> dict[str, Any]:
        """Create a machine, run it once; the execution's description."""
        return self.wait_for_end(self.start(self.machine(states, **top), value))

    def evaluate(self, template: Any, value: Any = None) -> Any:
        """The output of a Pass state with this Output."""
        ended = self.run({"P": {"Type": "Pass", "Output": template, "End": True}}, value)
        assert ended["status"] == "SUCCEEDED", ended
        return ended["output"]

    def history(self, arn: str) -> list[dict[str, Any]]:
        """All events of an execution."""
        pages = self.api.get_paginator("get_execution_history").paginate(executionArn=arn, maxResults=1000)
        return [event for page in pages for event in page["events"]]

    def events(self, arn: str) -> list[str]:
        """The types of all events of an execution."""
        return [event["type"] for event in self.history(arn)]

    def until(self, arn: str, kind: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait, in real time, until an execution's history has so many events of a type; its events."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            events = self.history(arn)
            if [event["type"] for event in events].count(kind) >= times:
                return events
            time.sleep(0.005)
        raise AssertionError(f"no {kind} in {self.events(arn)}")

    def execution(self, arn: str) -> Execution:
        """The engine's own record."""
        return stepfunctions.current().find(arn)


@pytest.fixture(scope="module")
def steps(aws: LocalAws) -> Steps:
    """The API and shorthands for it."""
    return Steps(aws)


@pytest.fixture
def function(aws: LocalAws) -> Iterator[Callable[[str, Callable[[Any], Any]], None]]:
    """Answer a Lambda function with a Python callable, for this test."""
    del aws
    yield stepfunctions.replace_function
    stepfunctions.current().functions.replaced.clear()
