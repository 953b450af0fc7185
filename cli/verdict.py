"""Whether the demo's run ended as the fleet file says that it must, cluster by cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.operation import Outcome
from steward.domain.run import ROTATE_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.aws import Deployed
    from local.fleet import ClusterEntry, Fleet


@dataclass(frozen=True)
class Ended:
    """How one cluster ended; ``wrong`` says what is not as it must be, empty when all is."""

    cluster: str
    situation: str
    outcome: str
    reason: str
    wrong: str


def judge(
    fleet: Fleet,
    report: Mapping[str, Any] | None,
    before: Mapping[str, int],
    after: Mapping[str, int],
) -> list[Ended]:
    """Every cluster of the fleet: what the report says of it, held against what it must say.

    Args:
        fleet: What there was, and how it must end.
        report: The run's report.json.
        before: How often each cluster's key had been rotated when the run began.
        after: How often when it had ended; clusters that are gone are not in it.
    """
    lines = {line["cluster"]: line for line in (report or {"clusters": []})["clusters"]}
    return [_judged(entry, lines.get(entry.identifier), before, after) for entry in fleet.clusters]


def _judged(
    entry: ClusterEntry,
    line: Mapping[str, Any] | None,
    before: Mapping[str, int],
    after: Mapping[str, int],
) -> Ended:
    name = entry.identifier
    if line is None:
        return Ended(name, entry.situation, "", "", "is not in the report")
    turns = after.get(name, before[name]) - before[name]
    wrong = _unexpected(entry, line) or _miscounted(line["outcome"], turns)
    return Ended(name, entry.situation, line["outcome"], line["reason"], wrong)


def _unexpected(entry: ClusterEntry, line: Mapping[str, Any]) -> str:
    expected = entry.expect.get(ROTATE_KEYS)
    if expected is None:
        return ""
    if line["outcome"] != expected.outcome:
        return f"must end {expected.outcome}"
    if expected.reason_contains not in line["reason"]:
        return f'the reason must speak of "{expected.reason_contains}"'
    return ""


def _miscounted(outcome: str, turns: int) -> str:
    """A rotated cluster was rotated exactly once, all others not at all."""
    due = 1 if outcome == Outcome.ROTATED else 0
    return "" if turns == due else f"its keys were rotated {turns} times"


def claims_left(stack: Deployed) -> list[str]:
    """Clusters whose claim nobody gave back."""
    items = stack.ledger.scan()["Items"]
    return [str(item["pk"]) for item in items if item["sk"] == "CLAIM"]
