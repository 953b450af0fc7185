"""Waiting for a rotation to end: few looks, small overshoot, a deadline, and no belief in stale answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

ALL_MAY_FAIL = {"tolerated_failures": "100%"}


@pytest.mark.parametrize(("minutes", "most_polls"), [(3, 9), (10, 16), (30, 21), (180, 38)], ids=str)
def test_the_end_is_noticed_with_few_looks_and_little_delay(
    steward: Steward, minutes: int, most_polls: int
) -> None:
    result = steward.run([cluster("sales", knobs={"rotate_duration": f"{minutes} minutes"})])

    line = result.line("sales")
    late = timedelta(seconds=line["seconds"]) - timedelta(minutes=minutes)
    assert line["outcome"] == "rotated"
    assert line["polls"] <= most_polls
    others = 1 + len(result.attempts("CreateTags"))
    assert result.polls("sales") <= line["polls"] + others, "one more by Start, one before each try to tag"
    assert timedelta() <= late <= max(timedelta(seconds=40), timedelta(minutes=minutes) * 0.2)
    assert late <= timedelta(seconds=line["overshoot_seconds"]), "the report does not flatter itself"


def test_a_duration_that_the_ledger_knows_saves_most_of_the_looks(steward: Steward) -> None:
    slow = cluster("sales", ledger="100 days", knobs={"rotate_duration": "10 minutes"})

    result = steward.run([slow])

    assert result.outcome("sales") == "rotated"
    assert result.line("sales")["polls"] <= 2
    assert result.moment("CreateTags", "sales") - result.began <= timedelta(minutes=12)


def test_a_stale_available_right_after_the_call_is_not_believed(steward: Steward) -> None:
    lagging = cluster("sales", knobs={"describe_lag": "50 seconds", "rotate_duration": "3 minutes"})
    steward.given([lagging])
    steward.find("sales")  # a rotation of 20 seconds was seen before, so the first look comes early
    steward.remember("sales", timedelta(days=100), seconds=20)

    result = steward.run_again()

    looks = result.to_redshift("DescribeClusters", "sales")
    assert looks[1].at - result.began < timedelta(seconds=50), "it was looked at while the answer was stale"
    assert result.outcome("sales") == "rotated"
    assert result.minutes_until("CreateTags", "sales") >= 3
    assert result.turns == {"sales": 1}


def test_a_rotation_that_is_over_before_the_first_look_is_believed_after_a_minute(steward: Steward) -> None:
    result = steward.run([cluster("sales", knobs={"rotate_duration": "20 seconds"})])

    assert result.outcome("sales") == "rotated"
    assert result.minutes_until("CreateTags", "sales") <= 2


def test_an_undocumented_status_while_rotating_is_waited_through_and_reported(steward: Steward) -> None:
    steward.given([cluster("sales")])
    steward.meanwhile(lambda: steward.show("sales", "re-encrypting"), seconds=30)

    result = steward.run_again()

    assert result.outcome("sales") == "rotated"
    assert 'undocumented status "re-encrypting"' in result.line("sales")["note"]
    assert result.rotations("sales") == 1


def test_a_rotation_beyond_the_deadline_times_out_and_its_lock_is_released(steward: Steward) -> None:
    stuck = cluster("genome", knobs={"rotate_duration": "forever"})

    result = steward.run([stuck], policy=ALL_MAY_FAIL | {"deadline": "2 hours"})

    assert result.outcome("genome") == "timed_out"
    assert "was still rotating-keys after 2 hours" in result.reason("genome")
    assert result.child("genome").error == "DeadlineExceeded"
    assert timedelta(hours=2) <= result.ended - result.began <= timedelta(hours=2, minutes=2)
    assert result.locks == {}
    assert result.tagged_at("genome") is None, "it has not ended"


def test_what_timed_out_is_picked_up_by_the_next_run_without_a_second_call(steward: Steward) -> None:
    slow = cluster("genome", knobs={"rotate_duration": "2 hours 30 minutes"})
    first = steward.run([slow], policy=ALL_MAY_FAIL | {"deadline": "2 hours"})

    second = steward.run_again()

    assert first.outcome("genome") == "timed_out"
    assert second.outcome("genome") == "rotated"
    assert second.rotations("genome") == 1
    assert second.turns == {"genome": 1}
    assert second.tagged_at("genome") is not None


def test_a_cluster_that_breaks_while_it_is_rotated_has_failed_with_its_status(steward: Steward) -> None:
    steward.given([cluster("sales")], policy=ALL_MAY_FAIL)
    steward.meanwhile(lambda: steward.show("sales", "hardware-failure"), seconds=45)

    result = steward.run_again()

    assert result.outcome("sales") == "failed"
    assert "hardware-failure" in result.reason("sales")
    assert result.locks == {}
    record = result.last_rotation("sales")
    assert record is not None
    assert record["ended"] is False, "nobody claims that it is done"
