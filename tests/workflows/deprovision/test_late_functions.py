"""A function that goes on late, when it was called again long ago, changes nothing after the end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.approvals.evaluate import ResponseType
from steward.domain.deprovision.plan import APPROVED_TAG
from tests.support.alike import alike
from tests.support.fault_plan import LATE, FaultPlan
from tests.support.inprocess_redshift import tags_of
from tests.workflows.deprovision.test_deprovision_model import (
    on_the_cluster,
    protect,
    resume,
    say,
    simulate,
    use,
)
from tests.workflows.deprovision.test_one_winner import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.deprovision_simulation import Simulation
    from tests.workflows.deprovision.test_deprovision_model import SimulationResult

POLICY = EVERYTHING | {"restore_test": False, "approval": {"required": True, "expires_after": "2 days"}}
ONCE = ("create_cluster_snapshot", "rotate_encryption_key", "delete_cluster")
APPROVED = (timedelta(minutes=5), say(ResponseType.APPROVE))


def held_at_each_call(while_held: Callable[[Simulation], None] | None) -> list[tuple[int, SimulationResult]]:
    """A function is held at each call and write in turn, and somebody does something meanwhile."""
    given: dict[str, Any] = {"policy": POLICY, "answer": APPROVED}
    calls = simulate(**given).simulation.faults.count
    return [
        (call, simulate(**given, wrong=FaultPlan({call: LATE}, while_held=while_held)))
        for call in range(1, calls + 1)
    ]


def test_it_repeats_no_call_and_loses_no_proof() -> None:
    for call, result in held_at_each_call(None):
        applied = result.simulation.redshift.applied

        assert result.outcome == "deleted", (call, result.record["reason"])
        assert [applied.count(name) for name in ONCE] == [1, 1, 1], call


@pytest.mark.parametrize(
    "while_held",
    alike(
        [say(ResponseType.CANCEL), *(on_the_cluster(act) for act in (protect, resume, use))],
        ids=["cancelled", "protected", "resumed", "used"],
    ),
)
def test_it_changes_nothing_once_the_operation_has_ended(while_held: Callable[[Simulation], None]) -> None:
    late: dict[int, list[str]] = {}
    for call, result in held_at_each_call(while_held):
        game = result.simulation
        at_the_end = len(game.redshift.applied)
        game._pass(timedelta(hours=1).total_seconds())
        if game.redshift.applied[at_the_end:]:
            late[call] = game.redshift.applied[at_the_end:]
        if result.cluster is not None:
            assert APPROVED_TAG not in tags_of(game.backend, "sales"), call
            assert result.cluster.current_status() == "available", (call, result.record["reason"])
        assert result.simulation.ledger.locks == {}

    assert late == {}
