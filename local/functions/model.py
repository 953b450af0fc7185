"""What the parts of the Lambda emulation tell each other: a function, an outcome, a scripted death."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """One version of a function as deployed: whatever differs here makes new workers.

    Attributes:
        arn: Without qualifier.
        code_hash: Names the archive's content.
        memory_size: MB.
        timeout: Real seconds.
        variables: The function's own environment.
    """

    arn: str
    name: str
    version: str
    region: str
    handler: str
    runtime: str
    role: str
    memory_size: int
    timeout: float
    code_hash: str
    log_group: str
    log_format: str
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """What came of one invocation.

    Attributes:
        payload: JSON, the handler's result or the description of an error.
        failed: Whether Lambda says ``X-Amz-Function-Error: Unhandled``.
        output: What the process wrote meanwhile.
        log_stream: Where that output belongs.
        seconds: Real time in the handler.
        init_seconds: Real time of the worker's start; None for a warm one.
        peak_mb: The process's peak memory; 0 where unknown.
    """

    request_id: str
    payload: bytes
    error_type: str | None
    output: str
    log_stream: str
    seconds: float
    init_seconds: float | None
    peak_mb: int


class Kill:
    """A scripted death: the next worker of a function dies ``at`` a moment of its next invocation.

    Args:
        at: ``before`` the handler sees the event, ``during`` the handler's ``calls``-th AWS call (the call is
            carried out, its answer is lost), or ``after`` the handler returned (its result is lost).
        calls: Counts AWS calls; only for ``during``.
    """

    def __init__(self, at: str, calls: int = 1) -> None:
        if at not in {"before", "during", "after"}:
            raise ValueError(f"at: {at!r} is none of before, during, after")
        self.at = at
        self.calls_left = calls
