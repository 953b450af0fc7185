"""The demo from its beginning to its end."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from rich.markup import escape

from cli.demo.demo_context import Scene, say
from cli.demo.deprovision import deprovision
from cli.demo.rotate_keys import rotate_keys
from cli.demo.sync_roles import sync_roles
from cli.local.local_stack import BEFORE_THE_SCHEDULE, stage
from local.cloudtrail import current
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from local.fleet import Fleet

ACTS = {ROTATE_KEYS.name: rotate_keys, SYNC_ROLES.name: sync_roles, DEPROVISION.name: deprovision}
"""What is played, in this order, of the workflows for which the fleet has expectations."""


def play(console: Console, fleet: Fleet, policy: Path, speed: float) -> int:
    """The whole story; answers 0 when every cluster ended as its situation demands, else 1."""
    begun = time.monotonic()
    tell = partial(say, console, begun)
    with stage(fleet, policy, start=BEFORE_THE_SCHEDULE, speed=speed, say=tell) as (aws, stack):
        # whoever looks back need not wait for what AWS takes a quarter of an hour to show
        current().lags = replace(current().lags, history=timedelta())
        scene = Scene(console, aws, stack, fleet, begun)
        expected = {workflow for cluster in fleet.clusters for workflow in cluster.expect}
        for workflow, act in ACTS.items():
            if workflow in expected:
                act(scene)
        return _conclude(scene)


def _left_locks(scene: Scene) -> list[str]:
    """Locks of runs that have ended; a schedule may have started one that is still under way."""
    items = scene.stack.ledger.scan()["Items"]
    states = scene.stack.client("stepfunctions")
    locks = {str(item["pk"]): str(item["run"]) for item in items if item["sk"] == "LOCK"}
    runs = {run: states.describe_execution(executionArn=run)["status"] for run in set(locks.values())}
    return [cluster for cluster, run in locks.items() if runs[run] != "RUNNING"]


def _conclude(scene: Scene) -> int:
    """What was found wrong, if anything, and the exit status."""
    wrong = [*scene.wrong, *(f"{lock}: its lock was not given back" for lock in _left_locks(scene))]
    for sentence in wrong:
        scene.console.print(f"[red]wrong[/] {escape(sentence)}", soft_wrap=True)
    if not wrong:
        done = f"[green]All {len(scene.ended)} situations ended as they must[/]"
        scene.console.print(f"{done}: nothing was done twice, no lock is left.", soft_wrap=True)
    return 1 if wrong else 0
