"""Invoke runs the deployed zip as Lambda would."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local import lambda_
from local.lambda_.workers import CEILING
from tests.local.lambda_.conftest import invoke
from tests.support.local_aws import TestAws, zipped

if TYPE_CHECKING:
    from tests.local.lambda_.conftest import Deploy


def test_the_handler_gets_the_event_and_its_result_comes_back(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("def handle(event, context): return {'seen': event, 'name': context.function_name}")

    payload, answer = invoke(aws, name, {"cluster": "a"})

    assert payload == {"seen": {"cluster": "a"}, "name": name}
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer


@pytest.mark.parametrize("event", [b"NaN", b'{"size": Infinity}', b"[" * 3000 + b"]" * 3000, b"{nope"])
def test_an_event_that_is_no_json_is_refused(aws: TestAws, deploy: Deploy, event: bytes) -> None:
    name = deploy("def handle(event, context): return event")

    for kind in ("RequestResponse", "Event", "DryRun"):
        with pytest.raises(ClientError) as refused:
            aws.client("lambda").invoke(FunctionName=name, Payload=event, InvocationType=kind)
        assert refused.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_a_worker_stays_warm(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import os\ndef handle(event, context): return os.getpid()")

    assert invoke(aws, name)[0] == invoke(aws, name)[0]


def test_the_environment_is_lambdas_and_the_functions_own(aws: TestAws, deploy: Deploy) -> None:
    source = "import os\ndef handle(event, context): return dict(os.environ)"
    name = deploy(source, Environment={"Variables": {"TABLE": "ledger"}})

    observed, _ = invoke(aws, name)

    assert observed["TABLE"] == "ledger"
    assert observed["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert observed["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert observed["AWS_LAMBDA_FUNCTION_VERSION"] == "$LATEST"
    assert observed["AWS_REGION"] == "eu-central-1"
    assert observed["_HANDLER"] == "main.handle"
    assert observed["AWS_ENDPOINT_URL"] == aws.endpoint
    assert "HOME" not in observed
    assert "PYTEST_CURRENT_TEST" not in observed


def test_only_the_zip_and_lambdas_own_packages_can_be_imported(aws: TestAws, deploy: Deploy) -> None:
    source = """
import importlib.util
def handle(event, context):
    return [name for name in event if importlib.util.find_spec(name)]
"""
    brought = ["boto3", "botocore", "awslambdaric", "main", "json"]
    absent = ["steward", "infra", "local", "cli", "tests", "moto", "pydantic", "yaml", "pytest", "aws_cdk"]

    assert invoke(aws, deploy(source), brought + absent)[0] == brought


def test_the_handler_calls_aws_here_as_its_role(aws: TestAws, deploy: Deploy) -> None:
    source = """
import boto3
def handle(event, context): return boto3.client("sts").get_caller_identity()["Arn"]
"""
    name = deploy(source)

    assert invoke(aws, name)[0] == f"arn:aws:sts::123456789012:assumed-role/worker/{name}"


def test_an_exception_is_reported_with_its_type_and_trace(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("def handle(event, context): raise ValueError('no such cluster')")

    payload, answer = invoke(aws, name)

    assert answer["FunctionError"] == "Unhandled"
    assert answer["StatusCode"] == 200
    assert payload["errorType"] == "ValueError"
    assert payload["errorMessage"] == "no such cluster"
    assert "main.py" in payload["stackTrace"][0]


@pytest.mark.parametrize(
    ("source", "handler", "error", "message"),
    [
        (
            "import absent",
            "main.handle",
            "ImportModuleError",
            "Unable to import module 'main': No mod",
        ),
        ("", "main.handle", "HandlerNotFound", "Handler 'handle' missing on module 'main'"),
        ("def (", "main.handle", "UserCodeSyntaxError", "Syntax error in module 'main'"),
        ("", "main", "MalformedHandlerName", "Bad handler 'main'"),
    ],
)
def test_code_that_can_not_be_loaded_is_reported_as_aws_does(
    aws: TestAws, deploy: Deploy, source: str, handler: str, error: str, message: str
) -> None:
    payload, answer = invoke(aws, deploy(source, handler))

    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == f"Runtime.{error}"
    assert payload["errorMessage"].startswith(message)


@pytest.mark.parametrize(
    ("ending", "reason"),
    [("os._exit(3)", " error: exit status 3"), ("os.kill(os.getpid(), 9)", " error: signal: killed")],
)
def test_a_process_that_ends_by_itself_is_an_exit_error(
    aws: TestAws, deploy: Deploy, ending: str, reason: str
) -> None:
    name = deploy(f"import os\ndef handle(event, context): {ending}")

    payload, answer = invoke(aws, name)

    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith(f"Runtime exited with{reason}")


def test_a_handler_beyond_its_memory_is_killed(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("def handle(event, context): return len(bytearray(event))", MemorySize=128)

    payload, answer = invoke(aws, name, 300_000_000)

    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Runtime.OutOfMemory"
    assert invoke(aws, name, 1000)[0] == 1000


def test_a_result_beyond_6_mb_is_refused(aws: TestAws, deploy: Deploy) -> None:
    payload, answer = invoke(aws, deploy("def handle(event, context): return 'x' * event"), 6_300_000)

    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(("kind", "size"), [("RequestResponse", 6_300_000), ("Event", 1_100_000)])
def test_an_event_beyond_lambdas_limit_is_refused(aws: TestAws, deploy: Deploy, kind: str, size: int) -> None:
    name = deploy("def handle(event, context): return 1")

    with pytest.raises(ClientError) as refused:
        invoke(aws, name, "x" * size, InvocationType=kind)

    assert refused.value.response["Error"]["Code"] == "RequestEntityTooLargeException"


def test_an_unknown_function_is_not_found(aws: TestAws) -> None:
    with pytest.raises(ClientError) as refused:
        invoke(aws, "absent")

    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"


def test_a_runtime_other_than_python_is_refused_by_name(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("", Runtime="nodejs22.x")

    with pytest.raises(ClientError, match=r"has the runtime nodejs22\.x"):
        invoke(aws, name)


def test_new_code_and_new_configuration_make_new_workers(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import os\ndef handle(event, context): return os.environ.get('MODE', 'first')")
    client = aws.client("lambda")
    observed = [invoke(aws, name)[0]]
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"MODE": "second"}})
    observed.append(invoke(aws, name)[0])
    client.update_function_code(FunctionName=name, ZipFile=zipped(main="def handle(e, c): return 'third'"))
    observed.append(invoke(aws, name)[0])

    assert observed == ["first", "second", "third"]


def test_callers_at_the_same_time_get_workers_of_their_own_up_to_the_ceiling(
    aws: TestAws, deploy: Deploy
) -> None:
    name = deploy(
        "import os, threading\ndef handle(event, context):\n"
        "  threading.Event().wait(0.2)\n  return os.getpid()"
    )
    pids: list[int] = []
    threads = [threading.Thread(target=lambda: pids.append(invoke(aws, name)[0])) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pids) == 6
    assert len(set(pids)) == CEILING


def test_reserved_concurrency_of_zero_throttles(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("def handle(event, context): return 1")
    aws.client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    with pytest.raises(ClientError) as refused:
        invoke(aws, name)

    assert refused.value.response["Error"]["Code"] == "TooManyRequestsException"


def test_output_goes_to_the_log_group_with_lambdas_own_lines_at_virtual_time(
    aws: TestAws, deploy: Deploy
) -> None:
    name = deploy("import logging\ndef handle(event, context):\n  print('rotating')\n  logging.error('no')")
    invoke(aws, name)
    logs = aws.client("logs")
    group = f"/aws/lambda/{name}"
    stream = logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"]
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]

    assert stream.startswith("2026/03/01/[$LATEST]")
    assert {event["timestamp"] for event in events} == {int(aws.clock.now().timestamp() * 1000)}
    assert [event["message"].split()[0] for event in events] == [
        "START",
        "rotating",
        "[ERROR]",
        "END",
        "REPORT",
    ]


def test_a_dry_run_runs_nothing(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("def handle(event, context): raise ValueError")

    assert invoke(aws, name, InvocationType="DryRun")[1]["StatusCode"] == 204


class TestScriptedDeath:
    SOURCE = """
