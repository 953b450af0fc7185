"""An event that has grown old is not acted on: the state machine comes again with a new one."""

from __future__ import annotations

import pytest

from steward.domain.errors import StaleEvent
from tests.support.alike import alike
from tests.support.fault_plan import BEFORE
from tests.workflows.deprovision.test_deprovision_model import simulate
from tests.workflows.deprovision.test_one_winner import EVERYTHING

DEATHS = 8
"""In a row: Step Functions calls the function with the same event for the last time after 150 seconds."""


@pytest.mark.parametrize(
    "policy", alike([{"approval": {"required": False}}, EVERYTHING], ids=["least", "all"])
)
def test_a_deletion_whose_functions_keep_dying_at_any_point_is_made_once_and_with_a_new_event(
    policy: dict[str, object],
) -> None:
    undisturbed = simulate(policy=policy)
    games = range(1, undisturbed.simulation.faults.count + 1)
    refused = 0

    for first in games:
        result = simulate(policy=policy, wrong=dict.fromkeys(range(first, first + DEATHS), BEFORE))

        assert result.outcome == "deleted", (first, result.record["reason"])
        assert result.simulation.redshift.applied == undisturbed.simulation.redshift.applied, first
        refused += sum(StaleEvent.__name__ in line for line in result.simulation.trace)
    assert refused >= len(games)
