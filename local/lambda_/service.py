"""Lambda's Invoke on moto's functions: the deployed zip runs, where moto would ask docker.

moto keeps creating, updating and describing functions. Its Invoke, and its event sources that invoke
(SNS, SQS, log subscriptions), come here.
"""

import base64
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from local.callers import counts_as_work
from local.clients import role_session
from local.cloudwatch import aws_metrics, embedded_metrics
from local.context import Context
from local.http_server import DropConnection
from local.lambda_ import logs
from local.lambda_.errors import (
    EVENT_LIMIT,
    REQUEST_LIMIT,
    InvalidRequestContentError,
    InvalidRuntimeError,
    RequestTooLargeError,
    TooManyRequestsError,
)
from local.lambda_.events import deliver
from local.lambda_.execution_roles import require_assumable
from local.lambda_.model import Function, Outcome
from local.lambda_.workers import Workers
from local.strict_json import parse_json


class FunctionService:
    """Runs moto's functions in worker processes.

    Args:
        context: The local AWS that they are part of.
        workers: The processes.
    """

    def __init__(self, context: Context, workers: Workers) -> None:
        self.context = context
        self.workers = workers
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(
        self, moto_function: LambdaFunction, payload: bytes, *, counted: bool = False
    ) -> tuple[Outcome, list[str]]:
        """Run one event and log it.

        Args:
            moto_function: Which one.
            payload: The event.
            counted: Whether the caller counts as work on the clock as long as it waits.

        Returns:
            The outcome and its log lines.

        Raises:
            InvalidRuntimeError: It is no Python function.
            RoleNotAssumableError: Its role does not trust Lambda any more.
            TooManyRequestsError: Its reserved concurrency is used up.
        """
        function = to_function(moto_function)
        require_assumable(moto_function)
        working = nullcontext() if counted else self.context.clock.busy()
        with working, self._reserve_concurrency(moto_function):
            moment = self.context.clock.now().timestamp()
            outcome = self.workers.run(function, moto_function.code_bytes, payload, moment)
        now = self.context.clock.now()
        log = logs.lines(function, outcome, now)
        logs.write(function, moto_function.account_id, outcome.log_stream, log, now)
        embedded_metrics.record(moto_function.account_id, function.region, log, now)
        aws_metrics.count_invocation(function.arn, failed=outcome.error_type is not None, at=now)
        return outcome, log

    def send(self, moto_function: LambdaFunction, payload: bytes) -> None:
        """Take one event for later, with Lambda's retries (developer guide, asynchronous invocation)."""

        def work() -> None:
            with suppress(DropConnection):  # local AWS has closed meanwhile
                deliver(self.context, partial(self.run, counted=True), moto_function, payload)

        self.context.clock.spawn(work, name="lambda event")

    @contextmanager
    def _reserve_concurrency(self, function: LambdaFunction) -> Iterator[None]:
        limit = function.reserved_concurrency
        with self._lock:
            if limit is not None and self._running[function.function_arn] >= int(limit):
                raise TooManyRequestsError
            self._running[function.function_arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[function.function_arn] -= 1


def to_function(function: LambdaFunction) -> Function:
    """What a worker needs to know of moto's function.

    Raises:
        InvalidRuntimeError: It is no Python function.
    """
    runtime = function.run_time or ""
    if not runtime.startswith("python"):
        raise InvalidRuntimeError(function.function_name, function.run_time or function.package_type)
    logging: dict[str, str] = getattr(function, "logging_config", None) or {}
    return Function(
        arn=function.function_arn,
        name=function.function_name,
        version=str(function.version),
        region=function.region,
        handler=str(function.handler),
        runtime=runtime,
        role=function.role,
        memory_size=int(function.memory_size),
        timeout=float(function.timeout),
        code_hash=function.code_sha_256,
        log_group=logging.get("LogGroup", f"/aws/lambda/{function.function_name}"),
        log_format=logging.get("LogFormat", "Text"),
        variables=tuple(sorted((str(k), str(v)) for k, v in (function.environment_vars or {}).items())),
    )


def role_credentials(function: Function) -> dict[str, str]:
    """Credentials of the function's role, as variables of a worker's environment."""
    session = role_session(function.role, function.name, function.region)
    return {name.upper(): value for name, value in session.items()}


class InvokingResponse(LambdaResponse):
    """moto's Lambda API with an Invoke that runs the function."""

    service: FunctionService

    def invoke(self) -> Any:
        """Run the function now, later, or not at all (Lambda API reference, Invoke)."""
        name = unquote(self.path.rsplit("/", 2)[-2])
        function = self.backend.get_function(name, self.querystring.get("Qualifier", [None])[0])
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        payload = _check_payload(self.raw_body or b"", EVENT_LIMIT if kind == "Event" else REQUEST_LIMIT)
        if kind == "DryRun":
            return _answer(204, b"")
        if kind == "Event":
            self.service.send(function, payload)
            return _answer(202, b"")
        outcome, log = self.service.run(function, payload, counted=counts_as_work(self.headers))
        headers = {"X-Amz-Executed-Version": to_function(function).version}
        if outcome.error_type is not None:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if self.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(logs.tail(log)).decode()
        return _answer(200, outcome.payload, headers)

    def invoke_async(self) -> Any:
        """The retired call that always means ``Event``."""
        name = unquote(self.path.strip("/").split("/")[-2])
        payload = _check_payload(self.raw_body or b"", EVENT_LIMIT)
        self.service.send(self.backend.get_function(name), payload)
        return _answer(202, b"{}")


def invoke_for_moto(
    service: FunctionService, function: LambdaFunction, body: str, response_headers: dict[str, str]
) -> bytes:
    """What moto's event sources call in place of `LambdaFunction.invoke`."""
    outcome, _ = service.run(function, body.encode())
    if outcome.error_type is not None:
        response_headers["x-amz-function-error"] = "Unhandled"
    return outcome.payload


def _check_payload(payload: bytes, limit: int) -> bytes:
    if len(payload) > limit:
        raise RequestTooLargeError(limit)
    try:
        parse_json(payload or b"{}")
    except ValueError as error:
        raise InvalidRequestContentError(str(error)) from error
    return payload or b"{}"


def _answer(status: int, payload: bytes, headers: dict[str, str] | None = None) -> Any:
    return status, {"status": status, "Content-Type": "application/json", **(headers or {})}, payload
