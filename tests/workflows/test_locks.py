"""One run at a time changes a cluster; what a dead run held is taken over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

DEAD = (
    "arn:aws:states:eu-central-1:123456789012:execution:RedshiftSteward-production-sync-roles:long-forgotten"
)


def test_of_two_runs_at_once_one_rotates_and_the_other_finds_it_done(steward: Steward) -> None:
    steward.given([cluster("sales")])

    results = [steward.wait(run) for run in steward.start_together({}, {})]

    last = results[-1]
    assert sorted(result.outcome("sales") for result in results) == ["rotated", "skipped"]
    assert last.rotations("sales") == 1
    assert last.turns == {"sales": 1}
    assert last.changes().count("CreateTags") == 1
    assert last.locks == {}


def test_a_run_that_waited_for_another_says_that_the_keys_are_young(steward: Steward) -> None:
    steward.given([cluster("sales")])
    runs = steward.start_together({}, {})

    results = {steward.wait(run).outcome("sales"): steward.wait(run) for run in runs}

    assert "due in" in results["skipped"].reason("sales"), "its rotation has begun, or has ended already"


def test_a_lock_that_is_held_beyond_the_retry_budget_is_left_to_its_holder(steward: Steward) -> None:
    steward.given([cluster("sales", knobs={"rotate_duration": "2 hours"})])
    runs = steward.start_together({}, {})

    results = {result.outcome("sales"): result for result in map(steward.wait, runs)}

    holder, waiter = results["rotated"], results["skipped"]
    assert waiter.reason("sales").endswith(holder.arn), "the reason names the holder"
    assert timedelta(minutes=15) <= waiter.ended - waiter.began <= timedelta(minutes=25)
    assert holder.rotations("sales") == 1
    assert holder.turns == {"sales": 1}
    assert steward.locks() == {}


def test_a_lock_of_a_run_that_no_longer_exists_is_taken_over(steward: Steward) -> None:
    steward.given([cluster("sales")])
    steward.put_lock("sales", DEAD)

    result = steward.run_again()

    assert result.outcome("sales") == "rotated"
    assert result.locks == {}


def test_a_skipped_cluster_s_lock_is_nobody_s_business(steward: Steward) -> None:
    steward.given([cluster("sales", ledger="1 day")])
    steward.put_lock("sales", DEAD)

    result = steward.run_again()

    assert result.outcome("sales") == "skipped"
    assert result.locks == {"sales": DEAD}


def test_a_run_that_was_stopped_while_rotating_is_finished_and_nothing_is_repeated(steward: Steward) -> None:
    steward.given([cluster("sales")])
    run = steward.start()
    with steward.at_once(seconds=80):
        steward.stop(run)
        first = steward.wait(run)
        other = steward.start()

    second = steward.wait(other)

    assert first.status == "ABORTED"
    assert list(first.locks.values()) == [first.arn], "until EventBridge has told of the stop"
    assert second.outcome("sales") == "rotated", "it took the lock before EventBridge told of the stop"
    assert second.rotations("sales") == 1
    assert second.turns == {"sales": 1}
    assert second.tagged_at("sales") is not None
    assert second.locks == {}


def test_a_run_that_was_stopped_before_the_call_is_done_by_the_next_one(steward: Steward) -> None:
    steward.given([cluster("sales", knobs={"busy_after_first_call": "10 minutes"})])
    run = steward.start()
    first = steward.stop_after(run, minutes=4)

    second = steward.run_again()

    assert first.status == "ABORTED"
    assert second.outcome("sales") == "rotated"
    assert second.turns == {"sales": 1}


def test_a_run_that_was_stopped_after_the_rotation_leaves_it_to_be_found(steward: Steward) -> None:
    refused = {"fault": "error", "call": "CreateTags", "code": "InvalidClusterState", "times": 9}
    steward.given([cluster("sales", faults=[refused])])
    run = steward.start()
    first = steward.stop_after(run, minutes=5)

    second = steward.run_again()

    assert first.status == "ABORTED"
    assert second.outcome("sales") == "skipped", "the ledger knows of the rotation"
    assert second.turns == {"sales": 1}


def test_a_lock_that_a_stopped_run_left_hinders_no_later_run(steward: Steward) -> None:
    steward.given([cluster("sales")])
    steward.stop_after(steward.start(), seconds=80)
    steward.run_again()

    result = steward.run_again({"clusters": ["sales"], "force": True})

    assert result.outcome("sales") == "rotated"
    assert result.turns == {"sales": 2}, "once by the schedule, once by force"
    assert result.locks == {}


def test_a_child_execution_that_somebody_stops_is_reported_and_its_lock_released(steward: Steward) -> None:
    steward.given([cluster("sales"), cluster("stock")], policy={"tolerated_failures": "50%"})
    steward.stop_at("Until rotated: poll", nth=1)

    first = steward.run_again()
    steward.pass_time(minutes=1)
    _, recovery = steward.runs()
    recovered = steward.wait(recovery)

    assert first.status == "SUCCEEDED"
    assert first.outcomes == {"sales": "not_reached", "stock": "rotated"}
    assert f"{recovered.report['run']} finishes what it began" in first.reason("sales")
    assert recovered.outcomes == {"sales": "rotated"}
    assert recovered.turns == {"sales": 1, "stock": 1}
    assert recovered.locks == {}


def test_a_rotation_that_ended_after_its_run_was_stopped_is_not_repeated(steward: Steward) -> None:
    steward.given([cluster("sales")])
    steward.stop_after(steward.start(), seconds=80)
    steward.pass_time(days=7)

    result = steward.run_again()

    assert result.outcome("sales") == "skipped"
    assert "rotated by the steward at 2026-11-21T21:03" in result.reason("sales"), "its recovery saw the end"
    assert result.rotations("sales") == 1


def test_a_rotation_that_ended_after_it_was_given_up_is_not_repeated(steward: Steward) -> None:
    policy = {"tolerated_failures": "100%", "deadline": "1 hour"}
    first = steward.run([cluster("sales", knobs={"rotate_duration": "3 hours"})], policy=policy)
    steward.pass_time(days=1)

    second = steward.run_again()

    assert first.outcome("sales") == "timed_out"
    assert second.outcome("sales") == "skipped"
    assert second.turns == {"sales": 1}
