"""A function's time is virtual: its clock, its sleep, what it has left, and its time-out."""

from __future__ import annotations

import base64
import json
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.lambda_.conftest import ROLE, invoke
from tests.support.local_aws import zipped

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


THREADS = """
import threading, time
def handle(event, context):
    before = time.time()
    threads = [threading.Thread(target=time.sleep, args=(event,)) for _ in range(40)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return time.time() - before
"""


def test_sleeps_of_a_handlers_threads_do_not_add_up(aws: TestAws, deploy: Deploy) -> None:
    name = deploy(THREADS, Timeout=900)

    assert 20 <= invoke(aws, name, 20)[0] < 40 * 20


def test_a_thread_that_a_handler_leaves_asleep_holds_up_neither_its_answer_nor_time(
    aws: TestAws, deploy: Deploy
) -> None:
    source = (
        "import threading, time\ndef handle(event, context):\n"
        "    threading.Thread(target=time.sleep, args=(100,), daemon=True).start()\n"
        "    return 'done'"
    )
    name, before = deploy(source, Timeout=60), aws.context.clock.now()

    assert invoke(aws, name)[0] == "done"
    assert aws.context.clock.now() - before <= timedelta(seconds=1)


def test_a_sleep_does_not_count_as_work_however_slow_the_machine_is(aws: TestAws, deploy: Deploy) -> None:
    name = deploy(SLEEPER, Timeout=1)

    with aws.context.clock.busy():  # something else is at work, so that time stands still for two seconds
        answers: list[Any] = []
        caller = threading.Thread(target=lambda: answers.append(invoke(aws, name, 0.5)[0]))
        caller.start()
        time.sleep(2)
    caller.join()

    assert answers == [pytest.approx(0.5, abs=0.01)]


def test_a_handler_that_waits_for_another_function_beyond_its_time_out_ends_there(
    aws: TestAws, deploy: Deploy
) -> None:
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    aws.client("iam").put_role_policy(RoleName="worker", PolicyName="calls", PolicyDocument=document)
    inner = deploy(SLEEPER, Timeout=900)
    source = (
        "import boto3\ndef handle(event, context):\n"
        "    return boto3.client('lambda').invoke(FunctionName=event, Payload=b'600')['StatusCode']"
    )
    outer = f"{inner}-outer"[-60:]
    aws.client("lambda").create_function(
        FunctionName=outer,
        Code={"ZipFile": zipped(main=source)},
        Runtime="python3.13",
        Role=ROLE,
        Handler="main.handle",
        Timeout=30,
        MemorySize=256,
    )

    payload, _ = invoke(aws, outer, inner)

    aws.client("iam").delete_role_policy(RoleName="worker", PolicyName="calls")
    assert payload["errorMessage"].endswith("Task timed out after 30.00 seconds")


@pytest.mark.parametrize(
    ("length", "error"),
    [
        ("-1", "ValueError"),
        ("float('nan')", "ValueError"),
        ("float('inf')", "OverflowError"),
        ("'1'", "TypeError"),
    ],
)
def test_what_is_no_length_of_time_raises_what_pythons_sleep_raises(
    aws: TestAws, deploy: Deploy, length: str, error: str
) -> None:
    name = deploy(f"import time\ndef handle(event, context): time.sleep({length})")

    assert invoke(aws, name)[0]["errorType"] == error


def test_a_handlers_module_sleeps_in_virtual_time_while_it_is_imported(aws: TestAws, deploy: Deploy) -> None:
    source = "import time\nbefore = time.time()\ntime.sleep(5)\nslept = time.time() - before\n"
    name = deploy(f"{source}def handle(event, context): return slept", Timeout=60)

    assert invoke(aws, name)[0] == pytest.approx(5, abs=1)
