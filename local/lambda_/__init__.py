"""Lambda: a deployed zip's handler in its own process, without docker.

A worker runs under AWS's runtime interface client. It is started on demand, serves one invocation at a
time, stays warm, and is replaced when the function changes. It can import what the zip holds and what
Lambda's Python runtime brings, nothing else. Output goes to CloudWatch Logs. A function times out in
virtual time, and in real seconds of work. ``time.time`` in a handler is the virtual time of its invocation,
or of the latest answer that it got from local AWS; ``time.sleep`` lets virtual time pass.

- an invocation: `service` (by the API), `events` (asynchronous), `urls` (by HTTP)
- what runs it: `workers`, `pool`, `worker`, `processes`, `runtime`; what it leaves: `logs`
"""

from pathlib import Path
from random import Random

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.awslambda.urls import url_paths

from local.context import Context
from local.http_server import Application
from local.lambda_ import execution_roles, url_configs
from local.lambda_.model import Kill
from local.lambda_.service import (
    FunctionService,
    InvokingResponse,
    invoke_for_moto,
    role_credentials,
    to_function,
)
from local.lambda_.urls import FunctionUrls
from local.lambda_.workers import CEILING, Workers

__all__ = ["called_aws", "close", "install", "kill_next", "kills", "packages", "prewarm", "serving_urls"]

_delete_in_moto = LambdaBackend.delete_function
_service: FunctionService | None = None


def install(context: Context, ceiling: int = CEILING) -> None:
    """Let moto's Lambda run functions for ``context``.

    Args:
        context: The local AWS at hand.
        ceiling: Most workers of one function.
    """
    global _service  # noqa: PLW0603 - moto is one per process, and so is this
    random = Random(context.seed)  # noqa: S311 - repeatable
    workers = Workers(role_credentials, context.endpoint, random, context.clock, ceiling)
    _service = service = FunctionService(context, workers)
    InvokingResponse.service = service
    url_configs.install(context)
    execution_roles.install()
    for path in url_paths:
        url_paths[path] = InvokingResponse.dispatch

    def invoke(function: LambdaFunction, body: str, request: object, response: dict[str, str]) -> bytes:
        del request
        return invoke_for_moto(service, function, body, response)

    def delete_function(backend: LambdaBackend, function_name: str, qualifier: str | None = None) -> None:
        arn = backend.get_function(function_name).function_arn
        _delete_in_moto(backend, function_name, qualifier)
        workers.forget(arn)

    LambdaFunction.invoke = invoke  # type: ignore[assignment] # moto's own asks docker
    LambdaBackend.delete_function = delete_function  # type: ignore[assignment] # moto knows no workers


def close() -> None:
    """End all worker processes."""
    global _service  # noqa: PLW0603 - as above
    if _service is not None:
        _service.workers.close()
        _service = None


def kill_next(
    function_name: str, at: str = "during", *, calls: int = 1, times: int | None = 1, after: int = 0
) -> None:
    """Have a worker of a function die in the middle of its next invocation.

    Args:
        function_name: Whose worker; a pattern.
        at: ``before`` the handler sees the event; ``during`` its ``calls``-th AWS call, which is carried out
            while its answer is lost; ``after`` it returned, while its result is lost.
        calls: Which AWS call of the handler is its last.
        times: In how many invocations, None for all.
        after: How many invocations go well before.
    """
    kills().append(Kill(function_name, at, calls, times, after))


def kills() -> list[Kill]:
    """The scripted deaths; removing one calls it off."""
    return _current().workers.kills


def prewarm() -> None:
    """Start a worker of every deployed Python function, so that first calls are warm.

    Of a function with versions it is the newest one that is called.
    """
    service = _current()
    backend = lambda_backends[service.context.account][service.context.region]
    for function in backend.list_functions():
        _, *versions = backend.list_versions_by_function(function.function_name)
        newest = versions[-1] if versions else function
        service.workers.pool(to_function(newest), newest.code_bytes).prewarm()


def packages() -> list[Path]:
    """The folders in which workers find the deployed functions' code, each unpacked from one zip."""
    return _current().workers.packages()


def serving_urls(context: Context, application: Application) -> Application:
    """An application that answers function URLs, and leaves the rest to ``application``."""
    return FunctionUrls(context, _current, application)


def on_aws_call(access_key: str) -> bool:
    """Count an AWS call of a worker after it was carried out; True when the worker died with it."""
    return _service is not None and _service.workers.on_aws_call(access_key)


def _current() -> FunctionService:
    if _service is None:
        raise RuntimeError("no local AWS runs: enter LocalAws first")
    return _service
