"""The first act: the schedule rotates the keys of a fleet, and a second run rotates none twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from cli.demo.demo_context import LOOK_EVERY
from local.redshift import backend_of
from steward.domain.operation import Outcome
from steward.domain.workflows import ROTATE_KEYS

if TYPE_CHECKING:
    from cli.demo.demo_context import Scene


def rotate_keys(scene: Scene) -> None:
    """From the schedule to the report, and once more on demand."""
    before = _generations(scene)
    scene.say(f"it is {scene.now():%A %H:%M} in Berlin; the schedule of rotate-keys fires at 22:00")
    report = scene.watch(_scheduled(scene), "The scheduled run: rotate-keys")
    scene.judge(ROTATE_KEYS.name, report, _miscounted(report, before, _generations(scene)))
    scene.say("a second run of rotate-keys, on demand, with the input {}")
    again = scene.watch(scene.start(ROTATE_KEYS.name, {}, "second-run"), "The second run: rotate-keys")
    scene.console.print(again["headline"], markup=False, soft_wrap=True)
    after = _generations(scene)
    twice = [name for name in after if after[name] - before[name] > 1]
    scene.wrong += [f"{name}: its keys were rotated twice" for name in twice]


def _scheduled(scene: Scene) -> str:
    """Wait until the schedule has started a run."""
    while not (executions := scene.executions(ROTATE_KEYS.name)):
        time.sleep(LOOK_EVERY)
    return str(executions[0]["executionArn"])


def _generations(scene: Scene) -> dict[str, int]:
    """How often each cluster's encryption key has been rotated: local AWS counts, AWS does not tell."""
    return {
        name: cluster.generations.cek
        for name, cluster in backend_of(scene.aws.context).clusters_by_id.items()
    }


def _miscounted(report: dict[str, Any], before: dict[str, int], after: dict[str, int]) -> dict[str, str]:
    """A rotated cluster was rotated exactly once, all others not at all."""
    wrongs = {}
    for line in report["clusters"]:
        name = line["cluster"]
        turns = after.get(name, before[name]) - before[name]
        if turns != (1 if line["outcome"] == Outcome.ROTATED else 0):
            wrongs[name] = f"its keys were rotated {turns} times"
    return wrongs
