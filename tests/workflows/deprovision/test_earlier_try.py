"""A deletion that a run has ended before it began, and comes to again because its answer was lost."""

from __future__ import annotations

from typing import Any

from policy import Deprovision
from steward.domain.operation import operation_from_record
from steward.domain.recovery import is_half_done
from steward.domain.workflows import DEPROVISION
from steward.steps.deprovision.advance import advance
from tests.model.games import PLAIN, START, Everybody
from tests.support.deprovision_env import Time
from tests.support.deprovision_simulation import Simulation
from tests.support.inprocess_redshift import redshift_with
from tests.workflows.deprovision.test_deprovision_model import BASE


def test_a_deletion_that_goes_on_after_it_was_ended_as_locked_is_put_back_when_its_run_is_stopped() -> None:
    clock = Time(START)
    settings = Deprovision.model_validate({**BASE, **PLAIN}).settings()
    game = Simulation(redshift_with(clock, {}), clock, settings, others=Everybody())
    records = game.ledger.records
    records["sales"] = {"cluster": "sales", "run": game.about_run["arn"], "timeline": [], "version": 2}
    records["sales"] |= {"step": "ended", "outcome": "skipped", "code": "locked", "reason": "is locked"}

    event: Any = game._turn() | {"error": {}}
    advance(event, game._advance)

    operation = operation_from_record(records["sales"])
    assert operation.outcome == ""
    assert is_half_done(operation, DEPROVISION.name)
