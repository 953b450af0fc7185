"""What a run decided about the clusters that it left alone, as the ledger keeps it for each of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from steward.domain.report import PLANNED

LONGEST_REASON = 2_000
"""Characters that are kept; report.json has all of it."""


@dataclass(frozen=True)
class RunDecision:
    """Why a run did nothing to a cluster.

    Attributes:
        workflow: Its name.
        run: The run's name.
        execution: The run's ARN.
        run_started_at: ISO 8601.
        outcome: A value of `steward.domain.operation.Outcome`.
    """

    cluster: str
    workflow: str
    run: str
    execution: str
    run_started_at: str
    outcome: str
    code: str
    reason: str

    def document(self) -> dict[str, str]:
        return asdict(self)


def run_decisions(report: Mapping[str, Any]) -> list[RunDecision]:
    """From report.json; a dry run decides nothing, and an operation has its own record."""
    if report["status"] == PLANNED:
        return []
    return [_decision(line, report) for line in report["clusters"] if "timeline" not in line]


def _decision(line: Mapping[str, Any], report: Mapping[str, Any]) -> RunDecision:
    return RunDecision(
        cluster=line["cluster"],
        workflow=report["workflow"],
        run=report["run"],
        execution=report["execution"],
        run_started_at=report["started_at"],
        outcome=line["outcome"],
        code=line["code"],
        reason=line["reason"][:LONGEST_REASON],
    )
