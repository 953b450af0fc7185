"""In front of every step: the state machine must be making the very call that an event pretends to be.

It costs one GetExecutionHistory per invocation. Step Functions allows 20 a second and bursts of 400 (quotas,
"API action throttling"); a run of 1,000 clusters makes some 10,000 within hours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from steward.adapters.executions import Executions, ScheduledTasks
from steward.domain.authority import claim, verified_event, workflow_of
from steward.domain.ended_runs import EndedRun, status_change
from steward.domain.errors import ExecutionUnknown, NotAuthorized
from steward.domain.one_line import one_line
from steward.domain.workflows import WORKFLOWS, Workflow


@dataclass(frozen=True)
class Invocation:
    """What a function knows besides its event.

    Attributes:
        stack: The stack's name.
        function: The ARN by which it was called, with its version.
    """

    stack: str
    function: str


class CalledTools(Protocol):
    """What the ``Tools`` of a step that a state machine calls need for it."""

    @property
    def scheduled_tasks(self) -> ScheduledTasks:
        """For the history of the execution."""


class NotifiedTools(Protocol):
    """What the ``Tools`` of a step that hears of a run's end need for it."""

    @property
    def executions(self) -> Executions:
        """For describing the execution."""


Authorize = Callable[[Mapping[str, Any], Any, Invocation], dict[str, Any]]
"""From event, tools and invocation: the event with what Step Functions says in place of its own word.

Raises `NotAuthorized` when the event is not from a run of the stack, and `ExecutionUnknown` when Step
Functions does not show it, or not yet.
"""


def child_of(*workflows: Workflow) -> Authorize:
    """The events of child executions of these workflows, or of any."""

    def authorize(event: Mapping[str, Any], tools: CalledTools, invocation: Invocation) -> dict[str, Any]:
        arn = claim(event, "execution")
        _must_be(workflow_of(arn, invocation.stack, child=True), workflows)
        return verified_event(arn, invocation.function, event, tools.scheduled_tasks.latest_events(arn))

    return authorize


def run_of(*workflows: Workflow) -> Authorize:
    """The events of runs of these workflows, or of any."""

    def authorize(event: Mapping[str, Any], tools: CalledTools, invocation: Invocation) -> dict[str, Any]:
        arn = claim(event, "run", "arn")
        _must_be(workflow_of(arn, invocation.stack), workflows)
        return verified_event(arn, invocation.function, event, tools.scheduled_tasks.latest_events(arn))

    return authorize


def ended_run(event: Mapping[str, Any], tools: NotifiedTools, invocation: Invocation) -> dict[str, Any]:
    """EventBridge's event on the end of a run: the run must have ended as it says.

    All that the step gets is what Step Functions describes: by a date of the caller's choice, a run that has
    its report would seem to have none, and be reported anew.
    """
    arn, status = claim(event, "detail", "executionArn"), claim(event, "detail", "status")
    workflow_of(arn, invocation.stack)
    facts = tools.executions.find(arn)
    if facts is None:
        raise ExecutionUnknown(f"Step Functions knows no execution {arn}; nothing was changed")
    if facts.status != status or facts.stopped_at is None:
        raise NotAuthorized(f"{arn} is {facts.status}, not {one_line(status, 40)}; nothing was changed")
    ended = EndedRun(arn, facts.status, facts.started_at, facts.stopped_at, facts.redriven_at)
    return {"detail": status_change(ended)}


def _must_be(workflow: Workflow, allowed: tuple[Workflow, ...]) -> None:
    if workflow not in (allowed or WORKFLOWS.values()):
        raise NotAuthorized(f"this function is none of {workflow.name}; nothing was changed")
