"""Stop means stop: nothing new is begun, what was committed is finished, everything else is put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local import stepfunctions
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.workflows import DEPROVISION
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.outcome import Result
    from tests.support.scenario import Steward
    from tests.support.stage import Stage

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
NIGHTS = {"quarantine": "7 days"}


def stop_and_recover(steward: Steward, run: str, **span: float) -> tuple[Result, Result]:
    """The stopped run, as it is after its recovery, and the run that recovered it."""
    steward.stop_after(run, **span)
    steward.pass_time(seconds=30)
    _, recovery = steward.runs()
    recovered = steward.wait(recovery)
    return steward.look_at(run), recovered


def retire(steward: Steward, policy: dict[str, Any], **fields: Any) -> str:
    """A deletion of the one cluster, just started."""
    steward.given([cluster("sales", knobs=FAST, **fields)], workflow=DEPROVISION.name, policy=policy)
    return steward.start({"clusters": ["sales"], "requested_by": "ann"})


def test_a_rotation_that_had_begun_is_watched_to_its_end(steward: Steward) -> None:
    steward.given([cluster("sales"), cluster("stock", ledger="1 day")])

    stopped, recovery = stop_and_recover(steward, steward.start(), seconds=80)

    assert stopped.status == "ABORTED"
    assert recovery.outcomes == {"sales": "rotated"}
    assert stopped.headline.endswith("(2 clusters selected: 1 rotated, 1 skipped)"), "as its lines say"
    assert recovery.rotations("sales") == 1
    assert recovery.tagged_at("sales") is not None
    assert stopped.outcomes == {"sales": "rotated", "stock": "skipped"}
    assert stopped.line("sales")["recovered_by"] == recovery.report["run"]
    assert recovery.locks == {}


def test_a_cluster_that_was_resumed_for_a_rotation_is_paused_again_and_not_rotated(steward: Steward) -> None:
    steward.given([cluster("sales", status="paused")], policy={"paused": "wake"})

    stopped, recovery = stop_and_recover(steward, steward.start(), seconds=30)

    assert recovery.statuses == {"sales": "paused"}
    assert recovery.rotations("sales") == 0
    assert stopped.line("sales")["code"] == "stopped"
    assert recovery.locks == {}


@pytest.mark.parametrize("found", ["available", "paused"])
def test_a_cluster_in_quarantine_is_put_back_as_it_was_found(steward: Steward, found: str) -> None:
    stopped, recovery = stop_and_recover(steward, retire(steward, NIGHTS, status=found), days=2)

    assert recovery.statuses == {"sales": found}
    assert APPROVED_TAG not in recovery.tags["sales"]
    assert (stopped.outcome("sales"), stopped.line("sales")["code"]) == ("cancelled", "stopped")
    assert "DeleteCluster" not in recovery.changes()
    assert recovery.locks == {}


def test_a_deletion_that_was_called_is_proven(steward: Steward) -> None:
    run = retire(steward, {})
    while not steward.look_at(run).attempts("DeleteCluster"):
        steward.pass_time(seconds=10)

    stopped, recovery = stop_and_recover(steward, run, seconds=5)

    assert recovery.outcomes == stopped.outcomes == {"sales": "deleted"}
    assert recovery.line("sales")["evidence"]["final"]["verified_at"]
    assert recovery.attempts("DeleteCluster") == ["ok"]
    assert recovery.locks == {}


def test_an_abandoned_deletion_is_put_back_by_a_recovery_once_its_run_has_ended(
    steward: Steward, stage: Stage
) -> None:
    run = retire(steward, NIGHTS)
    steward.pass_time(days=2)
    with pytest.MonkeyPatch.context() as patched:
        replaced = stepfunctions.current().functions.replaced
        patched.setitem(replaced, stage.function("AdvanceDeprovision"), break_down)
        while steward.look_at(run).status == "RUNNING":
            steward.pass_time(hours=1)
    abandoned = steward.look_at(run)
    steward.pass_time(minutes=1)
    recovered = steward.wait(steward.runs()[1])
    after = steward.look_at(run)

    assert (abandoned.status, abandoned.statuses) == ("SUCCEEDED", {"sales": "paused"})
    assert "a recovery run" in abandoned.reason("sales")
    assert abandoned.line("sales")["recovered_by"] == recovered.report["run"]
    assert abandoned.report["retry"] == "steward retry run-1"
    assert recovered.statuses == {"sales": "available"}
    assert after.outcome("sales") == "failed"
    assert "put back: it was resumed; nothing is left to do" in after.reason("sales")
    assert "DeleteCluster" not in recovered.changes()
    steward.pass_time(minutes=1)
    assert len(steward.runs()) == 2, "it is recovered once"
    assert recovered.locks == {}


@pytest.mark.parametrize(
    ("function", "rotations", "outcome", "reason"),
    [
        ("FinishRotation", 1, "rotated", "rotated in "),
        ("StartRotation", 0, "failed", "it was out of order; put back: it was paused again"),
    ],
)
def test_a_cluster_that_an_abandoned_rotation_has_resumed_is_paused_again_by_a_recovery(
    steward: Steward, stage: Stage, function: str, rotations: int, outcome: str, reason: str
) -> None:
    steward.given([cluster("sales", status="paused", knobs=FAST)], policy={"paused": "wake"})
    run = steward.start()
    while steward.look_at(run).statuses == {"sales": "paused"}:
        steward.pass_time(seconds=5)
    with pytest.MonkeyPatch.context() as patched:
        replaced = stepfunctions.current().functions.replaced
        patched.setitem(replaced, stage.function(function), break_down)
        steward.pass_time(minutes=5)
        while not (abandoned := steward.look_at(run)).report:
            steward.pass_time(seconds=1)
    steward.pass_time(minutes=1)
    recovered = steward.wait(steward.runs()[1])
    after = steward.look_at(run)

    assert "it was paused before this run and is left running; a recovery run" in abandoned.reason("sales")
    assert abandoned.line("sales")["recovered_by"] == recovered.report["run"]
    assert recovered.statuses == {"sales": "paused"}
    assert recovered.rotations("sales") == rotations, "a recovery begins nothing"
    assert after.outcome("sales") == outcome
    assert after.reason("sales").startswith(reason)
    assert "left running" not in after.reason("sales")
    assert recovered.locks == {}
    steward.pass_time(minutes=1)
    assert len(steward.runs()) == 2, "it is recovered once"


def break_down(_event: Any) -> Any:
    """A function with a bug."""
    raise ValueError("it was out of order")


def test_a_deletion_that_is_redriven_right_after_its_stop_goes_on_and_leaves_no_lock(
    steward: Steward,
) -> None:
    run = retire(steward, NIGHTS)
    with steward.at_once(days=2):
        steward.stop(run)
        steward.begin_redrive(run)
    steward.pass_time(minutes=10)
    meanwhile = steward.look_at(run)

    steward.pass_time(days=10)
    result = steward.wait(run)

    assert meanwhile.status == "RUNNING"
    assert list(meanwhile.locks) == ["sales"], "the run keeps its lock"
    assert meanwhile.notices == [], "nobody is told of an end that was none"
    assert result.outcomes == {"sales": "deleted"}
    assert result.attempts("DeleteCluster").count("ok") == 1
    assert steward.runs() == [run], "a run that was redriven needs no recovery"
    assert result.locks == steward.locks() == {}


def test_a_deletion_that_is_redriven_after_its_recovery_has_put_it_back_changes_nothing_more(
    steward: Steward,
) -> None:
    run = retire(steward, NIGHTS)
    stop_and_recover(steward, run, days=2)
    changed = steward.look_at(run).changes()

    steward.begin_redrive(run)
    steward.pass_time(days=10)
    result = steward.wait(run)

    assert result.changes() == changed
    assert result.outcomes == {"sales": "cancelled"}
    assert result.statuses == {"sales": "available"}
    assert result.locks == {}


def test_a_recovery_that_is_stopped_is_recovered_itself(steward: Steward) -> None:
    run = retire(steward, NIGHTS)
    steward.stop_after(run, days=2)
    steward.pass_time(seconds=20)
    steward.stop_after(steward.runs()[1], seconds=1)
    steward.pass_time(seconds=30)

    last = steward.wait(steward.runs()[2])

    assert last.statuses == {"sales": "available"}
    assert steward.look_at(run).outcome("sales") == "cancelled"
    assert last.locks == {}


def test_only_a_run_of_the_same_workflow_that_has_ended_can_be_recovered(steward: Steward) -> None:
    steward.given([cluster("sales")])
    running = steward.start()
    for asked, words in {
        running: "still runs; stop it first",
        running.replace("rotate-keys", "deprovision"): "must be the ARN of an execution of",
        running + "x": "does not exist",
    }.items():
        refused = steward.look_at(steward.start({"continue": asked}))
        while refused.status == "RUNNING":
            steward.pass_time(seconds=1)
            refused = steward.look_at(refused.arn)
        assert refused.report["status"] == "refused"
        assert words in refused.headline
    steward.wait(running)


def test_a_run_that_has_nothing_half_done_needs_no_recovery(steward: Steward) -> None:
    steward.given([cluster("sales"), cluster("stock")], policy={"max_concurrent": 1})
    steward.stop_at("Plan")
    steward.wait(steward.start())
    steward.pass_time(minutes=1)

    assert len(steward.runs()) == 1
    assert steward.locks() == {}
