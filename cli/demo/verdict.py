"""Compares a run's report with the fleet file's expectations, cluster by cluster."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.fleet import ClusterEntry, Fleet


@dataclass(frozen=True)
class ClusterVerdict:
    """How one cluster ended; ``failure`` is empty when it met its expectation."""

    cluster: str
    situation: str
    outcome: str
    reason: str
    failure: str


def judge_run(
    fleet: Fleet, workflow: str, report: Mapping[str, Any], failures: Mapping[str, str]
) -> list[ClusterVerdict]:
    """One verdict for each cluster that has an expectation or a failure.

    Args:
        fleet: The clusters and their expectations.
        workflow: The expectations to compare with.
        report: The run's report.json.
        failures: What else went wrong, by cluster.
    """
    lines = {line["cluster"]: line for line in report["clusters"]}
    known = [entry for entry in fleet.clusters if workflow in entry.expect or entry.identifier in failures]
    return [_verdict(entry, workflow, lines.get(entry.identifier), failures) for entry in known]


def _verdict(
    entry: ClusterEntry, workflow: str, line: Mapping[str, Any] | None, failures: Mapping[str, str]
) -> ClusterVerdict:
    name = entry.identifier
    if line is None:
        return ClusterVerdict(name, entry.situation, "", "", "missing from the report")
    failure = _mismatch(entry, workflow, line) or failures.get(name, "")
    return ClusterVerdict(name, entry.situation, line["outcome"], line["reason"], failure)


def _mismatch(entry: ClusterEntry, workflow: str, line: Mapping[str, Any]) -> str:
    expected = entry.expect.get(workflow)  # type: ignore[call-overload]  # any workflow's name
    if expected is None:
        return ""
    if line["outcome"] != expected.outcome:
        return f"expected {expected.outcome}, got {line['outcome']}: {line['reason']}"
    if expected.reason_contains not in line["reason"]:
        return f'expected "{expected.reason_contains}" in the reason, got: {line["reason"]}'
    return ""
