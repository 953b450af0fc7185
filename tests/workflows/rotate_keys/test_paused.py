"""Paused clusters: left paused, or resumed, rotated and paused again, as the policy says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.outcome import was_left_alone
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

WAKE = {"paused": "wake"}


def asleep(**fields: Any) -> dict[str, Any]:
    """A paused cluster that wakes and falls asleep quickly."""
    knobs = {"resume_duration": "2 minutes", "pause_duration": "2 minutes"} | fields.pop("knobs", {})
    return cluster("archive", status="paused", knobs=knobs, **fields)


def test_a_paused_cluster_is_left_asleep(steward: Steward) -> None:
    result = steward.run([asleep()])

    was_left_alone(result, "archive", "skipped", "is paused", "paused: skip")


def test_a_paused_cluster_is_resumed_rotated_and_paused_again(steward: Steward) -> None:
    result = steward.run([asleep()], policy=WAKE)

    assert result.outcome("archive") == "rotated"
    assert result.changes() == ["ResumeCluster", "RotateEncryptionKey", "CreateTags", "PauseCluster"]
    assert result.statuses == {"archive": "paused"}
    assert result.turns == {"archive": 1}


def test_a_paused_cluster_that_is_not_due_is_not_resumed(steward: Steward) -> None:
    result = steward.run([asleep(ledger="20 days")], policy=WAKE)

    was_left_alone(result, "archive", "skipped", "due in 70 days")


def test_a_status_that_nobody_has_documented_is_waited_through(steward: Steward) -> None:
    result = steward.run([asleep(knobs={"resuming_status": "warming-up"})], policy=WAKE)

    assert result.outcome("archive") == "rotated"
    assert result.rotations("archive") == 1


def test_a_cluster_for_which_the_window_closes_while_it_wakes_is_put_to_sleep_unrotated(
    steward: Steward,
) -> None:
    result = steward.run([asleep()], at="2026-11-22T04:59:00Z", policy=WAKE)

    assert result.outcome("archive") == "skipped"
    assert "is closed" in result.reason("archive")
    assert result.changes() == ["ResumeCluster", "PauseCluster"]
    assert result.statuses == {"archive": "paused"}
    assert result.locks == {}


def test_pausing_again_is_tried_until_redshift_lets_it_happen(steward: Steward) -> None:
    refused = {"fault": "error", "call": "PauseCluster", "code": "InvalidClusterState", "times": 4}

    result = steward.run([asleep(faults=[refused])], policy=WAKE)

    assert result.attempts("PauseCluster") == ["InvalidClusterState"] * 4 + ["ok"]
    assert result.statuses == {"archive": "paused"}
    assert result.rotations("archive") == 1
    assert result.changes().count("CreateTags") == 1, "what is done is not done again"


def test_a_cluster_that_can_not_be_paused_again_is_reported_as_left_running(steward: Steward) -> None:
    refused = {"fault": "error", "call": "PauseCluster", "code": "InvalidClusterState"}

    result = steward.run([asleep(faults=[refused])], policy=WAKE)
    steward.pass_time(minutes=1)
    recovery = steward.wait(steward.runs()[1])
    after = steward.look_at(result.arn)

    assert result.outcome("archive") == "rotated", "its keys have been rotated all the same"
    assert "is left running; a recovery run" in result.reason("archive")
    assert after.outcome("archive") == "rotated"
    assert after.reason("archive").endswith("is left running: pause it again"), "a recovery could not, either"
    assert after.reason("archive").count("is left running") == 1
    assert recovery.statuses == {"archive": "available"}
    assert recovery.rotations("archive") == 1
    assert recovery.locks == {}


def test_a_lost_answer_to_a_resume_wakes_it_once(steward: Steward) -> None:
    lost = {"fault": "lost response", "call": "ResumeCluster", "times": 1}

    result = steward.run([asleep(faults=[lost])], policy=WAKE)

    assert result.changes() == ["ResumeCluster", "RotateEncryptionKey", "CreateTags", "PauseCluster"]
    assert result.statuses == {"archive": "paused"}


def test_a_lost_answer_to_a_pause_puts_it_to_sleep_once(steward: Steward) -> None:
    lost = {"fault": "lost response", "call": "PauseCluster", "times": 1}

    result = steward.run([asleep(faults=[lost])], policy=WAKE)

    assert result.changes().count("PauseCluster") == 1
    assert result.statuses == {"archive": "paused"}
    assert result.outcome("archive") == "rotated"


def test_a_cluster_for_which_there_is_no_capacity_is_reported_and_stays_asleep(steward: Steward) -> None:
    knobs = {"resume_outcome": "InsufficientClusterCapacity"}

    result = steward.run([asleep(knobs=knobs), cluster("sales")], policy=WAKE | {"tolerated_failures": "50%"})

    assert result.outcomes == {"archive": "failed", "sales": "rotated"}
    assert "capacity" in result.reason("archive")
    assert result.statuses["archive"] == "paused"


def test_a_resume_that_iam_denies_fails_this_cluster_at_once_and_leaves_it_asleep(steward: Steward) -> None:
    denied = {"fault": "error", "call": "ResumeCluster", "code": "AccessDenied"}
    fleet = [asleep(faults=[denied]), cluster("sales")]

    result = steward.run(fleet, policy=WAKE | {"tolerated_failures": "50%"})

    assert result.outcomes == {"archive": "failed", "sales": "rotated"}
    assert "AccessDenied: " in result.reason("archive")
    assert "left running" not in result.reason("archive"), "it has never been resumed"
    assert result.attempts("ResumeCluster") == ["AccessDenied"]
    assert result.changes("archive") == []
    assert result.locks == {}


def test_a_cluster_that_somebody_pauses_before_its_turn_is_left_asleep(steward: Steward) -> None:
    pause = {"after": "30 seconds", "action": "pause", "lasts": "1 minute"}
    fleet = [cluster("first"), cluster("second", timeline=[pause])]

    result = steward.run(fleet, policy={"max_concurrent": 1})

    assert result.outcomes == {"first": "rotated", "second": "skipped"}
    assert "is paused" in result.reason("second")
    assert result.changes("second") == []
    assert result.ended - result.began < timedelta(minutes=10)
