"""One Lambda execution environment: a process under awslambdaric, and the Runtime API that it asks for work.

The protocol is AWS Lambda's Runtime API (developer guide, "Using the Lambda runtime API"): the process asks
for the next invocation, posts a result or an error, and asks again.
"""

import contextlib
import json
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socket import create_connection
from socketserver import ThreadingTCPServer
from typing import Any

from local.clock import Clock, Waiter
from local.lambda_ import memory
from local.lambda_.bootstrap import SLEEP_PATH
from local.lambda_.processes import Template

INIT_SECONDS = 60.0
"""Real seconds for a worker's imports. Lambda allows 10, on a machine that does nothing else."""

LONGEST_LOOK = 0.5
"""Real seconds between two looks at the memory of a running handler; its result is held against the peak."""

RESPONSE_LIMIT = 6_291_556
"""Bytes of a handler's result (AWS Lambda quotas: 6 MB)."""


@dataclass
class Invocation:
    """One event on its way through a worker; `ended` is set once there is an outcome.

    Attributes:
        payload: The event, JSON.
        moment: Of the invocation, in virtual Unix seconds.
        answer: What the handler gave back, JSON.
        error_type: Why there is no ordinary result, as Lambda names it; None when the handler returned.
        seconds: Real time that the handler took.
    """

    request_id: str
    function_arn: str
    payload: bytes
    timeout: float
    moment: float
    taken: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    started: float = 0.0
    seconds: float = 0.0
    answer: bytes = b""
    error_type: str | None = None

    def take(self) -> None:
        """The handler's time starts to run."""
        self.started = time.monotonic()
        self.taken.set()

    def end(self, answer: bytes, error_type: str | None) -> None:
        """Settle the outcome; only the first one counts."""
        if not self.ended.is_set():
            self.answer, self.error_type = answer, error_type
            self.seconds = time.monotonic() - self.started if self.started else 0.0
            self.taken.set()
            self.ended.set()

    def fail(self, error_type: str, message: str) -> None:
        """Settle an outcome that Lambda itself words, for want of a handler's own."""
        document = {"errorType": error_type, "errorMessage": f"RequestId: {self.request_id} Error: {message}"}
        self.end(json.dumps(document).encode(), error_type)


