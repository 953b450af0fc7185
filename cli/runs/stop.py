"""`steward stop`: stop a run after showing what becomes of each of its clusters."""

from dataclasses import dataclass, replace
from typing import Any

from cli.confirmation import confirm, require_yes
from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.output import add_row, console, new_table, print_json, print_line, print_note
from cli.runs.executions import Execution
from cli.runs.run_progress import RUNNING, read_run_document, step_label
from steward.domain.moments import format_moment
from steward.domain.operation import Operation
from steward.domain.recovery import recovery_of
from steward.domain.stop import AfterStop, after_stop
from steward.steps.recovery import operations_of


@dataclass(frozen=True)
class UnderWay:
    """One cluster whose operation has not ended."""

    cluster: str
    step: str
    after: AfterStop

    def as_json(self) -> dict[str, str]:
        return {
            "cluster": self.cluster,
            "step": self.step,
            "after": self.after.fate.value,
            "reason": self.after.reason,
        }


def stop_run(stack: DeployedStack, execution: Execution, *, yes: bool, as_json: bool) -> None:
    """Stop the execution; the steward's rule on ended runs does the rest.

    Raises:
        CliError: It has ended already, or its name was not confirmed.
    """
    require_yes(yes=yes, as_json=as_json)
    if execution.status != RUNNING:
        ended = execution.status.lower().replace("_", " ")
        raise CliError(f"{execution.name} has ended ({ended}); there is nothing to stop", ExitCode.ATTENTION)
    found = clusters_under_way(stack, execution)
    if not as_json:
        _print_clusters(execution, found)
    if not yes:
        confirm(execution.name, "stop it")
    stack.client("stepfunctions").stop_execution(executionArn=execution.arn)
    _print_stopped(stack, execution, found, as_json=as_json)


def clusters_under_way(stack: DeployedStack, execution: Execution) -> list[UnderWay]:
    """The clusters that the run acts on and has not ended with, in the plan's order."""
    plan = read_run_document(stack, execution.run.plan_key)
    if plan is None or plan["dry_run"]:
        return []
    lines = [line for line in plan["clusters"] if line["wave"]]
    run = replace(execution.run, started_at=plan["started_at"])
    operations = operations_of(run, lines, stack.operations)
    found = (_under_way(line["cluster"], operations.get(line["cluster"]), run.workflow) for line in lines)
    return [each for each in found if each is not None]


def _under_way(cluster: str, operation: Operation | None, workflow: str) -> UnderWay | None:
    after = after_stop(operation, workflow)
    step = step_label(operation.step) if operation else "queued"
    return None if after is None else UnderWay(cluster, step, after)


def _print_clusters(execution: Execution, found: list[UnderWay]) -> None:
    out = console()
    if not found:
        print_line(out, f"{execution.name} is not at work on any cluster.")
        return
    rows = new_table("cluster", "step", "after the stop", "why", folding="why")
    for each in found:
        add_row(rows, each.cluster, each.step, each.after.fate.value.replace("_", " "), each.after.reason)
    out.print(rows)


def _print_stopped(
    stack: DeployedStack, execution: Execution, found: list[UnderWay], *, as_json: bool
) -> None:
    recovers = any(each.after.needs_recovery for each in found)
    recovery = recovery_of(execution.run, format_moment(stack.now())).name if recovers else None
    if as_json:
        print_json(_document(execution, found, recovery))
        return
    print_line(console(), f"Stopped {execution.workflow}, run {execution.name}", "bold")
    if recovery:
        print_line(console(), f"{recovery} starts within a minute and finishes or puts back what was begun.")
        print_note(f"Watch it with: steward watch {recovery}")
    print_note(f"The rest, once that has ended: steward retry {execution.name}")


def _document(execution: Execution, found: list[UnderWay], recovery: str | None) -> dict[str, Any]:
    return {
        "workflow": execution.workflow,
        "run": execution.name,
        "execution": execution.arn,
        "recovery": recovery,
        "clusters": [each.as_json() for each in found],
    }
