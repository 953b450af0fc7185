"""Clusters that are busy, with or without saying so, and dependencies that throttle."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

ALL_MAY_FAIL = {"tolerated_failures": "100%"}


def test_a_cluster_that_is_modifying_for_a_while_is_waited_for(steward: Steward) -> None:
    busy = cluster(
        "billing", status="modifying", remaining="12 minutes", knobs={"post_op_busy_tail": "0 seconds"}
    )

    result = steward.run([busy])

    assert result.outcome("billing") == "rotated"
    assert result.attempts("RotateEncryptionKey") == ["ok"], "it is looked at, not tried, while it is busy"
    assert 12 <= result.minutes_until("RotateEncryptionKey", "billing") <= 14


def test_a_cluster_that_is_modifying_beyond_the_retry_budget_is_refused(steward: Steward) -> None:
    result = steward.run([cluster("billing", status="modifying", remaining="3 hours")])

    assert result.outcome("billing") == "refused"
    assert "is not ready: its status is modifying" in result.reason("billing")
    assert "still after 2" in result.reason("billing"), "20 minutes and a bit"
    assert result.changes() == []
    assert result.ended - result.began < timedelta(minutes=25)


def test_a_cluster_that_says_available_and_refuses_for_two_minutes_is_asked_again(steward: Steward) -> None:
    result = steward.run([cluster("pricing", knobs={"busy_after_first_call": "2 minutes"})])

    assert result.outcome("pricing") == "rotated"
    answers = result.attempts("RotateEncryptionKey")
    assert set(answers[:-1]) == {"InvalidClusterState"}
    assert answers[-1] == "ok"
    assert result.turns == {"pricing": 1}


def test_a_cluster_that_refuses_beyond_the_retry_budget_has_failed(steward: Steward) -> None:
    refusing = cluster("pricing", knobs={"busy_after_first_call": "3 hours"})

    result = steward.run([refusing], policy=ALL_MAY_FAIL)

    assert result.outcome("pricing") == "failed"
    assert "Redshift kept refusing until the retry budget ran out" in result.reason("pricing")
    assert result.child("pricing").error == "ClusterStayedBusy"
    assert set(result.attempts("RotateEncryptionKey")) == {"InvalidClusterState"}
    assert len(result.attempts("RotateEncryptionKey")) <= 20
    assert result.turns == {"pricing": 0}
    last = result.to_redshift("RotateEncryptionKey")[-1].at
    assert timedelta(minutes=15) <= last - result.began <= timedelta(minutes=25)


def test_kms_that_throttles_twice_is_asked_a_third_time(steward: Steward) -> None:
    result = steward.run([cluster("finance", knobs={"kms_throttled_rotations": 2})])

    assert result.outcome("finance") == "rotated"
    throttled = "DependentServiceRequestThrottlingFault"
    assert result.attempts("RotateEncryptionKey") == [throttled, throttled, "ok"]
    first, second, third = (call.at for call in result.to_redshift("RotateEncryptionKey"))
    assert second - first >= timedelta(seconds=7), "with a pause"
    assert third - second >= timedelta(seconds=15), "that grows"


def test_clusters_that_are_throttled_together_come_back_at_different_moments(steward: Steward) -> None:
    fleet = [cluster(f"c{number}", knobs={"kms_throttled_rotations": 1}) for number in range(3)]
    keys = {f"c{number}": f"alias/key-{number}" for number in range(3)}

    result = steward.run([each | {"kms_key": keys[each["identifier"]]} for each in fleet])

    moments = [call.at for call in result.to_redshift("RotateEncryptionKey") if call.applied]
    assert len(set(moments)) == 3


def test_redshift_that_throttles_rotations_is_asked_again(steward: Steward) -> None:
    throttle = {"fault": "throttle", "call": "RotateEncryptionKey", "times": 3}

    result = steward.run([cluster("risk", faults=[throttle])])

    assert result.attempts("RotateEncryptionKey") == ["Throttling"] * 3 + ["ok"]
    assert result.turns == {"risk": 1}


def test_redshift_that_throttles_the_looks_costs_nothing_but_time(steward: Steward) -> None:
    throttle = {"fault": "throttle", "call": "DescribeClusters", "after": 2, "times": 5}

    result = steward.run([cluster("risk", faults=[throttle])])

    assert result.outcome("risk") == "rotated"
    assert result.attempts("DescribeClusters", "risk").count("Throttling") == 5
    assert result.rotations("risk") == 1


def test_an_operation_that_redshift_does_not_support_is_refused_with_its_own_words(steward: Steward) -> None:
    fault = {"fault": "error", "call": "RotateEncryptionKey", "code": "UnsupportedOperation"}

    result = steward.run([cluster("odd", faults=[fault])])

    assert result.outcome("odd") == "refused"
    assert "Redshift refuses the call for good: UnsupportedOperation: " in result.reason("odd")
    assert result.attempts("RotateEncryptionKey") == ["UnsupportedOperation"]


def test_an_error_that_nobody_expects_fails_the_cluster_at_once_and_frees_it(steward: Steward) -> None:
    fault = {"fault": "error", "call": "RotateEncryptionKey", "code": "AccessDenied"}

    result = steward.run([cluster("odd", faults=[fault])], policy=ALL_MAY_FAIL)

    assert result.outcome("odd") == "failed"
    assert "AccessDenied" in result.reason("odd")
    assert result.attempts("RotateEncryptionKey") == ["AccessDenied"]
    assert result.locks == {}


def test_a_tag_that_is_refused_for_a_while_is_written_later(steward: Steward) -> None:
    fault = {"fault": "error", "call": "CreateTags", "code": "InvalidClusterState", "times": 4}

    result = steward.run([cluster("sales", faults=[fault])])

    assert result.outcome("sales") == "rotated"
    assert result.attempts("CreateTags") == ["InvalidClusterState"] * 4 + ["ok"]
    assert result.tagged_at("sales") == result.operations("sales")[0]["ended_at"]
    assert result.turns == {"sales": 1}


def test_a_tag_that_is_never_taken_does_not_undo_the_rotation(steward: Steward) -> None:
    fault = {"fault": "error", "call": "CreateTags", "code": "InvalidClusterState"}

    result = steward.run([cluster("sales", faults=[fault])])

    assert result.outcome("sales") == "rotated"
    assert "the tag steward:keys-rotated-at" in result.reason("sales")
    assert result.tagged_at("sales") is None
    assert result.last_rotation("sales") is not None, "so the next run knows"
    assert steward.run_again().outcome("sales") == "skipped"


def test_a_cluster_with_fifty_tags_is_rotated_and_remembered_without_one(steward: Steward) -> None:
    tags = {f"tag-{number}": "x" for number in range(50)}

    result = steward.run([cluster("sales", tags=tags, knobs={"post_op_busy_tail": "0 seconds"})])

    assert result.outcome("sales") == "rotated"
    assert result.attempts("CreateTags") == ["TagLimitExceededFault"]
    assert "the tag steward:keys-rotated-at could not be written" in result.line("sales")["note"]
    assert steward.run_again().outcome("sales") == "skipped"


@pytest.mark.parametrize("answer", ["lost response", "throttle"])
def test_a_tag_call_that_goes_wrong_once_is_repeated(steward: Steward, answer: str) -> None:
    fault = {"fault": answer, "call": "CreateTags", "times": 1}

    result = steward.run([cluster("sales", faults=[fault])])

    assert result.outcome("sales") == "rotated"
    assert result.tagged_at("sales") is not None
    assert result.rotations("sales") == 1
