"""Part 1: the schedule rotates the fleet's keys, and a second run rotates none of them again."""

import time
from typing import Any

from cli.demo.demo_context import POLL_SECONDS, DemoContext
from local.redshift import backend_of
from steward.domain.operation import Outcome
from steward.domain.workflows import ROTATE_KEYS


def rotate_keys(demo: DemoContext) -> None:
    """A scheduled run, then one on demand."""
    before = _generations(demo)
    demo.print_timed(f"It is {demo.now():%A %H:%M} in Berlin. The schedule of rotate-keys fires at 22:00.")
    report = demo.watch(_wait_for_schedule(demo), "rotate-keys, scheduled run")
    demo.judge(ROTATE_KEYS.name, report, _wrong_counts(report, before, _generations(demo)))
    demo.print_timed("Second run of rotate-keys, on demand, with the input {}.")
    again = demo.watch(demo.start(ROTATE_KEYS.name, {}, "second-run"), "rotate-keys, second run")
    demo.console.print(again["headline"], markup=False, soft_wrap=True)
    after = _generations(demo)
    twice = [name for name in after if after[name] - before[name] > 1]
    demo.failures += [f"{name}: keys were rotated twice" for name in twice]


def _wait_for_schedule(demo: DemoContext) -> str:
    """The execution that the schedule starts."""
    while not (executions := demo.executions(ROTATE_KEYS.name)):
        time.sleep(POLL_SECONDS)
    return str(executions[0]["executionArn"])


def _generations(demo: DemoContext) -> dict[str, int]:
    """Rotations of each cluster's encryption key so far, which only local AWS reveals."""
    return {
        name: cluster.generations.cek for name, cluster in backend_of(demo.aws.context).clusters_by_id.items()
    }


def _wrong_counts(report: dict[str, Any], before: dict[str, int], after: dict[str, int]) -> dict[str, str]:
    """Clusters not rotated exactly once although reported as rotated, or rotated although not reported."""
    failures = {}
    for line in report["clusters"]:
        name = line["cluster"]
        rotations = after.get(name, before[name]) - before[name]
        if rotations != (1 if line["outcome"] == Outcome.ROTATED else 0):
            failures[name] = f"keys were rotated {rotations} times"
    return failures
