"""Starting runs: a dry run that is waited for, or a real one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cli.errors import Trouble
from cli.exit_codes import Exit
from cli.output import console, emit, note, say
from cli.runs.executions import describe, start
from cli.runs.report import tell, verdict, written
from cli.runs.run_progress import RUNNING
from cli.text import clean, did_you_mean
from steward.domain.run_input import parse_run_input
from steward.domain.workflows import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.aws import Deployed
    from cli.runs.executions import Execution

LOOK_EVERY = 1.0
"""Seconds between two looks at an execution that is waited for."""


def plan(stack: Deployed, workflow: str, clusters: Sequence[str], *, as_json: bool) -> Exit:
    """`steward plan`: a dry run of the deployed state machine, waited for and shown."""
    arn = begin(stack, workflow, {"dry_run": True}, clusters, "plan")
    ended = finished(stack, arn)
    report = written(stack, ended.run)
    if as_json:
        emit(report)
    else:
        tell(report, stack.documents.address(ended.run.report_key))
    return verdict(report)


def run(
    stack: Deployed,
    workflow: str,
    wishes: dict[str, Any],
    clusters: Sequence[str],
    *,
    as_json: bool,
    watching: bool,
) -> str:
    """`steward run`: start it and say where it is, unless it is watched next; the execution's ARN."""
    if WORKFLOWS[workflow].waits_for_people and clusters and not wishes.get("dry_run"):
        named = " ".join(clean(each) for each in clusters)
        raise Trouble(
            f"a deletion has to be asked for by name: `steward request {named} --reason …`", Exit.USAGE
        )
    arn = begin(stack, workflow, wishes, clusters, "run")
    name = arn.rpartition(":")[2]
    if watching:
        return arn
    if as_json:
        emit({"workflow": workflow, "run": name, "execution": arn, "input": document(wishes, clusters)})
    else:
        say(console(), f"started {workflow}, run {name}")
        note(f"watch it: steward watch {name}")
    return arn


def begin(stack: Deployed, workflow: str, wishes: dict[str, Any], clusters: Sequence[str], verb: str) -> str:
    """Check what is asked for, then start the run; the execution's ARN.

    Raises:
        BadInput: The state machine would refuse it.
        Trouble: A named cluster does not exist, or the workflow is not deployed.
    """
    stack.machine_of(workflow)
    asked = document(wishes, clusters)
    wanted = parse_run_input(asked, workflow)
    if wanted.clusters:
        known_clusters(stack, wanted.clusters)
    return start(stack, workflow, asked, verb)


def document(wishes: dict[str, Any], clusters: Sequence[str]) -> dict[str, Any]:
    """The execution's input."""
    named = {"clusters": list(clusters)} if clusters else {}
    return named | {key: value for key, value in wishes.items() if value}


def known_clusters(stack: Any, names: Sequence[str]) -> None:
    """See that every named cluster is there.

    Raises:
        Trouble: One is not; with the name that may have been meant.
    """
    pages = stack.client("redshift").get_paginator("describe_clusters").paginate()
    there = {each["ClusterIdentifier"] for page in pages for each in page["Clusters"]}
    for name in names:
        if name not in there:
            raise Trouble(
                f'there is no cluster "{clean(name)}" in {stack.region}{did_you_mean(name, there)}',
                Exit.NOT_FOUND,
            )


def finished(stack: Deployed, arn: str) -> Execution:
    """The execution, once it has ended; Ctrl-C leaves it alone."""
    name = arn.rpartition(":")[2]
    try:
        with Console(stderr=True).status(f"{name} runs …"):
            while (found := describe(stack, arn)) is None or found.status == RUNNING:
                time.sleep(LOOK_EVERY)
            return found
    except KeyboardInterrupt:
        note(f"{name} goes on; come back to it: steward watch {name}")
        raise
