"""Before any stage: the planned cluster, unchanged, without blockers, and not busy."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.moves import Control, Delegate, Fact, Move, Wait
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.progress import Waiting
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    GONE,
    MINUTE,
    cluster_with,
    consent,
    power,
    situation,
    snapshot,
    summary,
)
from tests.support.facts import NAMESPACE, NOW


def test_with_everything_there_the_cluster_is_deleted() -> None:
    assert next_move(situation()).move is Delegate.DELETE


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ({"details": None, "plan": None}, ("gone", Outcome.GONE)),
        (
            cluster_with(namespace_arn="arn:aws:redshift:eu-central-1:1:namespace:2"),
            ("recreated", Outcome.REFUSED),
        ),
        (cluster_with(created_at=NOW), ("recreated", Outcome.REFUSED)),
        (cluster_with(status="deleting", availability="Modifying"), ("deleting", Outcome.REFUSED)),
        ({"consent": consent("rejected", reason="in use")}, ("rejected", Outcome.REJECTED)),
        ({"consent": consent("expired", by="")}, ("expired", Outcome.EXPIRED)),
        ({"consent": consent("cancelled")}, ("cancelled", Outcome.CANCELLED)),
        ({"consent": consent("waiting", expires_at=NOW)}, ("expired", Outcome.EXPIRED)),
        ({"consent": consent(plan_hash="sha256:other")}, ("approval_void", Outcome.REFUSED)),
        ({"plan": {}}, ("changed", Outcome.REFUSED)),
        ({"plan": None}, ("changed", Outcome.REFUSED)),
        ({"inspection": None}, ("not_inspected", Outcome.REFUSED)),
        (
            {"inspection": Inspection((Blocker("lakehouse", "is registered"),))},
            ("lakehouse", Outcome.REFUSED),
        ),
        ({"final": snapshot("final")}, ("name_taken", Outcome.REFUSED)),
        ({"guard": snapshot(cluster="other")}, ("name_taken", Outcome.REFUSED)),
        ({"guard": snapshot(status="failed")}, ("guard_failed", Outcome.FAILED)),
        ({"guard": snapshot(size_mb=0)}, ("guard_unproven", Outcome.FAILED)),
        ({"guard": None}, ("guard_lost", Outcome.FAILED)),
    ],
)
def test_what_ends_the_way_to_the_deletion(observed: dict[str, Any], expected: tuple[str, Outcome]) -> None:
    step = next_move(situation(observed=observed))

    assert summary(step) == (Fact.STOPPED, *expected)
    assert step.reason


@pytest.mark.parametrize(
    ("cluster", "done", "expected"),
    [
        ({"status": "rotating-keys", "availability": "Modifying"}, {}, Wait.UNTIL_ROTATED),
        ({"status": "pausing"}, {"power": power("pause")}, Wait.UNTIL_PAUSED),
        ({"status": "pausing"}, {}, Control.AGAIN),
        ({"status": "resuming"}, {"power": power("resume")}, Wait.UNTIL_RESUMED),
        ({"status": "modifying"}, {"power": power("resume")}, Control.AGAIN),
        ({"status": "never-heard-of"}, {}, Control.AGAIN),
        ({"status": "resizing"}, {}, Control.AGAIN),
    ],
)
def test_what_is_under_way_is_waited_for(
    cluster: dict[str, str], done: dict[str, Any], expected: Move
) -> None:
    assert next_move(situation(observed=cluster_with(**cluster), done=done)).move is expected


def test_patience_with_a_busy_cluster_has_an_end() -> None:
    waited = {"waiting": Waiting("not_ready", NOW - 20 * MINUTE)}
    other = {"waiting": Waiting("snapshot", NOW - 20 * MINUTE)}
    busy = cluster_with(status="modifying", availability="Modifying")

    assert summary(next_move(situation(observed=busy, done=waited))) == (
        Fact.STOPPED,
        "not_ready",
        Outcome.REFUSED,
    )
    assert next_move(situation(observed=busy, done=other)).move is Control.AGAIN


def test_a_situation_without_its_cluster_says_so() -> None:
    assert (situation(observed=GONE).status, situation(observed=GONE).phase) == ("gone", None)
    assert NAMESPACE in str(situation().run_plan)
