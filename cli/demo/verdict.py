"""Whether a run of the demo ended as the fleet file says that it must, cluster by cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.fleet import ClusterEntry, Fleet


@dataclass(frozen=True)
class Ended:
    """How one cluster ended; ``wrong`` says what is not as it must be, empty when all is."""

    cluster: str
    situation: str
    outcome: str
    reason: str
    wrong: str


def judge(fleet: Fleet, workflow: str, report: Mapping[str, Any], wrongs: Mapping[str, str]) -> list[Ended]:
    """What the report says of every cluster that the fleet has an expectation for, held against it.

    Args:
        fleet: What there was, and how it must end.
        workflow: Whose expectations.
        report: The run's report.json.
        wrongs: What else was found wrong, by cluster; a cluster without an expectation is judged by it alone.
    """
    lines = {line["cluster"]: line for line in report["clusters"]}
    known = [entry for entry in fleet.clusters if workflow in entry.expect or entry.identifier in wrongs]
    return [_judged(entry, workflow, lines.get(entry.identifier), wrongs) for entry in known]


def _judged(
    entry: ClusterEntry, workflow: str, line: Mapping[str, Any] | None, wrongs: Mapping[str, str]
) -> Ended:
    name = entry.identifier
    if line is None:
        return Ended(name, entry.situation, "", "", "is not in the report")
    wrong = _unexpected(entry, workflow, line) or wrongs.get(name, "")
    return Ended(name, entry.situation, line["outcome"], line["reason"], wrong)


def _unexpected(entry: ClusterEntry, workflow: str, line: Mapping[str, Any]) -> str:
    expected = entry.expect.get(workflow)  # type: ignore[call-overload]  # any workflow's name
    if expected is None:
        return ""
    if line["outcome"] != expected.outcome:
        return f"must end {expected.outcome}, but ended {line['outcome']}: {line['reason']}"
    if expected.reason_contains not in line["reason"]:
        return f'the reason must speak of "{expected.reason_contains}", but is: {line["reason"]}'
    return ""
