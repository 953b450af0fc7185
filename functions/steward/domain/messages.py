"""The contract between the state machines and the functions.

For each function: the event that a state machine sends (``…Event``), the answer that it reads (``…Answer``),
and, where a Choice follows, the values of the answer's ``next`` (``…Next``). The definitions in `infra` build
their payloads and choices from these types, and the steps are annotated with them; so a renamed key or an
unknown answer fails mypy, synthesis or ``tests/contracts/test_messages.py`` instead of a run.

Moments are ISO 8601 in UTC, ARNs and identifiers are AWS's own. An event has each key of its type; an answer
may lack the keys that are ``NotRequired``, but never one that the state after the function's Choice reads.
"""

from enum import StrEnum
from typing import Any, NotRequired, TypedDict, get_origin, get_type_hints

from steward.domain.deprovision.moves import Delegate, RequestTask, Wait


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
    input: Any
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

    overrides: dict[str, Any]
    since: str
    attempt: int


class WaitInfo(TypedDict):
    """What a wait loop saw.

    Attributes:
        overshoot_seconds: The last pause: the awaited state was reached at most so long before it was seen.
        odd_status: An undocumented status that was seen, else empty.
    """

    polls: int
    overshoot_seconds: int
    odd_status: NotRequired[str]


class FinishEvent(ChildEvent):
    wait: WaitInfo


class ConvergeEvent(StepEvent):
    """To Converge of sync-roles; ``wait`` has zeros when no wait came before."""

    wait: WaitInfo


class StepNext(StrEnum):
    AGAIN = "again"
    """The same step, after a pause of ``wait_seconds``."""
    DONE = "done"


class StartNext(StrEnum):
    RESUMING = "resuming"
    ROTATING = "rotating"
    FINISH = "finish"


class FinishNext(StrEnum):
    PAUSING = "pausing"


class ConvergeNext(StrEnum):
    SETTLING = "settling"


class AdvanceNext(StrEnum):
    """What else can come after Advance of deprovision, besides a wait, a question, or a deletion."""

    FAILED = "failed"


DeprovisionNext = StepNext | AdvanceNext | Wait | RequestTask | Delegate
Next = StepNext | StartNext | FinishNext | ConvergeNext | DeprovisionNext


class StepAnswer(TypedDict):
    """From every step of a child execution.

    Attributes:
        since: When the run first turned to the cluster; the state machine hands it to the next call.
        wait_seconds: With `StepNext.AGAIN`.
        expected_seconds: With `StartNext.ROTATING`: what is left of the expected duration.
        awaited: With `ConvergeNext.SETTLING`: the ARNs of the roles that are waited for.
        deadline_seconds: With `ConvergeNext.SETTLING`: for how long to wait at most.
        timeout_seconds: With a `RequestTask`: for how long to wait for the answer.
        plan_hash: With a `RequestTask`, as `ApprovalEvent` has it; so are ``blockers_waived``.
        snapshot: With a `Wait`: the name of the guard snapshot; ``final`` that of the final snapshot,
            ``copy`` that of the restore test's cluster.
        error: With `AdvanceNext.FAILED`: the reason code; ``cause`` is the reason as a sentence.
    """

    next: Next
    reason: NotRequired[str]
    since: NotRequired[str]
    wait_seconds: NotRequired[int]
    expected_seconds: NotRequired[int]
    awaited: NotRequired[list[str]]
    deadline_seconds: NotRequired[int]
    timeout_seconds: NotRequired[int]
    plan_hash: NotRequired[str]
    blockers_waived: NotRequired[list[dict[str, Any]]]
    snapshot: NotRequired[str]
    final: NotRequired[str]
    copy: NotRequired[str]
    error: NotRequired[str]
    cause: NotRequired[str]


class DeprovisionEvent(StepEvent):
    """To Advance, Delete and RemoveCopy; Advance gets the error that ended a wait or came up too often."""

    error: NotRequired[ErrorInfo]


class ApprovalEvent(ChildEvent):
    """To the function that requests approvals.

    Attributes:
        plan: What is to be approved; ``plan_hash`` is its hash.
        blockers_waived: The blockers that the policy waives, as the approver sees them.
        token: Of the waiting task; empty when nobody is asked.
        hold: The task only waits in quarantine, so that a cancellation reaches it.
    """

    plan: dict[str, Any]
    plan_hash: str
    blockers_waived: list[dict[str, Any]]
    requested_by: str
    reason: str
    token: str
    hold: NotRequired[bool]


class ApprovalAnswer(TypedDict):
    """From the function that requests approvals; no state reads it, the ledger has the answer."""

    request: str
    approved_by: NotRequired[str]


class WatchEvent(TypedDict):
    """To Watch: the schedules by workflow, in seconds."""

    now: str
    schedules: dict[str, dict[str, float]]


def keys_of(message: type, *, required: bool = False) -> frozenset[str]:
    """The keys of a message's type, or only those that it always has."""
    hints = get_type_hints(message, include_extras=True)
    return frozenset(key for key, hint in hints.items() if not (required and get_origin(hint) is NotRequired))