import boto3
def handle(event, context):
    for name in event:
        boto3.client("sqs").create_queue(QueueName=name)
    return event
"""

    @pytest.mark.parametrize(
        ("at", "calls", "done"),
        [
            ("before", 1, set()),
            ("during", 1, {"one"}),
            ("during", 2, {"one", "two"}),
            ("after", 1, {"one", "two"}),
        ],
    )
    def test_a_worker_dies_at_the_moment_asked_for_and_only_once(
        self, aws: TestAws, deploy: Deploy, at: str, calls: int, done: set[str]
    ) -> None:
        name = deploy(self.SOURCE)
        lambda_.kill_next(name, at, calls=calls)
        names = [f"{at}-{calls}-{part}" for part in ("one", "two")]

        payload, answer = invoke(aws, name, names)

        queues = aws.client("sqs").list_queues(QueueNamePrefix=f"{at}-{calls}").get("QueueUrls", [])
        assert answer["FunctionError"] == "Unhandled"
        assert payload["errorType"] == "Runtime.ExitError"
        assert {url.rpartition("-")[2] for url in queues} == done
        assert invoke(aws, name, names)[0] == names

    @pytest.mark.usefixtures("aws")
    def test_an_unknown_moment_is_refused(self) -> None:
        with pytest.raises(ValueError, match="none of before, during, after"):
            lambda_.kill_next("any", at="sometime")


def test_an_answer_later_than_the_functions_read_timeout_is_no_lost_answer(
    aws: TestAws, deploy: Deploy
) -> None:
    source = (
        "import socket, threading, boto3\n"
        "from botocore.config import Config\n"
        "def serve(server):\n"
        "    connection, _ = server.accept()\n"
        "    connection.recv(4096)\n"
        "    threading.Event().wait(0.5)\n"
        "    connection.sendall(b'HTTP/1.1 400 Late\\r\\nContent-Length: 0\\r\\n\\r\\n')\n"
        "def handle(event, context):\n"
        "    server = socket.create_server(('127.0.0.1', 0))\n"
        "    threading.Thread(target=serve, args=(server,), daemon=True).start()\n"
        "    config = Config(read_timeout=0.1, retries={'total_max_attempts': 1})\n"
        "    where = 'http://127.0.0.1:%d' % server.getsockname()[1]\n"
        "    try:\n"
        "        boto3.client('redshift', endpoint_url=where, config=config).describe_clusters()\n"
        "    except Exception as error:\n"
        "        return str(error)\n"
    )

    said, _ = invoke(aws, deploy(source))

    assert "Unable to parse response" in said, "what came was empty, but it came"


def test_a_handler_that_kills_what_starts_it_fails_alone(aws: TestAws, deploy: Deploy) -> None:
    name = deploy("import os\ndef handle(event, context): return event and os.kill(os.getppid(), 9)")

    invoke(aws, name, True)  # noqa: FBT003 - the event

    assert invoke(aws, name, False)[1]["StatusCode"] == 200  # noqa: FBT003 - as above
    assert "FunctionError" not in invoke(aws, name, False)[1]  # noqa: FBT003 - as above
