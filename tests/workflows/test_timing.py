"""A run's events, their order and their moments are the same on an idle machine and on a busy one."""

import random
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from local import stepfunctions
from local.http_server import Application, Environ
from tests.support.scenario import Steward, cluster
from tests.support.stage import Stage

POLICY = {"canary": {"clusters": 1}, "max_concurrent": 3, "tolerated_failures": "100%"}
FLEET = [
    *(cluster(f"plain-{number}", knobs={"rotate_duration": f"{number} minutes"}) for number in range(2, 5)),
    cluster("busy", status="modifying", remaining="12 minutes"),
    cluster("refusing", knobs={"busy_after_first_call": "2 minutes"}),
    cluster("throttled", knobs={"kms_throttled_rotations": 2}, kms_key="alias/shared"),
    cluster("stuck", knobs={"rotate_duration": "9 hours"}),
]
PACES = [
    pytest.param(None, id="jumping clock"),
    pytest.param(36_000, id="paced clock", marks=pytest.mark.long),
]

Event = tuple[float, str, str]
"""Virtual seconds after the start of the run, type, name of the state."""


class SlowAnswers:
    """The application around local AWS on a busy machine: each answer takes a while, or a moment."""

    def __init__(self, inner: Application) -> None:
        self._inner = inner
        self._random = random.Random(1)  # noqa: S311 - repeatable

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(self._random.choice((0, 0, 0.002, 0.02)))
        answer = self._inner(environ, start_response)
        time.sleep(self._random.choice((0, 0, 0.002, 0.02)))
        return answer


def histories(steward: Steward, stage: Stage, speed: float | None = None) -> dict[str, list[Event]]:
    """A run's events and those of its children, by name of the execution; and what the report says."""
    steward.given(FLEET, policy=POLICY)
    with stage.clock.busy():  # the run starts at the same moment at any speed
        stage.clock.pace(speed)
        run = steward.start()
    try:
        result = steward.wait(run)
    finally:
        stage.clock.pace(None)
    executions = stepfunctions.current().executions.values()
    return {
        each.name: [
            (
                (event["timestamp"] - result.began).total_seconds(),
                event["type"],
                next((str(v["name"]) for v in event.values() if isinstance(v, dict) and "name" in v), ""),
            )
            for event in each.history.events
        ]
        for each in executions
    } | {line["cluster"]: [(0, line["outcome"], line["reason"])] for line in result.report["clusters"]}


@pytest.mark.parametrize("speed", PACES)
def test_a_machine_that_is_held_up_changes_no_event_and_no_moment_of_a_run(
    steward: Steward, stage: Stage, monkeypatch: pytest.MonkeyPatch, speed: float | None
) -> None:
    idle = histories(steward, stage)
    monkeypatch.setattr(stage.calls, "inner", SlowAnswers(stage.calls.inner))
    monkeypatch.setattr(stage.aws._server, "application", SlowAnswers(stage.aws._server.application))
    held_up = histories(steward, stage, speed)

    assert len(idle) > 2 * len(FLEET)
    assert held_up == idle
