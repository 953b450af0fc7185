"""What a run decided about the clusters that it left alone."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.report import DONE, PLANNED, STOPPED
from steward.domain.run_decisions import LONGEST_REASON, run_decisions

LEFT = {"cluster": "crm", "wave": "", "outcome": "skipped", "code": "not_due", "reason": "is not due"}
WORKED_ON = {"cluster": "sales", "outcome": "rotated", "code": "due", "reason": "was due", "timeline": [{}]}
REPORT: dict[str, Any] = {
    "workflow": "rotate-keys",
    "run": "run-1",
    "execution": "arn:run-1",
    "started_at": "2026-11-21T21:00:00Z",
    "status": DONE,
    "clusters": [LEFT, WORKED_ON],
}


@pytest.mark.parametrize("status", [DONE, STOPPED])
def test_a_cluster_that_a_run_left_alone_has_its_decision_and_one_with_an_operation_has_none(
    status: str,
) -> None:
    (decision,) = run_decisions(REPORT | {"status": status})

    assert decision.document() == {
        "cluster": "crm",
        "workflow": "rotate-keys",
        "run": "run-1",
        "execution": "arn:run-1",
        "run_started_at": "2026-11-21T21:00:00Z",
        "outcome": "skipped",
        "code": "not_due",
        "reason": "is not due",
    }


def test_a_dry_run_decides_nothing() -> None:
    assert run_decisions(REPORT | {"status": PLANNED}) == []


def test_a_reason_is_kept_up_to_a_length() -> None:
    (decision,) = run_decisions(REPORT | {"clusters": [LEFT | {"reason": "x" * 9_999}]})
    assert len(decision.reason) == LONGEST_REASON
