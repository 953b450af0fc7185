"""A handler's output in CloudWatch Logs, between Lambda's own START, END and REPORT lines."""

import math
from datetime import datetime

from moto.logs.models import logs_backends

from local.lambda_.model import Function, Outcome

TAIL_BYTES = 4096
"""Most of the log that an invocation's answer carries (Lambda API reference, Invoke, LogType)."""


def lines(function: Function, outcome: Outcome, at: datetime) -> list[str]:
    """The log of one invocation, as CloudWatch shows it."""
    request = outcome.request_id
    # The runtime client separates the lines of one event by carriage returns.
    written = [line.replace("\r", "\n") for line in outcome.output.split("\n") if line]
    if outcome.error_type == "Sandbox.Timedout":
        written.append(f"{stamp(at)} {request} Task timed out after {function.timeout:.2f} seconds")
    start = f"START RequestId: {request} Version: {function.version}"
    return [start, *written, f"END RequestId: {request}", _report(function, outcome)]


def stamp(at: datetime) -> str:
    """A moment as Lambda's log lines write it, e.g. ``2026-03-01T02:00:00.000Z``."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def tail(log: list[str]) -> bytes:
    """The end of the log, as ``LogType=Tail`` returns it."""
    return "".join(f"{line}\n" for line in log).encode()[-TAIL_BYTES:]


def write(function: Function, account: str, stream: str, log: list[str], at: datetime) -> None:
    """Put the lines of one invocation into the function's log group.

    They bypass moto's PutLogEvents, which refuses moments far from the machine's own clock.
    """
    backend = logs_backends[account][function.region]
    backend.ensure_log_group(function.log_group)
    name = f"{at:%Y/%m/%d}/[{function.version}]{stream}"
    backend.ensure_log_stream(function.log_group, name)
    moment = int(at.timestamp() * 1000)
    events = [{"timestamp": moment, "message": line} for line in log]
    backend.groups[function.log_group].put_log_events(name, events)


def _report(function: Function, outcome: Outcome) -> str:
    milliseconds = outcome.seconds * 1000
    parts = [
        f"REPORT RequestId: {outcome.request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(milliseconds)} ms",
        f"Memory Size: {function.memory_size} MB",
        f"Max Memory Used: {outcome.peak_mb} MB",
    ]
    if outcome.init_seconds is not None:
        parts.append(f"Init Duration: {outcome.init_seconds * 1000:.2f} ms")
    if outcome.error_type is not None:
        parts.append(f"Status: {'timeout' if outcome.error_type == 'Sandbox.Timedout' else 'error'}")
    return "\t".join(parts)
