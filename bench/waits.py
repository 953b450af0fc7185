"""Polls and overshoot of the wait loop: `python -m bench.waits`.

The expressions of the synthesized state machine are run against a cluster that rotates for a known time, on
a virtual clock. Overshoot is the time from the rotation's end to the poll that sees it.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bench.measure import print_table
from local.stepfunctions.jsonata import Evaluator
from tests.support.synthesis import states

LOOP = "Until rotated"
ENDS = {"Finish", "Abandon"}
MINUTES = (5, 10, 30, 60, 180, 480)
VARIANTS = 21
"""Durations around each nominal one (plus and minus 5 %), so that the result does not depend on one phase."""

START = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
NAMESPACE = "arn:aws:redshift:eu-central-1:123456789012:namespace:bench"
DEADLINE = 24 * 3600
BEFORE = 60
"""Seconds between polls of the fixed interval that is compared."""


@dataclass(frozen=True)
class WaitResult:
    """Number of polls, and overshoot and recorded duration in seconds."""

    polls: int
    overshoot: float
    recorded: int


def simulate_wait(duration: float, expected: int) -> WaitResult:
    """Run the wait loop over a rotation of ``duration`` seconds when the last one took ``expected``."""
    loop, seconds, state = states(), 0.0, f"{LOOP}: begin"
    job = {
        "item": {"cluster": "bench", "namespace_arn": NAMESPACE},
        "deadline_seconds": DEADLINE,
    }
    names: dict[str, Any] = {"child": job, "step": {"expected_seconds": expected}}
    while state not in ENDS:
        definition = loop[state]
        now = START + timedelta(seconds=seconds)
        known = names | {"states": _context(now, ready=seconds >= duration)}
        evaluator = Evaluator(known, now, Random(0))  # noqa: S311  # nothing here is random
        chosen = _matching_choice(definition, evaluator)
        names |= evaluator.evaluate(chosen.get("Assign", {}), "Assign")
        if definition["Type"] == "Wait":
            seconds += evaluator.evaluate(definition["Seconds"], "Seconds")
        state = chosen.get("Next") or chosen["Default"]
    if state == "Abandon":
        raise AssertionError(names["failure"])
    return WaitResult(names["watch"]["polls"], seconds - duration, round(seconds))


def _context(now: datetime, *, ready: bool) -> dict[str, Any]:
    cluster = {
        "ClusterStatus": "available" if ready else "rotating-keys",
        "ClusterAvailabilityStatus": "Available" if ready else "Modifying",
        "ClusterNamespaceArn": NAMESPACE,
    }
    entered = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"context": {"State": {"EnteredTime": entered}}, "result": {"Clusters": [cluster]}}


def _matching_choice(definition: dict[str, Any], evaluator: Evaluator) -> dict[str, Any]:
    """The first rule of the choice whose condition holds; the state itself if it has none."""
    rules = definition.get("Choices", [])
    holds = (rule for rule in rules if evaluator.evaluate(rule["Condition"], "Condition"))
    return dict(next(holds, definition))


def durations(minutes: int) -> list[float]:
    """`VARIANTS` durations in seconds around a nominal one."""
    return [60 * minutes * (0.95 + 0.1 * step / (VARIANTS - 1)) for step in range(VARIANTS)]


def summary_cells(watched: list[WaitResult]) -> list[str]:
    """Median number of polls, median and largest overshoot."""
    polls = statistics.median(each.polls for each in watched)
    overshoots = [each.overshoot for each in watched]
    return [f"{polls:.0f}", _span(statistics.median(overshoots)), _span(max(overshoots))]


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.1f} min"  # noqa: PLR2004  # a minute


def by_history() -> None:
    """Print the loop without history, and with the duration recorded by the previous run."""
    rows = []
    for minutes in MINUTES:
        first = [simulate_wait(seconds, 0) for seconds in durations(minutes)]
        second = [
            simulate_wait(s, before.recorded) for s, before in zip(durations(minutes), first, strict=True)
        ]
        fixed = f"{60 * minutes / BEFORE:.0f}"
        rows.append([f"{minutes} min", *summary_cells(first), *summary_cells(second), fixed])
    first_headings = ("polls", "overshoot", "largest")
    again = tuple(f"{heading}, with history" for heading in first_headings)
    print_table(("rotation", *first_headings, *again, f"polls each {BEFORE} s"), rows)


def by_change() -> None:
    """Print the loop when a rotation takes longer or shorter than the previous one."""
    changes = (0.5, 0.8, 0.9, 1.1, 1.5, 3)
    rows = []
    for minutes in MINUTES:
        found = [simulate_wait(60 * minutes * change, 60 * minutes) for change in changes]
        rows.append([f"{minutes} min", *(f"{each.polls}, {_span(each.overshoot)}" for each in found)])
    print_table(("last time", *(f"now {change} of it: polls, overshoot" for change in changes)), rows)


if __name__ == "__main__":
    by_history()
    by_change()
