"""In front of every step: the run that an event speaks of must be one of this stack's that is under way.

It costs one DescribeExecution per invocation. Step Functions allows 10 to 15 a second and bursts of 250 or
300 (quotas, "API action throttling"); a run of 1,000 clusters makes some 10,000 within hours.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from steward.adapters.executions import Executions
from steward.domain.authority import ExecutionFacts, child_event, run_event, workflow_of
from steward.domain.errors import ExecutionUnknown, NotAuthorized
from steward.domain.workflows import WORKFLOWS, Workflow


class AuthorizingTools(Protocol):
    """What a step's ``Tools`` need for it."""

    @property
    def executions(self) -> Executions:
        """For describing the execution."""


Authorize = Callable[[Mapping[str, Any], AuthorizingTools, str], dict[str, Any]]
"""From event, tools and the stack's name: the event with what Step Functions says in place of its own word.

Raises `NotAuthorized` when the event is not from a run of the stack, and `ExecutionUnknown` when Step
Functions cannot tell.
"""


def child_of(*workflows: Workflow) -> Authorize:
    """The events of child executions of these workflows, or of any."""
    allowed = workflows or tuple(WORKFLOWS.values())

    def authorize(event: Mapping[str, Any], tools: AuthorizingTools, stack: str) -> dict[str, Any]:
        arn = str(event.get("execution") or "")
        _must_be(workflow_of(arn, stack, child=True), allowed)
        return child_event(event, _describe(arn, tools))

    return authorize


def run_of(*workflows: Workflow) -> Authorize:
    """The events of runs of these workflows, or of any."""
    allowed = workflows or tuple(WORKFLOWS.values())

    def authorize(event: Mapping[str, Any], tools: AuthorizingTools, stack: str) -> dict[str, Any]:
        arn = str((event.get("run") or {}).get("arn") or "")
        workflow = workflow_of(arn, stack)
        _must_be(workflow, allowed)
        return run_event(event, _describe(arn, tools), workflow)

    return authorize


def ended_run(event: Mapping[str, Any], tools: AuthorizingTools, stack: str) -> dict[str, Any]:
    """EventBridge's event on the end of a run: the run must have ended as it says."""
    detail = event.get("detail") or {}
    arn = str(detail.get("executionArn") or "")
    workflow_of(arn, stack)
    facts = _describe(arn, tools)
    if facts.status != detail.get("status"):
        raise NotAuthorized(
            f"{arn} is {facts.status}, not {str(detail.get('status'))[:40]}; nothing was changed"
        )
    machine = arn.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    verified = {"executionArn": arn, "name": arn.rpartition(":")[2], "stateMachineArn": machine}
    return {**event, "detail": {**detail, **verified}}


def _must_be(workflow: Workflow, allowed: tuple[Workflow, ...]) -> None:
    if workflow not in allowed:
        raise NotAuthorized(f"this function is none of {workflow.name}; nothing was changed")


def _describe(arn: str, tools: AuthorizingTools) -> ExecutionFacts:
    facts = tools.executions.find(arn)
    if facts is None:
        raise ExecutionUnknown(f"Step Functions knows no execution {arn}; nothing was changed")
    return facts
