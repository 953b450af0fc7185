"""Whether an event comes from a state machine of this stack: its execution's history must show the call.

Whoever holds ``lambda:InvokeFunction`` can send a function any event. The only word of an event that is
believed is the ARN of an execution, which must be one of this stack's own state machines. Then the history
of that execution decides: Step Functions must be calling this very version of this function with this very
event right now. So a caller can at most repeat the call that the state machine is making.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from steward.domain.errors import ExecutionUnknown, NotAuthorized
from steward.domain.moments import parse_moment
from steward.domain.one_line import one_line
from steward.domain.workflows import WORKFLOWS, Workflow

CHILDREN = "EachCluster"
"""The label of the Distributed Map: child executions are those of the machine ``<name>/EachCluster``."""

SCHEDULED = "TaskScheduled"
ATTEMPTS = frozenset({"TaskStarted", "TaskStartFailed", "TaskFailed", "TaskTimedOut"})
"""What can follow it while the state makes the same call: an attempt under way, or one before a retry."""

ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"})

_ARN = re.compile(r"arn:[\w-]+:states:[\w-]+:\d{12}:execution:(?P<machine>[\w/-]+):(?P<name>[^:]{1,80})")


@dataclass(frozen=True)
class ExecutionFacts:
    """An execution as Step Functions describes it; ``input`` is JSON.

    ``redriven_at`` is when it was last redriven, None if never, ``stopped_at`` when it ended, None while it
    runs; ``error`` and ``cause`` are why it failed.
    """

    arn: str
    status: str
    started_at: datetime
    input: Any = None
    redriven_at: datetime | None = None
    error: str = ""
    cause: str = ""
    stopped_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.status == "RUNNING"


def workflow_of(arn: str, stack: str, *, child: bool = False) -> Workflow:
    """The workflow of an execution of a stack's state machine, or with ``child`` of one of its children.

    Raises:
        NotAuthorized: It is another execution, or no ARN of one.
    """
    found = _ARN.fullmatch(arn) if arn == one_line(arn) else None
    machine = found["machine"] if found else ""
    for workflow in WORKFLOWS.values():
        own = f"{stack}-{workflow.name}"
        if machine == (f"{own}/{CHILDREN}" if child else own):
            return workflow
    raise NotAuthorized(
        f'"{one_line(arn, 200)}" is no execution of the state machines of {stack}; nothing was changed'
    )


def claim(event: Any, *path: str) -> str:
    """The text that an unverified event has at ``path``; empty if there is none."""
    for key in path:
        event = event.get(key) if isinstance(event, Mapping) else None
    return event if isinstance(event, str) else ""


@dataclass(frozen=True)
class HistoryEvent:
    """An event of an execution's history; ``arguments`` are those of the call when it schedules one."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


def verified_event(
    arn: str, function: str, event: Mapping[str, Any], latest: Sequence[HistoryEvent]
) -> dict[str, Any]:
    """The event as the execution's history has it.

    Args:
        arn: The execution's.
        function: The ARN by which the function was called, with its version.
        event: What the function was sent.
        latest: The last events of the history, the newest first.

    Raises:
        NotAuthorized: The execution has ended.
        ExecutionUnknown: Its history does not show the call, or not yet.
    """
    if latest and latest[0].kind in ENDS:
        sentence = f"{arn} is no longer under way ({latest[0].kind}); nothing was changed"
        raise NotAuthorized(sentence, explained=bool(_shown_call(latest[1:], function, event)))
    call = _shown_call(latest, function, event)
    if call is None:
        raise ExecutionUnknown(
            f"the history of {arn} does not show that it calls {function} with this event now;"
            " nothing was changed"
        )
    # its own words, not the event's: 1 and True are equal
    verified = dict(call["Payload"])
    run = verified["run"]
    return {**verified, "run": {**run, "started_at": _start(parse_moment(run["started_at"]))}}


def _shown_call(
    latest: Sequence[HistoryEvent], function: str, event: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """The arguments of the call that these events end with, if it calls ``function`` with ``event``."""
    call = next((each for each in latest if each.kind not in ATTEMPTS), None)
    if call is None or call.kind != SCHEDULED or not _is_call(call.arguments, function, event):
        return None
    return call.arguments


def _is_call(arguments: Mapping[str, Any], function: str, event: Mapping[str, Any]) -> bool:
    return arguments.get("FunctionName") == function and arguments.get("Payload") == event


def _start(moment: datetime) -> str:
    """The start of a run in the one spelling that the keys of its records have.

    Step Functions gives it with milliseconds: as text in its context, by its API as a binary fraction.
    """
    exact = (moment + timedelta(microseconds=10)).astimezone(UTC)
    return exact.isoformat(timespec="milliseconds").replace("+00:00", "Z")
