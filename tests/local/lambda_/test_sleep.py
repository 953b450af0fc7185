"""A function's time is virtual: its clock, its sleep, what it has left, and its time-out."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.local.lambda_.conftest import invoke

if TYPE_CHECKING:
    from tests.local.lambda_.conftest import Deploy
    from tests.support.local_aws import TestAws


def test_the_handlers_clock_is_local_aws_clock(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import time\ndef handle(event, context): return time.time()")
    first, _ = invoke(aws, name)
    aws.clock.advance(3600)

    second, _ = invoke(aws, name)

    assert second - first >= 3600
    assert second == pytest.approx(aws.clock.now().timestamp(), abs=1)


def test_the_time_that_a_handler_has_left_is_by_its_own_clock(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("def handle(event, context): return context.get_remaining_time_in_millis()")

    assert invoke(aws, name)[0] == 10_000


def test_invoking_keeps_virtual_time_where_it_is(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import threading\ndef handle(event, context): threading.Event().wait(0.05)")
    aws.clock.set_alarm(aws.clock.now().replace(year=2030), lambda: None, foreground=False)
    before = aws.clock.now()
    invoke(aws, name)

    assert aws.clock.now() == before


def test_a_handler_that_works_beyond_its_time_out_is_killed(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import threading\ndef handle(event, context): threading.Event().wait(event)", Timeout=1)
    began = time.monotonic()

    payload, answer = invoke(aws, name, 60, LogType="Tail")

    assert time.monotonic() - began < 30
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Sandbox.Timedout"
    assert payload["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert b"Task timed out after 1.00 seconds" in base64.b64decode(answer["LogResult"])
    assert invoke(aws, name, 0)[0] is None  # the next one gets a new worker


SLEEPER = """
import time
def handle(event, context):
    before = time.time()
    time.sleep(event)
    return time.time() - before
"""


def test_a_handler_sleeps_in_virtual_time(aws: TestAws, deploy: Deploy) -> None:
    name = deploy(SLEEPER, Timeout=900)
    before = aws.context.clock.now()

    slept, _ = invoke(aws, name, 600)

    assert slept == pytest.approx(600)
    assert aws.context.clock.now() - before == timedelta(seconds=600)


def test_a_handler_that_sleeps_past_its_time_out_ends_there(aws: TestAws, deploy: Deploy) -> None:
    name = deploy(SLEEPER, Timeout=60)
    before = aws.context.clock.now()

    payload, answer = invoke(aws, name, 61)

    assert answer["FunctionError"] == "Unhandled"
    assert "Task timed out after 60.00 seconds" in payload["errorMessage"]
    assert aws.context.clock.now() - before == timedelta(seconds=60)


def test_pauses_of_one_invocation_add_up_to_its_time_out(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import time\ndef handle(event, context):\n    while True: time.sleep(25)", Timeout=60)
    before = aws.context.clock.now()

    _, answer = invoke(aws, name)

    assert answer["FunctionError"] == "Unhandled"
    assert aws.context.clock.now() - before == timedelta(seconds=60)
