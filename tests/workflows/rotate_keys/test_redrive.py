"""Redriving a run, as Step Functions offers it: what was done is not done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward


def test_a_stopped_run_that_is_redriven_goes_on_where_it_was(steward: Steward) -> None:
    steward.given(
        [cluster("sales", knobs={"rotate_duration": "10 minutes"}), cluster("stock", ledger="1 day")]
    )
    run = steward.start()
    with steward.at_once(minutes=3):
        steward.stop(run)
        steward.begin_redrive(run)

    result = steward.wait(run)

    assert result.status == "SUCCEEDED"
    assert result.outcomes == {"sales": "rotated", "stock": "skipped"}
    assert result.changes() == ["RotateEncryptionKey", "CreateTags"]
    steward.pass_time(hours=1)
    assert steward.look_at(run).rotations("sales") == 1
    assert steward.runs() == [run], "a run that was redriven needs no recovery"
    assert steward.locks() == {}


def test_a_stopped_run_that_is_redriven_after_the_rotation_has_ended_records_it(steward: Steward) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    steward.stop_after(run, minutes=2)
    steward.pass_time(hours=1)

    result = steward.redrive(run)

    assert result.outcome("sales") == "rotated"
    assert result.turns == {"sales": 1}
    assert result.tagged_at("sales") is not None


def test_a_redrive_after_another_run_took_over_leaves_the_cluster_to_it(steward: Steward) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    with steward.at_once(minutes=2):
        steward.stop(run)
        next_run = steward.start()
    other = steward.wait(next_run)

    result = steward.redrive(run)

    assert other.outcome("sales") == "rotated", "it took the lock before EventBridge told of the stop"
    assert result.rotations("sales") == 1
    assert result.turns == {"sales": 1}
    steward.pass_time(hours=1)
    assert steward.locks() == {}


def test_a_redrive_of_a_failed_run_reports_again_and_works_on_no_cluster(steward: Steward) -> None:
    steward.given([cluster("sales")], policy={"tolerated_failures": "0%"})
    steward.meanwhile(lambda: steward.show("sales", "hardware-failure"), seconds=90)
    run = steward.start()
    steward.wait(run)

    steward.forget_calls()

    result = steward.redrive(run)

    assert (result.rotations("sales"), result.polls("sales")) == (0, 0), "the Map has exited: only Report is"
    assert result.outcome("sales") == "failed"
    assert result.locks == {}
