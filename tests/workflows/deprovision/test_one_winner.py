"""Of two invocations of one step only one acts, and a stopped run begins nothing new, at any point."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.alike import alike
from tests.support.fault_plan import STOP, TWIN
from tests.support.inprocess_redshift import manual_snapshots
from tests.workflows.deprovision.test_deprovision_model import simulate

EVERYTHING = {
    "approval": {"required": False},
    "quarantine": "1 day",
    "restore_test": True,
    "rotate_first": True,
}
ONCE = ("create_cluster_snapshot", "rotate_encryption_key", "restore_from_cluster_snapshot")


@pytest.mark.parametrize("paused_delete", alike(["allow", "reject"]))
def test_a_second_invocation_at_any_point_repeats_no_call_and_loses_no_proof(paused_delete: str) -> None:
    knobs = {"paused_delete": paused_delete}
    calls = simulate(policy=EVERYTHING, knobs=knobs).simulation.faults.count

    for call in range(1, calls + 1):
        result = simulate(policy=EVERYTHING, knobs=knobs, wrong={call: TWIN})
        applied = Counter(result.simulation.redshift.applied)

        assert result.outcome == "deleted", (call, result.record["reason"])
        assert result.record["evidence"]["final"]["verified_at"], call
        assert [applied[name] for name in ONCE] == [1, 1, 1], call
        assert applied["delete_cluster"] == 2, "the cluster, and the copy of the restore test"
        assert len(list(manual_snapshots(result.simulation.backend))) == 2


def test_a_stop_at_any_point_begins_nothing_that_was_not_committed_before() -> None:
    calls = simulate(policy=EVERYTHING).simulation.faults.count
    stopped = [simulate(policy=EVERYTHING, wrong={call: STOP}) for call in range(1, calls + 1)]

    for result in stopped:
        game = result.simulation
        begun = game.redshift.applied[game.applied_before_stop :]
        committed = [tally for tally in game.at_stop.get("tally", {}).values() if "answer" not in tally]
        assert result.ended == "stopped"
        assert len(begun) <= len(committed), (begun, game.at_stop)
    assert any(result.simulation.redshift.applied for result in stopped)
