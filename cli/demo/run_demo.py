"""Deploys to local AWS, runs the workflows one after the other, and prints the result."""

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from cli.demo.demo_context import DemoContext, print_timed
from cli.demo.deprovision import deprovision
from cli.demo.rotate_keys import rotate_keys
from cli.demo.sync_roles import sync_roles
from cli.local.local_stack import BEFORE_THE_SCHEDULE, local_stack
from local.cloudtrail import current
from local.fleet import Fleet
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES

PARTS = {ROTATE_KEYS.name: rotate_keys, SYNC_ROLES.name: sync_roles, DEPROVISION.name: deprovision}
"""One part per workflow; parts without expectations in the fleet file are left out."""


def run_demo(console: Console, fleet: Fleet, policy: Path, speed: float | None) -> int:
    """Run every part; 0 if every cluster met its expectation, else 1.

    Args:
        console: Where to.
        fleet: The clusters and their expectations.
        policy: The policy file.
        speed: Virtual seconds per real second; None jumps from due moment to due moment.
    """
    started = time.monotonic()
    progress = partial(print_timed, console, started)
    with local_stack(fleet, policy, start=BEFORE_THE_SCHEDULE, speed=None, report=progress) as (aws, stack):
        clock = aws.context.clock
        with clock.busy():
            clock.pace(speed)
            # CloudTrail's history needs no 15 minutes to show an event here
            current().lags = replace(current().lags, history=timedelta())
            demo = DemoContext(console, aws, stack, fleet, started)
            _run_parts(demo)
            status = _print_result(demo)
            clock.close()  # what else falls due, such as tomorrow's schedule, is no part of the demo
    return status


def _run_parts(demo: DemoContext) -> None:
    expected = {workflow for cluster in demo.fleet.clusters for workflow in cluster.expect}
    for workflow, part in PARTS.items():
        if workflow in expected:
            part(demo)


def _orphaned_locks(demo: DemoContext) -> list[str]:
    """Clusters locked by ended runs; a scheduled run may still be running and hold locks."""
    states, locks = demo.stack.client("stepfunctions"), demo.stack.locks.all()
    runs = {lock.run for lock in locks}
    statuses = {run: states.describe_execution(executionArn=run)["status"] for run in runs}
    return [lock.cluster for lock in locks if statuses[lock.run] != "RUNNING"]


def _print_result(demo: DemoContext) -> int:
    """Print what failed, if anything; the exit status."""
    failures = [
        *demo.failures,
        *(f"{cluster}: its lock was not released" for cluster in _orphaned_locks(demo)),
    ]
    for sentence in failures:
        demo.console.print(f"[red]FAILED[/] {escape(sentence)}")
    if not failures:
        passed = f"[green]All {len(demo.verdicts)} expectations met[/]"
        seconds = f"{time.monotonic() - demo.started:.0f} s"
        sentence = f"{passed} in {seconds}: nothing was done twice and every lock is released."
        demo.console.print(sentence)
    return 1 if failures else 0
