"""`steward plan` and `steward run`: validate the input, then start an execution."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.cluster_names import require_clusters
from cli.deployed_stack import DeployedStack
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.output import console, print_json, print_line, print_note
from cli.runs.executions import Execution, describe_execution, start_execution
from cli.runs.report import exit_code_of, print_report, read_report
from cli.runs.run_progress import RUNNING
from cli.text import clean
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import WORKFLOWS

POLL_SECONDS = 1.0
"""Between two descriptions of an execution."""

REATTACH = "Still running. Reattach with: steward watch {}"
"""Printed on Ctrl-C."""


def plan_run(stack: DeployedStack, workflow: str, clusters: Sequence[str], *, as_json: bool) -> ExitCode:
    """Run the deployed state machine with ``dry_run``, wait, and print its report."""
    arn = check_and_start(stack, workflow, {"dry_run": True}, clusters, "plan")
    ended = wait_for_end(stack, arn)
    report = read_report(stack, ended.run)
    if as_json:
        print_json(report)
    else:
        print_report(report, stack.documents.address(ended.run.report_key))
    return exit_code_of(report)


def start_run(
    stack: DeployedStack,
    workflow: str,
    overrides: dict[str, Any],
    clusters: Sequence[str],
    *,
    as_json: bool,
    watching: bool,
) -> str:
    """Start a run and print its name, unless the caller watches it next; the execution's ARN.

    Raises:
        CliError: A deletion of named clusters, which needs a request instead.
    """
    if WORKFLOWS[workflow].waits_for_people and clusters and not overrides.get("dry_run"):
        names = " ".join(clean(each) for each in clusters)
        sentence = f"Deletions of named clusters need a request: `steward request {names} --reason …`"
        raise CliError(sentence, ExitCode.USAGE)
    arn = check_and_start(stack, workflow, overrides, clusters, "run")
    if not watching:
        print_started(workflow, arn, build_input(overrides, clusters), as_json=as_json)
    return arn


def print_started(workflow: str, arn: str, run_input: Mapping[str, Any], *, as_json: bool) -> None:
    """What was started, and how to watch it."""
    name = arn.rpartition(":")[2]
    if as_json:
        print_json({"workflow": workflow, "run": name, "execution": arn, "input": run_input})
    else:
        print_line(console(), f"Started {workflow}, run {name}")
        print_note(f"Watch it with: steward watch {name}")


def check_and_start(
    stack: DeployedStack, workflow: str, overrides: dict[str, Any], clusters: Sequence[str], prefix: str
) -> str:
    """Start a run named ``<prefix>-<time>-<random>`` if its input is valid; the execution's ARN.

    Raises:
        BadInput: The state machine would refuse the input.
        CliError: A named cluster does not exist, or the workflow is not deployed.
    """
    stack.machine_arn(workflow)
    document = build_input(overrides, clusters)
    run_input = parse_run_input(document, workflow)
    if run_input.clusters:
        require_clusters(stack, run_input.clusters)
    return start_execution(stack, workflow, document, prefix)


def build_input(overrides: dict[str, Any], clusters: Sequence[str]) -> dict[str, Any]:
    """The execution's input, without overrides that are off."""
    selection = {"clusters": list(clusters)} if clusters else {}
    return selection | {key: value for key, value in overrides.items() if value}


def wait_for_end(stack: DeployedStack, arn: str) -> Execution:
    """The execution once it has ended; Ctrl-C stops the waiting, not the run."""
    name = arn.rpartition(":")[2]
    try:
        with Console(stderr=True).status(f"Waiting for {name} …"):
            while (found := describe_execution(stack, arn)) is None or found.status == RUNNING:
                time.sleep(POLL_SECONDS)
            return found
    except KeyboardInterrupt:
        print_note(REATTACH.format(name))
        raise
