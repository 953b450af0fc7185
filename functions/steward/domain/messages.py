"""The contract between the state machines and the functions.

For each function: the event that a state machine sends (``…Event``), and the answer that it reads
(``…Answer``). A step that a Choice follows answers one type for each value of ``next``, with exactly the keys
that the states of that way read. The steps are annotated with these types, and the definitions in `infra`
build their payloads and choices from them; so a renamed key, a forgotten one or an unknown answer fails mypy,
synthesis or ``tests/contracts/test_messages.py`` instead of a run.

Moments are ISO 8601 in UTC, ARNs and identifiers are AWS's own.
"""

from enum import StrEnum
from typing import Any, Literal, NotRequired, TypedDict, get_type_hints

from steward.domain.deprovision.moves import Delegate, RequestTask, Wait
from steward.domain.items import ClusterItem, DeprovisionItem, RolesItem, RotationItem


class ErrorInfo(TypedDict, total=False):
    """What Step Functions says of an error, empty for none; ``count`` came in a row (missing after a wait).

    Of a run: ``outage``, whether AWS is out of order, and ``since`` when the errors come.
    """

    Error: str
    Cause: str
    count: int
    outage: bool
    since: str


class RunInfo(TypedDict):
    """A run's identity, see `steward.domain.run.Run`."""

    arn: str
    name: str
    started_at: str
    workflow: str


class RunEvent(TypedDict):
    """What every event of a run has; ``now`` is when the state machine entered the state."""

    run: RunInfo
    now: str


class WaveInfo(TypedDict):
    """One wave of a run; its items are in S3 under ``key``."""

    name: str
    key: str
    count: int
    max_concurrent: int
    tolerated_failures_percent: float


class PlanEvent(RunEvent):
    """To Plan. ``input`` is the execution's, as it came."""

    input: Any


class PlanAnswer(TypedDict):
    """From Plan; ``overrides`` is handed to each child execution."""

    dry_run: bool
    overrides: dict[str, bool]
    waves: list[WaveInfo]


class RunEnd(TypedDict):
    """What the report says of a run's end: when it was, and the execution's input as it came."""

    input: Any
    now: str


class ReportEvent(RunEvent):
    """To Report. ``planned`` says whether plan.json exists."""

    input: Any
    planned: bool
    error: ErrorInfo


class ReportAnswer(TypedDict):
    """From Report. ``error`` and ``cause`` are empty when there was no error."""

    status: str
    headline: str
    report: str
    error: str
    cause: str


class ChildEvent(RunEvent):
    """To every function of a child execution, with the ``item``; ``execution`` is the child's ARN."""

    execution: str


class AbandonEvent(ChildEvent):
    """To Abandon: the error that ended the operation."""

    item: ClusterItem
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

    overrides: dict[str, bool]
    since: str
    attempt: int


class WaitInfo(TypedDict):
    """What a wait loop saw.

    Attributes:
        overshoot_seconds: The last pause: the awaited state was reached at most so long before it was seen.
    """

    polls: int
    overshoot_seconds: int


class StatusWaitInfo(WaitInfo):
    """``odd_status`` is an undocumented status that was seen, else empty."""

    odd_status: str


class StartEvent(StepEvent):
    """To Start of rotate-keys."""

    item: RotationItem


class FinishEvent(ChildEvent):
    """To Finish of rotate-keys."""

    item: RotationItem
    wait: StatusWaitInfo


class ConvergeEvent(StepEvent):
    """To Converge of sync-roles; ``wait`` has zeros when no wait came before."""

    item: RolesItem
    wait: WaitInfo


class DeprovisionEvent(StepEvent):
    """To Delete and RemoveCopy."""

    item: DeprovisionItem


class AdvanceEvent(DeprovisionEvent):
    """To Advance: ``error`` ended a wait or came up too often; else it is empty."""

    error: ErrorInfo


class StepNext(StrEnum):
    """What can come after several steps."""

    AGAIN = "again"
    """The same step, after a pause."""
    DONE = "done"


class StartNext(StrEnum):
    """What else can come after Start of rotate-keys."""

    RESUMING = "resuming"
    ROTATING = "rotating"
    FINISH = "finish"


class FinishNext(StrEnum):
    """What else can come after Finish of rotate-keys."""

    PAUSING = "pausing"


class ConvergeNext(StrEnum):
    """What else can come after Converge of sync-roles."""

    SETTLING = "settling"


class AdvanceNext(StrEnum):
    """What else can come after Advance of deprovision, besides a wait, a question, or a deletion."""

    FAILED = "failed"


Next = StepNext | StartNext | FinishNext | ConvergeNext | AdvanceNext | Wait | RequestTask | Delegate


