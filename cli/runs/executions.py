"""Runs as Step Functions executions: started, described, listed, and found by name."""

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.text import clean, did_you_mean
from steward.domain.run import Run

LATEST = "latest"

RECENT = 100
"""Executions of each state machine that are searched for a name's prefix."""


@dataclass(frozen=True)
class Execution:
    """One execution of a workflow's state machine.

    Attributes:
        status: Step Functions' status: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE.
        output: What Report returned (`status`, `headline`, `report`); None until the end.
        cause: Why it failed; empty unless it did.
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
        return self.arn.rpartition(":")[2]

    @property
    def run(self) -> Run:
        """The run's identity in S3 keys; the ledger's keys need the plan's ``started_at``."""
        return Run(self.arn, self.name, f"{self.started_at:%Y-%m-%d}", self.workflow)


def start_execution(stack: DeployedStack, workflow: str, document: dict[str, Any], prefix: str) -> str:
    """Start a run whose input is ``document``, named ``<prefix>-<time>-<random>``; the execution's ARN."""
    machine = stack.machine_arn(workflow)
    name = f"{prefix}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    answer = stack.client("stepfunctions").start_execution(
        stateMachineArn=machine, name=name, input=json.dumps(document)
    )
    return str(answer["executionArn"])


def describe_execution(stack: DeployedStack, arn: str) -> Execution | None:
    """One execution; None when there is none (Step Functions keeps executions for 90 days)."""
    states = stack.client("stepfunctions")
    try:
        found = states.describe_execution(executionArn=arn)
    except (states.exceptions.ExecutionDoesNotExist, states.exceptions.InvalidArn):
        return None
    output = json.loads(found["output"]) if found.get("output") else None
    return _execution(stack, found, output, found.get("cause", ""))


def recent_executions(stack: DeployedStack, workflow: str | None, limit: int) -> list[Execution]:
    """The latest executions of one workflow, or of all, the newest first."""
    machines = [stack.machine_arn(workflow)] if workflow else list(stack.machines.values())
    found = [each for machine in machines for each in _executions_of(stack, machine, limit)]
    return sorted(found, key=lambda each: each.started_at, reverse=True)[:limit]


def resolve_run(stack: DeployedStack, name: str, workflow: str | None = None) -> Execution:
    """The run that ``name`` denotes: an execution ARN, a name or a prefix of one, or `LATEST`.

    Raises:
        CliError: Nothing matches, or several runs do.
    """
    if name == LATEST:
        newest = recent_executions(stack, workflow, 1)
        if not newest:
            runs = f"{workflow} runs" if workflow else "runs"
            sentence = f"No {runs} yet; start one with `steward run {workflow or 'WORKFLOW'}`"
            raise CliError(sentence, ExitCode.NOT_FOUND)
        return newest[0]
    if name.startswith("arn:"):
        return _by_arn(stack, name)
    return _by_name(stack, name)


def _by_arn(stack: DeployedStack, arn: str) -> Execution:
    if _workflow_of(stack, arn) is None:
        raise CliError(f"{clean(arn)} is not an execution of {stack.stack}", ExitCode.NOT_FOUND)
    found = describe_execution(stack, arn)
    if found is None:
        raise _no_such_run(stack, arn, ())
    return found


def _by_name(stack: DeployedStack, name: str) -> Execution:
    if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):
        arns = [
            f"{machine.replace(':stateMachine:', ':execution:', 1)}:{name}"
            for machine in stack.machines.values()
        ]
        for found in (describe_execution(stack, arn) for arn in arns):
            if found is not None:
                return found
    known = recent_executions(stack, None, RECENT)
    matches = [each for each in known if each.name.startswith(name)]
    if len(matches) > 1:
        names = ", ".join(each.name for each in matches[:5])
        raise CliError(
            f'"{clean(name)}" matches {len(matches)} runs: {names}; use a longer prefix', ExitCode.USAGE
        )
    if not matches:
        raise _no_such_run(stack, name, (each.name for each in known))
    return matches[0]


def _no_such_run(stack: DeployedStack, name: str, known: Iterable[str]) -> CliError:
    hint = did_you_mean(name, known) or "; `steward runs` lists them"
    return CliError(f'No run "{clean(name)}" in {stack.stack}{hint}', ExitCode.NOT_FOUND)


def _executions_of(stack: DeployedStack, machine: str, limit: int) -> list[Execution]:
    pages = stack.client("stepfunctions").get_paginator("list_executions")
    pages = pages.paginate(stateMachineArn=machine, PaginationConfig={"PageSize": min(limit, 1000)})
    return list(islice((_execution(stack, each) for page in pages for each in page["executions"]), limit))


def _execution(
    stack: DeployedStack, found: dict[str, Any], output: dict[str, Any] | None = None, cause: str = ""
) -> Execution:
    ended = found.get("stopDate")
    return Execution(
        workflow=_workflow_of(stack, found["executionArn"]) or "",
        arn=found["executionArn"],
        status=found["status"],
        started_at=found["startDate"].astimezone(UTC),
        ended_at=ended.astimezone(UTC) if ended else None,
        output=output,
        cause=cause,
    )


def _workflow_of(stack: DeployedStack, arn: str) -> str | None:
    """The workflow of the execution's state machine; None for a machine of another stack."""
    machine = arn.rpartition(":")[0].replace(":execution:", ":stateMachine:", 1)
    return next((name for name, each in stack.machines.items() if each == machine), None)
