"""Which calls are made, of what there is, and what an answer must never be."""

import http.client
import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from botocore.model import OperationModel
from hypothesis import HealthCheck, Phase, given, seed, settings
from moto.core.utils import get_service_model

from local.clock import Clock
from local.fleet import parse_fleet, seed_fleet
from local.server import LocalAws
from tests.local.fuzz.inputs import MACHINE, inputs
from tests.local.fuzz.wire import Wire, to_wire
from tests.support.local_aws import trust_policy

START = datetime(2026, 3, 7, 20, 50, tzinfo=UTC)
NOT_IMPLEMENTED = 501
SERVER_ERRORS = 500
BETWEEN_MOVES = 50
"""After how many calls the clock moves on, so that what was begun ends and what was scheduled fires."""

SERVICES = {
    "redshift": None,
    "stepfunctions": None,
    "scheduler": None,
    "events": None,
    "cloudtrail": None,
    "cloudformation": None,
    "cloudwatch": None,
    "service-quotas": ("GetServiceQuota",),
    "lambda": ("Invoke", "GetFunction", "ListFunctions", "GetPolicy", "GetFunctionConfiguration"),
}
"""Whose calls are made: of services that are ours all of them, of others those that are answered by us."""

FLEET = "clusters: [{identifier: dwh}, {identifier: other, status: paused}]"
ROLE = "arn:aws:iam::123456789012:role/r"
TRUSTED = ("scheduler.amazonaws.com", "scheduler.redshift.amazonaws.com", "states.amazonaws.com")
PREPARED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("redshift", "CreateClusterSnapshot", {"ClusterIdentifier": "dwh", "SnapshotIdentifier": "taken"}),
    ("iam", "CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": trust_policy(*TRUSTED)}),
    ("stepfunctions", "CreateStateMachine", {"name": "m", "definition": MACHINE, "roleArn": ROLE}),
    ("events", "PutRule", {"Name": "mine", "EventPattern": '{"source":["aws.redshift"]}'}),
)
"""What exists besides the fleet."""


@cache
def operations() -> list[OperationModel]:
    """Every operation, in a fixed order; Redshift's, of which the most is ours, twice as often."""
    found: list[OperationModel] = []
    for service, named in SERVICES.items():
        model = get_service_model(service)
        names = named or sorted(model.operation_names)
        found += [_operation(service, name) for name in names] * (2 if service == "redshift" else 1)
    return found


def _operation(service: str, name: str) -> OperationModel:
    return cast("OperationModel", get_service_model(service).operation_model(name))


class Fuzz:
    """One local AWS under generated calls.

    Attributes:
        statuses: How often each HTTP status was answered.
        failures: Each answer that must not be, once: the call, and what was answered.
    """

    def __init__(self, aws: LocalAws, clock: Clock) -> None:
        self.statuses: Counter[int] = Counter()
        self.answered: Counter[str] = Counter()
        self.failures: dict[str, str] = {}
        self._clock = clock
        self._connection = http.client.HTTPConnection("localhost", int(aws.endpoint.rpartition(":")[2]))

    def call(self, operation: OperationModel, parameters: dict[str, Any]) -> None:
        """Make one call, and judge its answer."""
        wire = to_wire(operation, parameters)
        status, body = self._send(wire)
        name = f"{operation.service_model.service_name}:{operation.name}"
        self.statuses[status] += 1
        if status < 300:
            self.answered[name] += 1
        problem = _problem(status, body)
        if problem is not None:
            self.failures.setdefault(f"{name} {problem}", f"{json.dumps(parameters)[:600]}\n  {body[:400]}")
        if self.statuses.total() % BETWEEN_MOVES == 0:
            self._clock.advance(3600)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _send(self, wire: Wire) -> tuple[int, str]:
        try:
            self._connection.request(wire.method, wire.path, wire.body, wire.headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except http.client.HTTPException as error:
            self._connection.close()
            return 599, f"{type(error).__name__}: {error}"


def _problem(status: int, body: str) -> str | None:
    if status >= SERVER_ERRORS and (status != NOT_IMPLEMENTED or "does not implement" not in body):
        return f"answered {status}"
    if status >= 400 and "ode" not in body and "__type" not in body and "essage" not in body:
        return f"answered {status} without an error's shape"
    return None


@contextmanager
def fuzzed_aws() -> Iterator[Fuzz]:
    """A local AWS with a little of everything in it."""
    with closing(Clock(START)) as clock, LocalAws(clock) as aws:
        seed_fleet(aws.context, parse_fleet(FLEET))
        fuzz = Fuzz(aws, clock)
        with closing(fuzz):
            for service, name, parameters in PREPARED:
                fuzz.call(_operation(service, name), parameters)
            yield fuzz


def run(calls: int, number: int) -> Fuzz:
    """Make generated calls, the same ones for the same number.

    Args:
        calls: How many.
        number: Seeds the order of calls and hypothesis.
    """
    chosen = random.Random(number).choices(operations(), k=calls)  # noqa: S311 - repeatable
    with fuzzed_aws() as fuzz:
        for operation, count in Counter(chosen).items():
            _calls_of(fuzz, operation, count, number)
    return fuzz


def _calls_of(fuzz: Fuzz, operation: OperationModel, count: int, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(operation.input_shape))
    def call(parameters: dict[str, Any]) -> None:
        fuzz.call(operation, parameters)

    call()
