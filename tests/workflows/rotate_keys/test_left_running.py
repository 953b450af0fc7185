"""A run that ends while a cluster that it has resumed is still to be paused leaves that to a recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

WAKE = {"paused": "wake"}
THROTTLED = {"fault": "error", "call": "PauseCluster", "code": "Throttling"}


def asleep(**fields: Any) -> dict[str, Any]:
    return cluster("sales", status="paused", faults=[THROTTLED], **fields)


@pytest.mark.parametrize(
    ("at", "outcome", "rotations"),
    [("2026-11-21T21:00:00Z", "rotated", 1), ("2026-11-22T04:59:00Z", "skipped", 0)],
)
def test_a_cluster_whose_outcome_is_known_is_paused_by_a_recovery_and_the_report_says_so_until_then(
    steward: Steward, at: str, outcome: str, rotations: int
) -> None:
    steward.given([asleep()], at=at, policy=WAKE)
    run = steward.start()
    steward.stop_after(run, hours=1)
    steward.pass_time(minutes=1)
    meanwhile = steward.look_at(run)
    steward.end_faults()
    recovery = steward.wait(steward.runs()[1])
    after = steward.look_at(run)

    assert meanwhile.outcome("sales") == outcome
    assert "it was paused before this run and is left running" in meanwhile.reason("sales")
    assert f"{recovery.report['run']} pauses it again" in meanwhile.reason("sales")
    assert recovery.statuses == {"sales": "paused"}
    assert recovery.rotations("sales") == rotations
    assert recovery.outcome("sales") == after.outcome("sales") == outcome
    assert "left running" not in after.reason("sales")
    assert recovery.locks == {}
