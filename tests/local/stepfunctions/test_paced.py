"""An execution on a paced clock: its events have the moments that a jumping clock gives them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.stepfunctions.conftest import Steps

SPEED = 6_000
CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "slow"}}
NAP = {"Type": "Wait", "Seconds": "{% $states.input %}", "Next": "Call"}
NAP_AND_CALL = {"StartAt": "Nap", "States": {"Nap": NAP, "Call": {**CALL, "End": True}}}
STATES = {
    "First": {"Type": "Wait", "Seconds": 60, "Next": "Work"},
    "Work": {**CALL, "Next": "Second"},
    "Second": {"Type": "Wait", "Seconds": 7, "Next": "Each"},
    "Each": {"Type": "Map", "Items": [30, 10, 20], "ItemProcessor": NAP_AND_CALL, "Next": "Last"},
    "Last": {"Type": "Wait", "Seconds": 60, "End": True},
}


def moments(steps: Steps) -> list[tuple[float, str]]:
    """The events of an execution of `STATES`: virtual seconds after its start, and type."""
    arn = steps.start(steps.machine(STATES))
    steps.wait_for_end(arn)
    events = steps.history(arn)
    began = events[0]["timestamp"]
    return [((event["timestamp"] - began).total_seconds(), event["type"]) for event in events]


def test_events_on_a_paced_clock_have_the_moments_of_a_jumping_one(
    steps: Steps, function: Callable[[str, Callable[[Any], Any]], None]
) -> None:
    function("slow", lambda _: time.sleep(0.05))  # five virtual minutes, if time went on meanwhile
    jumping = moments(steps)
    steps.clock.pace(SPEED)
    try:
        paced = moments(steps)
    finally:
        steps.clock.pace(None)

    assert paced == jumping
    assert [at for at, kind in paced if kind == "WaitStateExited"] == [60, 67, 77, 87, 97, 157]
