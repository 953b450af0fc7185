"""One local AWS after another in one process."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from moto.iam.models import iam_backends
from moto.stepfunctions.models import stepfunctions_backends

from local import stepfunctions
from local.clock import Clock
from local.context import Context
from local.stepfunctions.engine.machine import Machine
from tests.support.local_aws import trust_policy

START = datetime(2040, 1, 1, tzinfo=UTC)
ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:m"
PROCESSOR = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "U",
    "States": {"U": {"Type": "Pass", "Output": "{% [$uuid(), $random()] %}", "End": True}},
}
STATES: dict[str, Any] = {"M": {"Type": "Map", "Items": [1, 2], "ItemProcessor": PROCESSOR, "End": True}}


@pytest.fixture(autouse=True)
def _restore_shared_context() -> Any:
    """Put the context of the other tests back, machines included."""
    engines, backend = list(stepfunctions._engines), stepfunctions_backends.backend
    stepfunctions._engines.clear()
    machines = dict(stepfunctions_backends)
    yield
    stepfunctions.close()
    stepfunctions._engines.extend(engines)
    stepfunctions_backends.backend = backend
    stepfunctions_backends.clear()
    stepfunctions_backends.update(machines)


def run_in_new_context(seed: int) -> list[Any]:
    """Run the machine once, unnamed; its ARN, its children's and its output."""
    clock = Clock(START, None)
    stepfunctions.install(Context(clock, "123456789012", "eu-central-1", "http://localhost:1", seed))
    engine = stepfunctions.current()
    machine = Machine(ARN, "m", "arn:aws:iam::123456789012:role/r", {"StartAt": "M", "States": STATES})
    execution = engine.start(machine, None, "{}")
    stepfunctions.wait_for(execution.arn, timeout=10)
    clock.close()
    return [sorted(engine.executions), json.loads(execution.output or "null")]


def test_the_same_seed_gives_the_same_names_and_random_values_and_another_one_others() -> None:
    first, again, other = (run_in_new_context(seed) for seed in (1, 1, 2))
    assert first == again
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_a_new_context_knows_nothing_of_the_last_one_and_ends_what_ran_there() -> None:
    clock = Clock(START, None)
    context = Context(clock, "123456789012", "eu-central-1", "http://localhost:1")
    stepfunctions.install(context)
    backend = stepfunctions_backends["123456789012"]["eu-central-1"]
    definition = json.dumps(
        {
            "QueryLanguage": "JSONata",
            "StartAt": "W",
            "States": {"W": {"Type": "Wait", "Seconds": 9, "End": True}},
        }
    )
    iam = iam_backends["123456789012"]["aws"]
    role = iam.create_role("installed", trust_policy("states.amazonaws.com"), "/", None, "", [], None)
    machine = backend.create_state_machine("m", definition, role.arn)
    with clock.busy():
        execution: Any = backend.start_execution(machine.arn, "x", "{}")
        stepfunctions.install(context)
    assert execution.status == "ABORTED"
    assert stepfunctions_backends["123456789012"]["eu-central-1"].state_machines == []
    assert stepfunctions.current().executions == {}
    clock.close()


def test_a_reset_of_moto_ends_and_forgets_the_executions_of_the_backend() -> None:
    clock = Clock(START, None)
    stepfunctions.install(Context(clock, "123456789012", "eu-central-1", "http://localhost:1"))
    engine = stepfunctions.current()
    backend = stepfunctions_backends["123456789012"]["eu-central-1"]
    states = {"W": {"Type": "Wait", "Seconds": 9, "End": True}}
    with clock.busy():
        machine = Machine(ARN, "m", "arn:aws:iam::123456789012:role/r", {"StartAt": "W", "States": states})
        execution = engine.start(machine, "x", "{}")
        backend.reset()
    assert execution.status == "ABORTED"
    assert engine.executions == {}
    clock.close()


def test_without_a_context_nothing_can_be_waited_for() -> None:
    with pytest.raises(RuntimeError, match="install"):
        stepfunctions.wait_for("arn")


def test_waiting_in_vain_names_the_state_that_runs() -> None:
    clock = Clock(START, None)
    stepfunctions.install(Context(clock, "123456789012", "eu-central-1", "http://localhost:1"))
    states = {"Sleep": {"Type": "Wait", "Seconds": 9, "End": True}}
    with clock.busy():
        machine = Machine(
            ARN, "m", "arn:aws:iam::123456789012:role/r", {"StartAt": "Sleep", "States": states}
        )
        execution = stepfunctions.current().start(machine, "x", "{}")
        with pytest.raises(TimeoutError, match="in state 'Sleep'"):
            stepfunctions.wait_for(execution.arn, timeout=0.01)
    clock.close()
