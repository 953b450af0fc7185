"""What the processes of one zip are forked from; each is a worker under AWS's runtime interface client.

Started as ``python -I -S bootstrap.py`` in the unpacked zip: isolated, so nothing of this project and nothing
of the virtual environment can be imported but what the deployed zip and Lambda's own runtime bring. Most of a
worker's start goes into loading boto3: it is done once, before the second worker is forked.

In, a line each: ``{"handler": …, "environment": {…}, "log": …, "timeout": …, "moment": …}``. Out:
``{"started": PID}`` to each of them, ``{"ended": PID, "status": …}`` when one has ended, its status as in
``subprocess.Popen.returncode``. It ends itself with the last worker after its input has ended, and with all
of them, silently, when local AWS is gone: nobody reads its reports any more, or it is an orphan.
"""

import contextlib
import gc
import http.client
import json
import os
import select
import signal
import sys
import time
from email.utils import parsedate_to_datetime
from typing import Any

ORDERS, REPORTS = 0, 1
"""File descriptors."""

LONGEST_ORPHANED = 1.0
"""Seconds after which a template that gets no more orders looks whether local AWS is still there."""

PATIENCE = 600
"""Seconds."""

FOREVER = 1e9
"""Seconds; a longer sleep is none that ``time.sleep`` takes everywhere."""

SLEEP_PATH = "/sleep"
"""Of the worker's Runtime API, beside those of AWS: takes seconds, answers with the moment after them."""

TIME_HEADER = "X-Local-Aws-Time"
"""As in `local.http_server`, which cannot be imported here."""


def main() -> None:
    """Fork a worker for each order until the input ends; in a worker, serve invocations."""
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"], os.environ["LAMBDA_RUNTIME_DIR"]]
    exits = _exit_signals()
    watched, workers, parent = [ORDERS, exits], set[int](), os.getppid()
    while ORDERS in watched or workers:
        ready, _, _ = select.select(watched, [], [], None if ORDERS in watched else LONGEST_ORPHANED)
        if os.getppid() != parent:
            _end(workers)
            return
        line = sys.stdin.readline() if ORDERS in ready else ""
        try:
            if exits in ready:
                os.read(exits, 4096)
                _report_exits(workers)
            if line:
                if workers:
                    _load()
                pid = os.fork()
                if not pid:
                    break
                workers.add(pid)
                _report(started=pid)
            elif ORDERS in ready:
                watched = [exits]
        except BrokenPipeError:
            _end(workers)
            return
    else:
        return
    _work(json.loads(line))


def _end(workers: set[int]) -> None:
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _exit_signals() -> int:
    """A file descriptor that has something to read whenever a worker has ended."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writer)
    return reader


def _report_exits(workers: set[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while pid := (found := os.waitpid(-1, os.WNOHANG))[0]:
            workers.discard(pid)
            _report(ended=pid, status=os.waitstatus_to_exitcode(found[1]))


def _report(**report: int) -> None:
    os.write(REPORTS, json.dumps(report).encode() + b"\n")


def _load() -> None:
    with contextlib.suppress(ImportError):
        import boto3  # type: ignore[import-untyped,unused-ignore]  # noqa: F401, PLC0415 - what Lambda brings
    gc.freeze()


def _wait_for_answers() -> None:
    """Give local AWS time to answer: a socket's time-outs measure this machine, not AWS.

    The clock stands still while a function is at work, so that a busy machine must not turn an answer into a
    lost one. What is to be lost is a fault (docs/scenarios.md).
    """
    try:
        from botocore.endpoint import EndpointCreator  # noqa: PLC0415 - what Lambda brings
    except ImportError:
        return
    create = EndpointCreator.create_endpoint

    def patient(*arguments: Any, **options: Any) -> Any:
        return create(*arguments, **options | {"timeout": (PATIENCE, PATIENCE)})

    EndpointCreator.create_endpoint = patient  # type: ignore[method-assign,unused-ignore] # no setting does it


def _show_virtual_time(timeout: float, begun: float) -> None:
    """Let ``time.time`` be local AWS's: it stands still while a handler works, unless an answer takes time.

    The runtime interface client shows the handler nothing of an invocation's headers but the deadline, which
    lies ``timeout`` seconds after its moment. Before the first one it is the moment at which the process has
    ``begun``. ``datetime.now``, by which botocore signs, stays the machine's.
    """
    time.time = lambda: begun
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - importable by now

    wait = LambdaRuntimeClient.wait_next_invocation

    def take(client: LambdaRuntimeClient) -> Any:
        invocation = wait(client)
        moment = int(invocation.deadline_time_in_ms) / 1000 - timeout
        time.time = lambda: moment
        return invocation

    LambdaRuntimeClient.wait_next_invocation = take  # type: ignore[method-assign,unused-ignore]
    _follow_answers()


def _follow_answers() -> None:
    """Let ``time.time`` come to the moment of each of local AWS's answers; it never goes back."""
    try:
        from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - what Lambda brings
    except ImportError:
        return
    send = URLLib3Session.send

    def follow(session: Any, request: Any) -> Any:
        answer = send(session, request)
        text = answer.headers.get(TIME_HEADER)
        moment = max(time.time(), parsedate_to_datetime(text).timestamp() if text else 0)
        time.time = lambda: moment
        return answer

    URLLib3Session.send = follow  # type: ignore[assignment,method-assign,unused-ignore]


def _sleep_in_virtual_time() -> None:
    """Let ``time.sleep`` pass virtual time: a pause between two calls is not this machine's time."""
    real = time.sleep

    def sleep(seconds: Any) -> None:
        if not 0 <= seconds < FOREVER:
            real(seconds)  # raises what it raises: it is no length of time
        api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        with contextlib.closing(api):
            api.request("POST", SLEEP_PATH, repr(float(seconds)))
            moment = max(time.time(), float(api.getresponse().read()))
        time.time = lambda: moment

    time.sleep = sleep


def _work(order: dict[str, Any]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    for output in (1, 2):
        os.dup2(log, output)
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    _wait_for_answers()
    _show_virtual_time(order["timeout"], order["moment"])
    _sleep_in_virtual_time()
    from awslambdaric.__main__ import main as serve  # noqa: PLC0415 - importable from here on

    serve([sys.argv[0], order["handler"]])


if __name__ == "__main__":
    main()
