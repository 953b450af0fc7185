"""On the deployed state machines: a deletion that waits for approval, and other runs that come by."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.approvals import WaitingTasks
from steward.adapters.executions import Executions
from steward.adapters.ledger.requests import Requests
from steward.domain.approvals.evaluate import ResponseType
from steward.domain.workflows import DEPROVISION, ROTATE_KEYS
from steward.steps.approvals.approvals_api import Caller, Tools, respond
from tests.support.approvals import BOB, PROOF, BelievingSts
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
ASKED = {"required": True, "four_eyes": False, "expires_after": "5 days"}
TAG = {"steward:delete-after": "2026-11-01"}


def approve(steward: Steward, name: str) -> None:
    """Bob approves the plan that the only request for a cluster shows."""
    stage = steward._stage
    states, requests = stage.client("stepfunctions"), Requests(stage.ledger)
    tools: Any = Tools(requests, WaitingTasks(states), Executions(states), BelievingSts(), None, None, None)  # type: ignore[arg-type] # starts nothing
    (request,) = [each for each in requests.recent(steward.now) if each.cluster == name]
    body = json.dumps({"plan_hash": request.plan_hash, "proof": PROOF})
    respond(request.id, ResponseType.APPROVE, body, Caller(BOB, steward.now, stage.stack_name), tools)


def test_while_a_deletion_waits_for_approval_keys_are_rotated_no_second_run_asks_and_then_it_goes(
    steward: Steward,
) -> None:
    policy = {"approval": ASKED, "rotate_first": True}
    fleet = [cluster("sales", knobs=FAST, tags=TAG)]
    steward.given(fleet, workflow=DEPROVISION.name, policy=policy)

    run = steward.start({})
    steward.pass_time(hours=1)
    assert steward.locks() == {}, "nothing is locked while it only waits for people"

    steward.workflow = ROTATE_KEYS.name
    rotated = steward.run_again({})
    assert rotated.outcomes == {"sales": "rotated"}

    steward.workflow = DEPROVISION.name
    steward.pass_time(days=1)
    scheduled, named = steward.run_again({}), steward.run_again({"clusters": ["sales"]})
    for other in (scheduled, named):
        assert other.outcomes == {"sales": "skipped"}
        assert other.reason("sales").endswith(f"another run is already deprovisioning it, {run}")

    approve(steward, "sales")
    result = steward.wait(run)

    assert result.outcomes == {"sales": "deleted"}
    assert result.rotations("sales") == 1, "by rotate-keys; it was rotated lately"
    assert [call.applied for call in result.to_redshift("DeleteCluster", "sales")] == [True]
    assert result.locks == {}


def test_of_two_runs_at_once_one_asks_and_the_other_leaves_the_cluster_to_it(steward: Steward) -> None:
    steward.given([cluster("sales", knobs=FAST)], workflow=DEPROVISION.name, policy={"approval": ASKED})
    runs = steward.start_together({"clusters": ["sales"]}, {"clusters": ["sales"]})
    steward.pass_time(hours=2)

    approve(steward, "sales")
    results = [steward.wait(run) for run in runs]

    assert sorted(result.outcome("sales") for result in results) == ["deleted", "skipped"]
    (skipped,) = [result for result in results if result.outcome("sales") == "skipped"]
    (deleted,) = [result for result in results if result.outcome("sales") == "deleted"]
    assert skipped.reason("sales").endswith(f"another run is already deprovisioning it, {deleted.arn}")
    assert skipped.ended - skipped.began < timedelta(hours=1)
    assert [call.applied for call in deleted.to_redshift("DeleteCluster", "sales")] == [True]
