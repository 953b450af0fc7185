"""Many clusters: canaries first, some at a time, keys kept apart, and an end when too much goes wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.outcome import most_at_once
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

BROKEN = {"fault": "error", "call": "RotateEncryptionKey", "code": "AccessDenied"}
CANARY = {"canary": {"clusters": 1, "select": {"identifiers": ["canary"]}}}


def fleet_of(count: int, failing: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """Clusters with a key each, the first ``failing`` of which cannot be rotated."""
    return [
        cluster(f"c{number:03}", kms_key=f"alias/key-{number}", **fields)
        | ({"faults": [BROKEN]} if number < failing else {})
        for number in range(count)
    ]


def test_the_canary_is_done_before_anybody_else_starts(steward: Steward) -> None:
    result = steward.run([*fleet_of(3), cluster("canary")], policy=CANARY)

    done = result.moment("CreateTags", "canary")
    others = [call.at for call in result.to_redshift("RotateEncryptionKey") if call.cluster != "canary"]
    assert set(result.outcomes.values()) == {"rotated"}
    assert result.line("canary")["wave"] == "canary"
    assert len(others) == 3
    assert min(others) >= done


def test_a_canary_that_fails_spares_everybody_else(steward: Steward) -> None:
    result = steward.run([*fleet_of(3), cluster("canary", faults=[BROKEN])], policy=CANARY)

    assert result.status == "FAILED"
    assert result.outcomes == {
        "c000": "not_reached",
        "c001": "not_reached",
        "c002": "not_reached",
        "canary": "failed",
    }
    assert [call.cluster for call in result.to_redshift("RotateEncryptionKey")] == ["canary"]
    assert result.cause is not None
    assert "Report: s3://" in result.cause
    assert result.report["status"] == "stopped"
    assert result.locks == {}


def test_a_canary_that_somebody_deletes_stops_nobody(steward: Steward) -> None:
    steward.given([*fleet_of(1), cluster("canary")], policy=CANARY)
    steward.meanwhile(lambda: steward.delete("canary"), seconds=70)

    assert steward.run_again().outcomes == {"c000": "rotated", "canary": "gone"}


def test_a_busy_cluster_is_no_canary(steward: Steward) -> None:
    busy = cluster("canary", status="modifying", remaining="5 minutes")

    result = steward.run([cluster("sales"), busy], policy=CANARY)

    assert result.outcomes == {"sales": "rotated", "canary": "rotated"}
    assert result.line("sales")["wave"] == "canary"


def test_failures_within_tolerance_stop_nobody(steward: Steward) -> None:
    policy = {"tolerated_failures": "20%", "max_concurrent": 1}

    result = steward.run(fleet_of(5, failing=1), policy=policy)

    assert result.status == "SUCCEEDED"
    assert sorted(result.outcomes.values()) == ["failed"] + ["rotated"] * 4
    assert "1 failed" in result.headline


def test_failures_beyond_tolerance_stop_the_run_with_a_sentence(steward: Steward) -> None:
    policy = {"tolerated_failures": "20%", "max_concurrent": 1}

    result = steward.run(fleet_of(6, failing=2), policy=policy)

    assert result.status == "FAILED"
    assert result.outcomes == {"c000": "failed", "c001": "failed"} | {
        f"c{number:03}": "not_reached" for number in range(2, 6)
    }
    assert result.cause is not None
    assert "threshold" in result.cause.lower() or "tolerated" in result.cause.lower()
    assert "2 failed, 4 not reached" in result.headline
    assert result.changes() == []


def test_clusters_under_way_when_the_run_ends_are_told_apart_and_finished_by_its_recovery(
    steward: Steward,
) -> None:
    late = cluster("slow", knobs={"busy_after_first_call": "90 seconds"}) | {"kms_key": "alias/slow"}
    refusing = cluster("bad", knobs={"rotate_duration": "10 minutes"}, kms_key="alias/bad")
    steward.given([late, refusing], policy={"tolerated_failures": "0%"})
    steward.meanwhile(lambda: steward.show("bad", "hardware-failure"), seconds=200)

    first = steward.run_again()
    steward.pass_time(hours=2)
    second = steward.run_again()

    assert first.status == "FAILED"
    assert first.outcomes == {"bad": "failed", "slow": "not_reached"}
    assert "finishes what it began or puts it back" in first.reason("slow")
    assert second.outcome("slow") == "skipped", "its recovery has seen the rotation's end"
    assert second.rotations("slow") == 1
    assert second.turns["slow"] == 1
    assert steward.locks() == {}


def test_no_more_clusters_at_a_time_than_the_policy_says(steward: Steward) -> None:
    result = steward.run(fleet_of(6), policy={"max_concurrent": 2})

    assert set(result.outcomes.values()) == {"rotated"}
    assert most_at_once(result.children) == 2


def test_clusters_that_share_a_kms_key_start_apart(steward: Steward) -> None:
    fleet = [cluster(f"c{number}", kms_key="alias/shared") for number in range(4)]

    result = steward.run(fleet, policy={"max_concurrent": 4})

    moments = sorted(call.at for call in result.to_redshift("RotateEncryptionKey"))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert len(moments) == 4
    assert min(gaps) >= timedelta(seconds=60)


def test_clusters_with_keys_of_their_own_start_together(steward: Steward) -> None:
    result = steward.run(fleet_of(4), policy={"max_concurrent": 4})

    assert {call.at for call in result.to_redshift("RotateEncryptionKey")} == {result.began}


def test_nothing_starts_after_the_window_has_closed(steward: Steward) -> None:
    closing = datetime.fromisoformat("2026-11-22T05:00:00Z")
    policy = {"max_concurrent": 1, "tolerated_failures": "100%"}

    result = steward.run(fleet_of(4), at="2026-11-22T04:52:00Z", policy=policy)

    started = [call.at for call in result.to_redshift("RotateEncryptionKey")]
    assert started
    assert max(started) < closing
    assert sorted(result.outcomes.values()) == ["rotated", "rotated", "skipped", "skipped"]
    assert "is closed" in result.reason("c003")
    assert result.ended > closing, "what had started was finished"


def test_nothing_starts_after_the_window_has_closed_while_a_function_died_again_and_again(
    steward: Steward,
) -> None:
    steward.given([cluster("sales")], at="2026-11-22T04:59:50Z")
    for _ in range(7):
        steward.kill("StartRotation", "before")

    result = steward.run_again()

    assert result.plan["clusters"][0]["action"] == "act", "the window was open when the run was planned"
    assert result.outcome("sales") == "skipped"
    assert "is closed" in result.reason("sales")
    assert result.ended > datetime.fromisoformat("2026-11-22T05:00:00Z")
    assert result.changes() == []


def test_a_cluster_that_becomes_ready_after_the_window_has_closed_waits_for_the_next(
    steward: Steward,
) -> None:
    busy = cluster("late", status="modifying", remaining="15 minutes")

    result = steward.run([busy], at="2026-11-22T04:50:00Z")

    assert result.outcome("late") == "skipped"
    assert "is closed" in result.reason("late")
    assert result.changes() == []


@pytest.mark.long
def test_a_hundred_and_twenty_clusters_are_done_in_one_run(steward: Steward) -> None:
    knobs = {"rotate_duration": "50 seconds", "post_op_busy_tail": "0 seconds", "describe_lag": "0 seconds"}

    result = steward.run(
        fleet_of(120, knobs=knobs), policy={"max_concurrent": 40, "tolerated_failures": "0%"}
    )

    assert result.status == "SUCCEEDED"
    assert result.headline == "120 clusters selected: 120 rotated"
    assert set(result.turns.values()) == {1}
    assert len(result.changes()) == 240
    assert most_at_once(result.children) <= 40
    whole_fleet = [call for call in result.to_redshift("DescribeClusters") if not call.cluster]
    assert len(whole_fleet) == 2, "pages of a hundred"
