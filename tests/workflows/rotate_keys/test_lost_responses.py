"""Answers that get lost and functions that die: at most one rotation, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

SETTLES = timedelta(minutes=2)
"""After an unanswered call, so long a cluster is looked at before it is called again."""

START_CALLS = 8
"""AWS calls of a Start that rotates: lock, open the record, describe, last rotation, write ahead, rotate,
remember, write down."""

FINISH_CALLS = 6
"""AWS calls of Finish: step, last rotation, outcome, tag, step, release."""


def is_rotated_once(steward: Steward, fleet_answers: str = "available") -> None:
    """Run it: exactly one rotation, tagged, nothing left."""
    result = steward.run_again()
    assert result.outcome("orders") == "rotated"
    assert result.rotations("orders") == 1
    assert result.turns == {"orders": 1}
    assert result.tagged_at("orders") is not None
    assert result.statuses == {"orders": fleet_answers}
    assert result.locks == {}


def test_a_rotation_whose_answer_is_lost_is_found_and_not_repeated(steward: Steward) -> None:
    lost = {"fault": "lost response", "call": "RotateEncryptionKey", "times": 1}
    steward.given([cluster("orders", faults=[lost])])

    is_rotated_once(steward)


def test_a_rotation_that_was_never_asked_for_is_asked_for_again_after_a_while(steward: Steward) -> None:
    steward.given([cluster("orders")])
    steward.drop_request("RotateEncryptionKey")

    result = steward.run_again()

    assert result.attempts("RotateEncryptionKey") == ["dropped", "ok"]
    first, second = result.to_redshift("RotateEncryptionKey")
    assert second.at - first.at >= SETTLES
    assert result.turns == {"orders": 1}


def test_a_lost_answer_is_cleared_up_even_while_describe_lags(steward: Steward) -> None:
    lost = {"fault": "lost response", "call": "RotateEncryptionKey", "times": 1}
    steward.given([cluster("orders", faults=[lost], knobs={"describe_lag": "75 seconds"})])

    is_rotated_once(steward)


@pytest.mark.long
def test_a_redshift_that_never_answers_has_failed_once_an_outage_is_not_waited_out_any_longer(
    steward: Steward,
) -> None:
    failing = {"fault": "error", "call": "RotateEncryptionKey", "code": "InternalFailure"}

    result = steward.run([cluster("orders", faults=[failing])], policy={"window": None})

    assert result.outcome("orders") == "failed"
    assert "no answer came, and nothing was seen to begin" in result.reason("orders")
    assert len(result.attempts("RotateEncryptionKey")) <= 40
    assert timedelta(hours=12) <= result.ended - result.began <= timedelta(hours=14)
    assert result.turns == {"orders": 0}
    assert result.locks == {}


@pytest.mark.parametrize("call", range(1, START_CALLS + 1))
def test_start_may_die_in_any_of_its_calls(steward: Steward, call: int) -> None:
    steward.given([cluster("orders")])
    steward.kill("StartRotation", "during", call)

    is_rotated_once(steward)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_start_may_die_before_and_after_its_work(steward: Steward, moment: str) -> None:
    steward.given([cluster("orders")])
    steward.kill("StartRotation", moment)

    is_rotated_once(steward)


def test_start_may_die_several_times_in_a_row(steward: Steward) -> None:
    steward.given([cluster("orders")])
    for call in (6, 2, 3, 1):
        steward.kill("StartRotation", "during", call)

    is_rotated_once(steward)


@pytest.mark.parametrize("call", range(1, FINISH_CALLS + 1))
def test_finish_may_die_in_any_of_its_calls(steward: Steward, call: int) -> None:
    steward.given([cluster("orders")])
    steward.kill("FinishRotation", "during", call)

    is_rotated_once(steward)


def test_finish_may_die_after_its_work(steward: Steward) -> None:
    steward.given([cluster("orders")])
    steward.kill("FinishRotation", "after")

    is_rotated_once(steward)


@pytest.mark.parametrize("function", ["PlanRotation", "Report"])
@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_plan_and_report_may_die(steward: Steward, function: str, moment: str) -> None:
    steward.given([cluster("orders")])
    steward.kill(function, moment, 2)

    is_rotated_once(steward)


def test_a_scheduled_run_whose_plan_died_still_owns_its_moment(steward: Steward) -> None:
    steward.given([cluster("orders")])
    steward.kill("PlanRotation", "after")

    result = steward.run_again({"scheduled_at": "2026-11-21T21:00:00Z"})

    assert result.outcome("orders") == "rotated"
    assert result.rotations("orders") == 1


def test_abandon_may_die_and_the_lock_is_still_released(steward: Steward) -> None:
    failing = {"fault": "error", "call": "RotateEncryptionKey", "code": "AccessDenied"}
    steward.given([cluster("orders", faults=[failing])])
    steward.kill("Abandon", "during", 1)

    result = steward.run_again()

    assert result.outcome("orders") == "failed"
    assert "AccessDenied" in result.reason("orders")
    assert result.locks == {}


def test_a_start_that_dies_on_every_attempt_has_failed_and_the_next_run_rotates(steward: Steward) -> None:
    steward.given([cluster("orders")])
    for _ in range(9):
        steward.kill("StartRotation", "before")

    first = steward.run_again()
    second = steward.run_again()

    assert first.outcome("orders") == "failed"
    assert second.outcome("orders") == "rotated"
    assert second.turns == {"orders": 1}
