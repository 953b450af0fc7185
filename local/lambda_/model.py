"""What the parts of the Lambda emulation exchange: a function, an outcome, a scripted death."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from local.lambda_.worker import Worker


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


@dataclass
class Kill:
    """A scripted death: workers of some functions die ``at`` a moment of an invocation.

    Attributes:
        function: A pattern of names.
        at: ``before`` the handler sees the event, ``during`` the handler's ``calls``-th AWS call (the call is
            carried out, its answer is lost), or ``after`` the handler returned (its result is lost).
        calls: Counts AWS calls; only for ``during``.
        times: How many invocations; None for all.
        after: How many matching invocations go well before.
        struck: How many it has ended so far.
    """

    function: str
    at: str = "during"
    calls: int = 1
    times: int | None = 1
    after: int = 0
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.at not in {"before", "during", "after"}:
            raise ValueError(f"at: {self.at!r} is none of before, during, after")

    def strikes(self, function: str) -> bool:
        """Whether it is meant for the invocation of a function that begins; counts it."""
        if self.struck == self.times or not fnmatchcase(function, self.function):
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.struck += 1
        return True


@dataclass
class Doomed:
    """A worker in the invocation in which it will die."""

    worker: Worker
    at: str
    calls_left: int