class Worker:
    """A process that runs one function's handler, one invocation at a time.

    Args:
        template: What the process is forked from.
        handler: ``module.function`` as configured.
        variables: The process's whole environment, without the Runtime API's address.
        memory_size: The ceiling in MB.
        log: A file that takes the process's output.
        timeout: Seconds that the function may take.
        clock: On which the handler sleeps.
    """

    def __init__(
        self,
        template: Template,
        handler: str,
        variables: Mapping[str, str],
        memory_size: int,
        log: Path,
        timeout: float,
        clock: Clock,
    ) -> None:
        self.access_key = variables["AWS_ACCESS_KEY_ID"]
        self.log_stream = log.stem
        self.uses = 0
        self.peak_mb = 0
        self.drop_result = False
        self._memory_size = memory_size
        self._born = time.monotonic()
        self.init_seconds = 0.0
        self._log = log.open("a+b")
        self._inbox: queue.SimpleQueue[Invocation | None] = queue.SimpleQueue()
        self._current: Invocation | None = None
        self._lock = threading.Lock()
        self._clock = clock
        self._sleepers = Sleepers()
        self._init_error: bytes | None = None
        self._closed = False
        self._api = RuntimeApi(self)
        environment = {**variables, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_address[1]}"}
        self.process = template.fork(handler, environment, log, timeout, clock.now().timestamp())
        self._threads = [
            threading.Thread(target=work, name=f"lambda {work.__name__}", daemon=True)
            for work in (self._serve, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether another invocation can be given to it."""
        return self.process.poll() is None and self._init_error is None and not self._closed

    def run(self, invocation: Invocation) -> None:
        """Have the handler work on ``invocation`` until it has ended, one way or another."""
        self.uses += 1
        self._sleepers.rested = 0.0
        with self._lock:
            self._current = invocation
            if not self.alive:
                self._end_with_exit_reason(invocation)
        due = self._clock.now() + timedelta(seconds=invocation.timeout)
        alarm = self._clock.call_at(due, lambda: self._time_out(invocation, invocation.timeout))
        self._inbox.put(invocation)
        if not invocation.taken.wait(INIT_SECONDS):
            self._time_out(invocation, INIT_SECONDS)
        while not invocation.ended.wait(LONGEST_LOOK):
            self._enforce_limits(invocation)
        self._clock.cancel(alarm)
        self._sleepers.wake()  # while this one still counts as work: time must not run on for them
        with self._lock:
            self._current = None

    def kill(self) -> None:
        """End the process as the kernel would, and wait until it has ended."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End the process and the threads, and let go of the log."""
        self._closed = True
        self.kill()
        self._inbox.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=5)
        self._log.close()

    def output(self) -> str:
        """What the process has written since the last time."""
        self._log.seek(0)
        text = self._log.read().decode(errors="replace")
        self._log.truncate(0)
        return text

    def next(self) -> Invocation | None:
        """The Runtime API's next invocation, as soon as there is one; None when there will be no more."""
        if not self.init_seconds:
            self.init_seconds = time.monotonic() - self._born
        invocation = self._inbox.get()
        if invocation is not None:
            invocation.take()
        return invocation

    def sleep(self, seconds: float) -> float:
        """Let virtual time pass for one of the handler's threads; the moment after it, in Unix seconds.

        The sleep of a process that ends, or of a thread that the handler leaves behind, ends with it.
        """
        waiter = Waiter(self._clock, self.log_stream)  # as its calls that take time
        with self._sleepers.one_more(waiter):
            invocation = self._current
            if invocation is not None and self.alive and not invocation.ended.is_set():
                longest = invocation.timeout + 1
                waiter.wait(self._clock.now() + timedelta(seconds=min(seconds, longest)))
        return self._clock.now().timestamp()

    def take_report(self, kind: str, body: bytes) -> int:
        """Take what the process reports; answers with an HTTP status.

        Args:
            kind: ``init``, ``response`` or ``error``.
            body: The report, JSON.
        """
        if kind == "init":
            self._init_error = body
            return 202
        invocation = self._current
        if self.drop_result:
            self.kill()
        elif invocation is None or self._stop_over_memory_limit(invocation):
            pass
        elif len(body) > RESPONSE_LIMIT:
            message = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
            document = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
            invocation.end(json.dumps(document).encode(), "Function.ResponseSizeTooLarge")
            return 413
        else:
            invocation.end(body, None if kind == "response" else "Function")
        return 202

    def _enforce_limits(self, invocation: Invocation) -> None:
        """Stop a handler that takes too much memory, or too much of the machine's time, its sleep aside."""
        worked = time.monotonic() - invocation.started - self._sleepers.rested
        if worked > invocation.timeout and not self._sleepers:
            self._time_out(invocation, invocation.timeout)
        else:
            self._stop_over_memory_limit(invocation)

    def _time_out(self, invocation: Invocation, seconds: float) -> None:
        if self._current is not invocation or invocation.ended.is_set():
            return
        invocation.fail("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
        self.kill()

    def _stop_over_memory_limit(self, invocation: Invocation) -> bool:
        self.peak_mb = memory.peak_mb(self.process.pid) or self.peak_mb
        if self.peak_mb <= self._memory_size:
            return False
        self._closed = True  # before the outcome is known: nobody must give it another event
        invocation.fail("Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
        self.kill()
        return True

    def _end_with_exit_reason(self, invocation: Invocation) -> None:
        """Say why the process is gone."""
        if self._init_error is not None:
            invocation.end(self._init_error, "Runtime.InitError")
            return
        status = self.process.wait()
        reason = f"exit status {status}" if status > 0 else _signal_words(-status)
        invocation.fail("Runtime.ExitError", f"Runtime exited with{reason and f' error: {reason}'}")

    def _watch(self) -> None:
        """Notice the end of the process."""
        self.process.wait()
        with self._lock:
            if self._current is not None:
                self._end_with_exit_reason(self._current)
        self._inbox.put(None)
        self._api.stop()

    def _serve(self) -> None:
        self._api.serve()


class Sleepers:
    """The threads of a handler that sleep.

    Attributes:
        rested: Real seconds in which any of them slept, since it was set to 0.
    """

    def __init__(self) -> None:
        self.rested = 0.0
        self._since = 0.0
        self._waiters: set[Waiter] = set()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._waiters)

    @contextlib.contextmanager
    def one_more(self, waiter: Waiter) -> Iterator[None]:
        """Count ``waiter`` as sleeping while the block lasts."""
        with self._lock:
            if not self._waiters:
                self._since = time.monotonic()
            self._waiters.add(waiter)
        try:
            yield
        finally:
            with self._lock:
                self._waiters.discard(waiter)
                if not self._waiters:
                    self.rested += time.monotonic() - self._since

    def wake(self) -> None:
        """End every sleep."""
        with self._lock:
            waiters = list(self._waiters)
        for waiter in waiters:
            waiter.wake()


class RuntimeApi(ThreadingTCPServer):
    """One worker's Runtime API, each request on its own connection; beside it, several threads may sleep."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self._stopped = False
        super().__init__(("127.0.0.1", 0), RuntimeApiRequest)

    def serve(self) -> None:
        """Answer requests until `stop`."""
        while not self._stopped:
            self.handle_request()
        self.server_close()

    def stop(self) -> None:
        """Have `serve` return."""
        self._stopped = True
        with contextlib.suppress(OSError):  # it has closed already
            create_connection(("127.0.0.1", self.server_address[1]), timeout=5).close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a process that died in the middle of a request: `Worker` notices that itself."""


class RuntimeApiRequest(BaseHTTPRequestHandler):
    """One request of a worker process."""

    server: RuntimeApi

    def do_GET(self) -> None:
        """Give out the next invocation."""
        invocation = self.server.worker.next()
        if invocation is None:
            return
        deadline = round((invocation.moment + invocation.timeout) * 1000)
        self._answer(
            200,
            invocation.payload,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(deadline),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
            },
        )

    def do_POST(self) -> None:
        """Take a result, an error, or an error from before the first invocation."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == SLEEP_PATH:
            self._answer(200, repr(self.server.worker.sleep(float(body))).encode(), {})
            return
        kind = "init" if self.path.endswith("/init/error") else self.path.rpartition("/")[2]
        self._answer(self.server.worker.take_report(kind, body), b"{}", {})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _signal_words(number: int) -> str:
    if not number:
        return ""
    return "signal: killed" if number == 9 else f"signal: {number}"  # noqa: PLR2004 - SIGKILL
