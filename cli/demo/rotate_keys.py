"""Part 1: the schedule rotates the fleet's keys, and a second run rotates none of them again."""

from datetime import timedelta
from typing import Any

from cli.demo.demo_context import DemoContext
from local.redshift import backend_of
from steward.domain.operation import Outcome
from steward.domain.workflows import ROTATE_KEYS

MEANING = "The canary first, then the others, a few at a time. Time jumps from one due moment to the next."
WITHIN = timedelta(hours=1)
"""Virtual time in which the schedule must have started its run."""


def rotate_keys(demo: DemoContext) -> None:
    """A scheduled run, then one on demand."""
    before = _generations(demo)
    demo.print_event("the schedule of rotate-keys fires at 22:00.")
    scheduled = demo.wait_for_start(ROTATE_KEYS.name, WITHIN)
    if not scheduled:
        demo.failures.append("the schedule of rotate-keys started no run")
        return
    report = demo.watch(scheduled, "rotate-keys, scheduled run", MEANING)
    demo.judge(ROTATE_KEYS.name, report, _wrong_counts(report, before, _generations(demo)))
    demo.print_event("second run of rotate-keys, on demand, with the input {}: no key is rotated again.")
    second = demo.start(ROTATE_KEYS.name, {}, "second-run")
    demo.print_headline(demo.watch(second, "rotate-keys, second run", "No key is rotated again."))
    after = _generations(demo)
    twice = [name for name in after if after[name] - before[name] > 1]
    demo.failures += [f"{name}: keys were rotated twice" for name in twice]


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