class StepInfo(TypedDict):
    """What every answer of a step that may be called again has.

    Attributes:
        since: When the run first turned to the cluster; the state machine hands it to the next call.
        reason: Why this comes next; for people who read the execution's history.
    """

    since: str
    reason: str


class AgainAnswer(StepInfo):
    """The step is called again after ``wait_seconds``."""

    next: Literal[StepNext.AGAIN]
    wait_seconds: int


class DoneAnswer(StepInfo):
    """The operation has ended, and its record says how."""

    next: Literal[StepNext.DONE]


class ResumingAnswer(StepInfo):
    """The cluster is being resumed; or Finish has to pause it again."""

    next: Literal[StartNext.RESUMING, StartNext.FINISH]


class RotatingAnswer(StepInfo):
    """A rotation is under way; ``expected_seconds`` is what is left of its expected duration."""

    next: Literal[StartNext.ROTATING]
    expected_seconds: int


class FinishAnswer(TypedDict):
    """From Finish of rotate-keys."""

    next: Literal[FinishNext.PAUSING, StepNext.DONE]


class SettlingAnswer(StepInfo):
    """Roles are on their way in or out.

    Attributes:
        awaited: Their ARNs.
        deadline_seconds: For how long to wait at most.
    """

    next: Literal[ConvergeNext.SETTLING]
    awaited: list[str]
    deadline_seconds: int


class MoveAnswer(StepInfo):
    """A wait, or a function that deletes.

    Attributes:
        snapshot: The name of the guard snapshot.
        final: The name of the final snapshot.
        copy: The name of the restore test's cluster.
    """

    next: Wait | Delegate
    snapshot: str
    final: str
    copy: str


class QuestionAnswer(StepInfo):
    """A task for people.

    Attributes:
        timeout_seconds: For how long to wait for the answer.
        blockers_waived: As `ApprovalEvent` has it.
    """

    next: RequestTask
    timeout_seconds: int
    blockers_waived: list[dict[str, Any]]


class FailedAnswer(StepInfo):
    """The operation has ended badly: ``error`` is the reason code, ``cause`` the reason as a sentence."""

    next: Literal[AdvanceNext.FAILED]
    error: str
    cause: str


class DeletingAnswer(StepInfo):
    """DeleteCluster was accepted."""

    next: Literal[Wait.UNTIL_DELETED]


class RemovingAnswer(StepInfo):
    """DeleteCluster was accepted for the restore test's cluster ``copy``."""

    next: Literal[Wait.UNTIL_COPY_GONE]
    copy: str


EndOrAgain = AgainAnswer | DoneAnswer
StartAnswer = EndOrAgain | ResumingAnswer | RotatingAnswer
ConvergeAnswer = EndOrAgain | SettlingAnswer
AdvanceAnswer = EndOrAgain | MoveAnswer | QuestionAnswer | FailedAnswer
DeleteAnswer = AgainAnswer | DeletingAnswer
RemoveCopyAnswer = AgainAnswer | RemovingAnswer


class ApprovalEvent(ChildEvent):
    """To the function that requests approvals.

    Attributes:
        blockers_waived: The blockers that the policy waives, as the approver sees them.
        token: Of the waiting task; empty when nobody is asked.
        hold: The task only waits in quarantine, so that a cancellation reaches it.
    """

    item: DeprovisionItem
    blockers_waived: list[dict[str, Any]]
    token: str
    hold: bool


class ApprovalAnswer(TypedDict):
    """From the function that requests approvals; no state reads it, the ledger has the answer."""

    request: str
    approved_by: str


class ScheduleInfo(TypedDict, total=False):
    """What is expected of a workflow's schedule; the keys are those of `steward.domain.watch.Schedule`."""

    period_seconds: float
    longest_run_seconds: float


class WatchEvent(TypedDict):
    """To Watch, from its schedule: what to expect, by workflow."""

    schedules: dict[str, ScheduleInfo]


class SweepEvent(TypedDict):
    """To Sweep, from its schedule; ``machines`` are the ARNs of the stack's state machines."""

    machines: list[str]


class StoppedRun(TypedDict):
    """The detail of Step Functions' event on an execution; moments are Unix milliseconds."""

    executionArn: str
    stateMachineArn: str
    name: str
    status: str
    startDate: float
    stopDate: float
    redriveDate: NotRequired[float | None]


class StoppedEvent(TypedDict):
    """To ReportStopped, from EventBridge."""

    detail: StoppedRun


class StoppedAnswer(TypedDict):
    """From ReportStopped when the run had a report already."""

    status: str
    report: str


def keys_of(message: type) -> frozenset[str]:
    """The keys of a message's type."""
    return frozenset(get_type_hints(message))
