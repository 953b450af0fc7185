"""CloudTrail: who changed what, as EventBridge events and in LookupEvents.

Recorded are the changing calls of Redshift, Step Functions and STS that arrive over HTTP, refused ones
included; calls that only read are not, and trails, which moto keeps, write no files.

- `calls`: requests and answers, typed
- `record`: a call as CloudTrail's record of it
- `trail`: the records, and when EventBridge and LookupEvents have them
- `responses`: LookupEvents
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse

from local.cloudtrail.calls import Call, parse_answer, parse_call
from local.cloudtrail.responses import lookup_events_in
from local.cloudtrail.trail import Lags, Trail
from local.context import Context
from local.http_server import Application, DropConnection, Environ

__all__ = ["Lags", "answer_and_record", "close", "current", "install"]

LOG = logging.getLogger("local")

_running: list[Trail] = []


def install(context: Context) -> None:
    """Record the calls of this local AWS from now on, and nothing of an earlier one."""
    close()
    _running.append(Trail(context))
    CloudTrailResponse.lookup_events = lookup_events_in(_running[-1])  # type: ignore[attr-defined] # moto lacks it


def close() -> None:
    """Record nothing more."""
    while _running:
        _running.pop().close()


def current() -> Trail:
    """The trail of the local AWS that runs.

    Raises:
        RuntimeError: None runs.
    """
    if not _running:
        raise RuntimeError("no local AWS runs: enter LocalAws first")
    return _running[-1]


def answer_and_record(
    application: Application, environ: Environ, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Let a service answer a request, and record the call if it changes something."""
    call = parse_call(environ) if _running else None
    if call is None:
        return application(environ, start_response)
    trail = current()
    at = trail.context.clock.now()
    started: list[tuple[str, dict[str, str]]] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        started[:] = [(status, dict(headers))]
        return start_response(status, headers, exc_info)

    try:
        body = b"".join(application(environ, start))
    except DropConnection as dropped:
        if dropped.answer is not None:  # carried out, though the caller will never know
            _record(trail, call, at, *dropped.answer)
        raise
    _record(trail, call, at, *started[0], body)
    return [body]


def _record(  # a call is not to fail because its record does
    trail: Trail, call: Call, at: datetime, status: str, headers: dict[str, str], body: bytes
) -> None:
    try:
        trail.record(call, parse_answer(call, status, headers, body), at)
    except Exception:
        LOG.exception("CloudTrail could not record %s", call.operation.name)
