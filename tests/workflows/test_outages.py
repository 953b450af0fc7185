"""An outage of Redshift's API loses no cluster, wherever it meets a run; what is denied is quoted at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.alike import alike
from tests.support.roles import COPY, UNLOAD, given, has, roles
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

CALLS = 30
"""That fail, some of them at once: a function's client and a wait loop ask again before they give up."""


def outage(call: str, after: int, times: int = CALLS) -> list[dict[str, Any]]:
    return [{"fault": "error", "call": call, "code": "ServiceUnavailable", "after": after, "times": times}]


@pytest.mark.parametrize("after", alike([0, 1, 2], ids=["Start", "the first look", "the second look"]))
def test_keys_are_rotated_once_although_the_cluster_cannot_be_read_for_a_while(
    steward: Steward, after: int
) -> None:
    result = steward.run([cluster("sales", faults=outage("DescribeClusters", after))])

    assert result.outcome("sales") == "rotated"
    assert result.attempts("RotateEncryptionKey") == ["ok"]
    assert result.attempts("DescribeClusters", "sales").count("ServiceUnavailable") == CALLS
    assert result.locks == {}


def test_a_rotation_is_tagged_after_an_outage(steward: Steward) -> None:
    result = steward.run([cluster("sales", faults=outage("CreateTags", 0, 6))])

    assert result.outcome("sales") == "rotated"
    assert "could not be written" not in result.reason("sales")
    assert result.attempts("CreateTags")[-1] == "ok"


@pytest.mark.parametrize("code", alike(["Throttling", "InternalFailure"]))
def test_a_cluster_is_paused_again_after_an_outage_of_hours(steward: Steward, code: str) -> None:
    failing = {"fault": "error", "call": "PauseCluster", "code": code}
    steward.given([cluster("sales", status="paused", faults=[failing])], policy={"paused": "wake"})
    steward.meanwhile(steward.end_faults, hours=4)

    result = steward.run_again()

    assert result.outcome("sales") == "rotated"
    assert result.tagged_at("sales") is not None
    assert result.statuses == {"sales": "paused"}
    assert result.ended - result.began > timedelta(hours=4)
    assert result.locks == {}


THROTTLED = [
    {"fault": "throttle", "call": "RotateEncryptionKey"},
    {"fault": "error", "call": "RotateEncryptionKey", "code": "ServiceUnavailable"},
    {"fault": "error", "call": "RotateEncryptionKey", "code": "DependentServiceRequestThrottlingFault"},
]


@pytest.mark.parametrize("fault", alike(THROTTLED, ids=["throttled", "no answer", "KMS"]))
def test_keys_are_rotated_once_although_rotations_are_out_of_order_for_hours(
    steward: Steward, fault: dict[str, Any]
) -> None:
    steward.given([cluster("sales", faults=[fault])])
    steward.meanwhile(steward.end_faults, hours=2)

    result = steward.run_again()

    assert result.outcome("sales") == "rotated"
    assert result.attempts("RotateEncryptionKey")[-1] == "ok"
    assert len(result.attempts("RotateEncryptionKey")) <= 30
    assert result.turns == {"sales": 1}


@pytest.mark.parametrize("fault", alike(THROTTLED, ids=["throttled", "no answer", "KMS"]))
def test_a_rotation_that_is_out_of_order_until_the_window_closes_is_skipped_for_that_reason(
    steward: Steward, fault: dict[str, Any]
) -> None:
    steward.given([cluster("sales", faults=[fault])])
    steward.meanwhile(steward.end_faults, hours=9)

    result = steward.run_again()

    assert result.outcome("sales") == "skipped"
    assert "nothing starts outside it" in result.reason("sales")
    assert result.turns == {"sales": 0}
    assert result.locks == {}


def test_rotations_that_are_throttled_for_half_a_day_end_the_cluster(steward: Steward) -> None:
    throttled = cluster("sales", faults=[THROTTLED[0]])

    result = steward.run([throttled], policy={"window": None, "tolerated_failures": "100%"})

    assert (result.outcome("sales"), result.child("sales").error) == ("failed", "ClusterStayedBusy")
    assert "for half a day; its last answer: Throttling" in result.reason("sales")
    assert timedelta(hours=12) < result.ended - result.began < timedelta(hours=14)
    assert result.locks == {}


@pytest.mark.parametrize("code", alike(["Throttling", "ServiceUnavailable"]))
def test_roles_are_in_sync_although_changes_are_out_of_order_for_hours(steward: Steward, code: str) -> None:
    failing = {"fault": "error", "call": "ModifyClusterIamRoles", "code": code}
    given(steward, [has("sales", COPY, "old", faults=[failing])])
    steward.meanwhile(steward.end_faults, hours=3)

    result = steward.run_again()

    assert result.outcome("sales") == "synced"
    assert roles(steward, "sales") == {COPY: "in-sync", UNLOAD: "in-sync"}
    assert result.locks == {}


def test_nothing_is_rotated_when_the_window_has_closed_in_the_outage(steward: Steward) -> None:
    policy = {"window": {"opens": "22:00", "closes": "23:00"}}
    steward.given([cluster("sales", faults=outage("DescribeClusters", 0, 1000))], policy=policy)
    steward.meanwhile(steward.end_faults, hours=2)

    result = steward.run_again()

    assert result.outcome("sales") == "skipped"
    assert result.attempts("RotateEncryptionKey") == []
    assert result.locks == {}


def test_nothing_is_rotated_when_the_window_closes_between_the_look_and_the_call(steward: Steward) -> None:
    slow = {"fault": "slow", "call": "DescribeClusters", "delay": "7 seconds"}
    policy = {"window": {"opens": "22:00", "closes": "22:01"}}
    steward.given([cluster("sales", faults=[slow])], at="2026-11-21T21:00:55Z", policy=policy)

    result = steward.run_again()

    assert result.attempts("RotateEncryptionKey") == []
    assert result.outcomes == {"sales": "skipped"}
    assert "nothing starts outside it" in result.reason("sales")


def test_an_outage_of_half_a_day_ends_the_cluster_and_leaves_no_lock(steward: Steward) -> None:
    given_up = cluster("sales", faults=outage("DescribeClusters", 0, 100))

    result = steward.run([given_up], policy={"tolerated_failures": "100%"})

    assert (result.outcome("sales"), result.child("sales").error) == ("failed", "AwsUnavailable")
    assert "ServiceUnavailable" in result.reason("sales")
    assert timedelta(hours=12) < result.ended - result.began < timedelta(hours=13)
    assert result.attempts("RotateEncryptionKey") == []
    assert result.locks == {}


@pytest.mark.parametrize("after", [0, 1], ids=["Converge", "the first look"])
def test_roles_are_in_sync_after_an_outage(steward: Steward, after: int) -> None:
    given(steward, [has("sales", COPY, "old", faults=outage("DescribeClusters", after))])

    result = steward.run_again()

    assert result.outcome("sales") == "synced"
    assert roles(steward, "sales") == {COPY: "in-sync", UNLOAD: "in-sync"}
    assert result.locks == {}


def test_a_read_that_is_denied_ends_the_cluster_and_is_quoted(steward: Steward) -> None:
    denied = {"fault": "error", "call": "DescribeClusters", "code": "AccessDenied"}

    result = steward.run([cluster("sales", faults=[denied])], policy={"tolerated_failures": "100%"})

    assert result.outcome("sales") == "failed"
    assert "AccessDenied" in result.reason("sales")
    assert result.ended - result.began < timedelta(minutes=30)
    assert result.locks == {}
