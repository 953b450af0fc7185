"""Runs as Step Functions knows them: started, listed, found by whatever name a person has."""

from __future__ import annotations

import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.text import clean, did_you_mean
from steward.domain.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.aws import Deployed

LATEST = "latest"

RECENT = 100
"""Executions of each state machine in which the beginning of a name is looked for."""

AT_ONCE = 16
"""Requests that are under way side by side."""


@dataclass(frozen=True)
class Execution:
    """One execution of a workflow's state machine.

    Attributes:
        status: Step Functions' own: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE.
        output: What Report answered (`status`, `headline`, `report`); empty until the end.
        cause: Why it failed, empty unless it did.
    """

    workflow: str
    arn: str
    status: str
    started_at: datetime
    ended_at: datetime | None = None
    output: dict[str, Any] | None = None
    cause: str = ""

    @property
    def name(self) -> str:
        """The run's name."""
        return self.arn.rpartition(":")[2]

    @property
    def run(self) -> Run:
        """The run's identity, as its documents and ledger records have it."""
        return Run(self.arn, self.name, f"{self.started_at:%Y-%m-%d}", self.workflow)


def start(stack: Deployed, workflow: str, document: dict[str, Any], verb: str) -> str:
    """Start a run whose input is ``document``; the execution's ARN.

    The name says what started it and when, and never repeats.
    """
    machine = stack.machine_of(workflow)
    name = f"{verb}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    answer = stack.client("stepfunctions").start_execution(
        stateMachineArn=machine, name=name, input=json.dumps(document)
    )
    return str(answer["executionArn"])


def describe(stack: Deployed, arn: str) -> Execution | None:
    """One execution; None when Step Functions does not know it (it forgets after 90 days)."""
    states = stack.client("stepfunctions")
    try:
        found = states.describe_execution(executionArn=arn)
    except (states.exceptions.ExecutionDoesNotExist, states.exceptions.InvalidArn):
        return None
    output = json.loads(found["output"]) if found.get("output") else None
    return _execution(stack, found, output, found.get("cause", ""))


def recent(stack: Deployed, workflow: str | None, most: int) -> list[Execution]:
    """The latest executions of one workflow, or of all, the newest first."""
    machines = [stack.machine_of(workflow)] if workflow else list(stack.machines.values())
    found = [each for machine in machines for each in _listed(stack, machine, most)]
    return sorted(found, key=lambda each: each.started_at, reverse=True)[:most]


def resolve(stack: Deployed, name: str, workflow: str | None = None) -> Execution:
    """The run that a person means by ``name``: an ARN, a name or its beginning, or `LATEST`.

    Raises:
        Trouble: There is none, or there are several.
    """
    if name == LATEST:
        newest = recent(stack, workflow, 1)
        if not newest:
            what, command = (f" of {workflow}", f" {workflow}") if workflow else ("", "")
            sentence = f"there has been no run{what} yet; start one with `steward run{command}`"
            raise Trouble(sentence, Exit.NOT_FOUND)
        return newest[0]
    if name.startswith("arn:"):
        return _by_arn(stack, name)
    return _by_name(stack, name)


def _by_arn(stack: Deployed, arn: str) -> Execution:
    if _workflow(stack, arn) is None:
        raise Trouble(f"{clean(arn)} is not an execution of a state machine of {stack.stack}", Exit.NOT_FOUND)
    found = describe(stack, arn)
    if found is None:
        raise _unknown(stack, arn, ())
    return found


def _by_name(stack: Deployed, name: str) -> Execution:
    if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):
        arns = [
            f"{machine.replace(':stateMachine:', ':execution:', 1)}:{name}"
            for machine in stack.machines.values()
        ]
        for found in (describe(stack, arn) for arn in arns):
            if found is not None:
                return found
    known = recent(stack, None, RECENT)
    meant = [each for each in known if each.name.startswith(name)]
    if len(meant) > 1:
        names = ", ".join(each.name for each in meant[:5])
        raise Trouble(
            f'"{clean(name)}" begins the names of {len(meant)} runs: {names}; say more of it', Exit.USAGE
        )
    if not meant:
        raise _unknown(stack, name, (each.name for each in known))
    return meant[0]


def _unknown(stack: Deployed, name: str, known: Iterable[str]) -> Trouble:
    hint = did_you_mean(name, known) or "; `steward runs` lists those there are"
    return Trouble(f'there is no run "{clean(name)}" in {stack.stack}{hint}', Exit.NOT_FOUND)


def _listed(stack: Deployed, machine: str, most: int) -> list[Execution]:
    pages = stack.client("stepfunctions").get_paginator("list_executions")
    pages = pages.paginate(stateMachineArn=machine, PaginationConfig={"PageSize": min(most, 1000)})
    return list(islice((_execution(stack, each) for page in pages for each in page["executions"]), most))


def _execution(
    stack: Deployed, found: dict[str, Any], output: dict[str, Any] | None = None, cause: str = ""
) -> Execution:
    ended = found.get("stopDate")
    return Execution(
        workflow=_workflow(stack, found["executionArn"]) or "",
        arn=found["executionArn"],
        status=found["status"],
        started_at=found["startDate"].astimezone(UTC),
        ended_at=ended.astimezone(UTC) if ended else None,
        output=output,
        cause=cause,
    )


def _workflow(stack: Deployed, arn: str) -> str | None:
    """Which workflow's state machine an execution belongs to."""
    machine = arn.rpartition(":")[0].replace(":execution:", ":stateMachine:", 1)
    return next((name for name, each in stack.machines.items() if each == machine), None)


def side_by_side(work: Any, items: Iterable[Any]) -> list[Any]:
    """``work`` done to every item, many at a time; answers are in the items' order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))
