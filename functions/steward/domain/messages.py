"""The contract between the state machines and the functions.

For each function: the event that a state machine sends (``…Event``), the answer that it reads (``…Answer``),
and, where a Choice follows, the values of the answer's ``next`` (``…Next``). The definitions in `infra` build
their payloads and choices from these types, and the steps are annotated with them; so a renamed key or an
unknown answer fails mypy, synthesis or ``tests/contracts/test_messages.py`` instead of a run.

Moments are ISO 8601 in UTC, ARNs and identifiers are AWS's own. An event has each key of its type; an answer
may lack the keys that are ``NotRequired``, but never one that the state after the function's Choice reads.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NotRequired, TypedDict


class ErrorInfo(TypedDict, total=False):
    """What Step Functions says of an error; empty when there was none."""

    Error: str
    Cause: str


class RunInfo(TypedDict):
    """A run's identity, see `steward.domain.run.Run`."""

    arn: str
    name: str
    started_at: str
    workflow: str


class WaveInfo(TypedDict):
    """One wave of a run; its items are in S3 under ``key``."""

    name: str
    key: str
    count: int
    max_concurrent: int
    tolerated_failures_percent: float


class PlanEvent(TypedDict):
    """To Plan of every workflow. ``input`` is the execution's input, any JSON value."""

    input: Any
    settings: dict[str, Any]
    run: RunInfo
    now: str


class PlanAnswer(TypedDict):
    """From Plan; ``overrides`` is handed to each child execution."""

    dry_run: bool
    overrides: dict[str, Any]
    waves: list[WaveInfo]


class ReportEvent(TypedDict):
    """To Report. ``planned`` says whether plan.json exists."""

    input: Any
    run: RunInfo
    planned: bool
    error: ErrorInfo
    now: str


class ReportAnswer(TypedDict):
    """From Report; ``status`` is a `steward.domain.report.RunStatus`, ``report`` an S3 address."""

    status: str
    headline: str
    report: str
    error: str
    cause: str


class ChildEvent(TypedDict):
    """To every function of a child execution; ``execution`` is the child's ARN."""

    item: dict[str, Any]
    run: RunInfo
    now: str
    execution: str


class AbandonEvent(ChildEvent):
    """To Abandon: the error that ended the operation."""

    error: ErrorInfo


class AbandonAnswer(TypedDict):
    """From Abandon; ``failed`` says whether the child execution is to fail."""

    failed: bool
    error: str
    cause: str


class StepEvent(ChildEvent):
    """To a step that may ask to be called again.

    Attributes:
        since: When the run first turned to the cluster, as the step answered it; empty in the first call.
        attempt: How many times the step was called before.
    """

    settings: dict[str, Any]
    overrides: dict[str, Any]
    since: str
    attempt: int


class StepAnswer(TypedDict):
    """What every step answers; ``next`` is one of the step's own ``…Next``."""

    next: str
    reason: NotRequired[str]
    since: NotRequired[str]
    wait_seconds: NotRequired[int]


class WaitResult(TypedDict):
    """What a wait loop saw.

    Attributes:
        overshoot_seconds: The last pause: the awaited state was reached at most so long before it was seen.
        odd_status: An undocumented status that was seen, else empty.
    """

    polls: int
    overshoot_seconds: int
    odd_status: NotRequired[str]


class StartNext(StrEnum):
    """What comes after Start of rotate-keys."""

    AGAIN = "again"
    RESUMING = "resuming"
    ROTATING = "rotating"
    FINISH = "finish"
    DONE = "done"


class StartAnswer(StepAnswer):
    """From Start; ``expected_seconds`` (with ``rotating``) is what is left of the expected duration."""

    expected_seconds: NotRequired[int]


class FinishNext(StrEnum):
    """What comes after Finish of rotate-keys."""

    PAUSING = "pausing"
    DONE = "done"


class FinishEvent(ChildEvent):
    """To Finish of rotate-keys."""

    wait: WaitResult


class ConvergeNext(StrEnum):
    """What comes after Converge of sync-roles."""

    AGAIN = "again"
    SETTLING = "settling"
    DONE = "done"


class ConvergeEvent(StepEvent):
    """To Converge; ``wait`` is zero when no wait came before."""

    wait: WaitResult


class ConvergeAnswer(StepAnswer):
    """From Converge; with ``settling``: the ARNs of the awaited roles, and for how long to wait at most."""

    awaited: NotRequired[list[str]]
    deadline_seconds: NotRequired[int]
