"""Whether an event comes from a run of this stack: what it says of its run is compared with Step Functions.

Whoever holds ``lambda:InvokeFunction`` can send a function any event. The only word of an event that is
believed is the ARN of an execution, and only after Step Functions has described it: an execution of this
stack's own state machine that is under way. Run, item and overrides are those of its input, which the
Distributed Map has read from the run's plan.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from steward.domain.errors import NotAuthorized
from steward.domain.moments import parse_moment
from steward.domain.workflows import WORKFLOWS, Workflow

CHILDREN = "EachCluster"
"""The label of the Distributed Map: child executions are those of the machine ``<name>/EachCluster``."""

_ARN = re.compile(r"arn:[\w-]+:states:[\w-]+:\d{12}:execution:(?P<machine>[\w/-]+):(?P<name>[^:]{1,80})")


@dataclass(frozen=True)
class ExecutionFacts:
    """An execution as Step Functions describes it; ``input`` is JSON.

    ``redriven_at`` is when it was last redriven, None if never; ``error`` and ``cause`` are why it failed.
    """

    arn: str
    status: str
    started_at: datetime
    input: Any = None
    redriven_at: datetime | None = None
    error: str = ""
    cause: str = ""

    @property
    def is_running(self) -> bool:
        return self.status == "RUNNING"


def workflow_of(arn: str, stack: str, *, child: bool = False) -> Workflow:
    """The workflow of an execution of a stack's state machine, or with ``child`` of one of its children.

    Raises:
        NotAuthorized: It is another execution, or no ARN of one.
    """
    found = _ARN.fullmatch(arn)
    machine = found["machine"] if found else ""
    for workflow in WORKFLOWS.values():
        own = f"{stack}-{workflow.name}"
        if machine == (f"{own}/{CHILDREN}" if child else own):
            return workflow
    raise NotAuthorized(
        f'"{arn[:200]}" is no execution of the state machines of {stack}; nothing was changed'
    )


def child_event(event: Mapping[str, Any], facts: ExecutionFacts) -> dict[str, Any]:
    """The event of a child execution, with run, item and overrides as the execution was given them.

    Raises:
        NotAuthorized: The child execution is not under way.
    """
    _must_run(facts)
    run = dict(facts.input["run"])
    run["started_at"] = _start(parse_moment(run["started_at"]))
    return {**event, "run": run, **{key: facts.input[key] for key in ("item", "overrides")}}


def run_event(event: Mapping[str, Any], facts: ExecutionFacts, workflow: Workflow) -> dict[str, Any]:
    """The event of a run, with its identity and input as the execution has them.

    Raises:
        NotAuthorized: The run is not under way.
    """
    _must_run(facts)
    name = facts.arn.rpartition(":")[2]
    started_at = _start(facts.started_at)
    run = {"arn": facts.arn, "name": name, "started_at": started_at, "workflow": workflow.name}
    return {**event, "run": run, "input": facts.input}


def _must_run(facts: ExecutionFacts) -> None:
    if not facts.is_running:
        raise NotAuthorized(f"{facts.arn} is {facts.status}, and no longer under way; nothing was changed")


def _start(moment: datetime) -> str:
    """The start of a run in the one spelling that the keys of its records have.

    Step Functions gives it with milliseconds: as text in the context, by its API as a binary fraction.
    """
    exact = (moment + timedelta(microseconds=10)).astimezone(UTC)
    return exact.isoformat(timespec="milliseconds").replace("+00:00", "Z")
