"""The next step with one cluster: at most one rotation, whatever was lost, killed or retried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steward.domain.retry_budget import LONGEST_PAUSE, OVERLOOKED, RETRY_BUDGET, SETTLE, pause_seconds
from steward.domain.rotate_keys.decide import Overrides, RotationFacts
from steward.domain.rotate_keys.step import NextRotationMove, RotationMove, next_rotation_move
from steward.domain.status import PHASES
from tests.support.facts import NOW, cluster, last, operation, rotation_facts, settings

if TYPE_CHECKING:
    from steward.domain.operation import Operation


def step(
    facts: RotationFacts, record: Operation | None = None, waited: timedelta = timedelta()
) -> NextRotationMove:
    return next_rotation_move(facts, record or operation(), facts.now - waited, attempt=0)


def test_a_ready_cluster_that_is_due_is_rotated() -> None:
    assert step(rotation_facts()).move is RotationMove.ROTATE


def test_a_paused_cluster_is_resumed_first_when_the_policy_says_wake() -> None:
    facts = rotation_facts(cluster=cluster(status="paused"), settings=settings(paused="wake"))
    assert step(facts).move is RotationMove.RESUME


def test_a_busy_cluster_is_waited_for_until_the_retry_budget_is_spent() -> None:
    busy = rotation_facts(cluster=cluster(status="modifying", availability="Modifying"))
    assert step(busy).move is RotationMove.AGAIN
    given_up = step(busy, waited=RETRY_BUDGET)
    assert given_up.move is RotationMove.STOP
    assert "modifying (Modifying), still after 20 min" in given_up.decision.reason


def test_the_retry_budget_is_longer_than_the_quarter_of_an_hour_that_redshift_is_known_to_need() -> None:
    assert timedelta(minutes=15) < RETRY_BUDGET


def test_a_rotation_that_is_under_way_already_is_watched_and_not_started_again() -> None:
    rotating = rotation_facts(cluster=cluster(status="rotating-keys", availability="Modifying"))
    assert step(rotating).decision.code == "already_rotating"
    ours = step(rotating, operation(called_at=NOW))
    assert (ours.move, ours.decision.code) == (RotationMove.WATCH, "picked_up")


def test_after_a_lost_answer_the_cluster_is_looked_at_before_it_is_called_again() -> None:
    lost = operation(called_at=NOW - SETTLE / 2)
    assert step(rotation_facts(), lost).move is RotationMove.AGAIN
    assert step(rotation_facts(), operation(called_at=NOW - SETTLE)).move is RotationMove.ROTATE


def test_a_rotation_that_may_have_come_and_gone_unseen_is_not_called_again() -> None:
    unseen = step(rotation_facts(), operation(called_at=NOW - OVERLOOKED))
    assert (unseen.move, unseen.decision.code) == (RotationMove.STOP, "rotation_unknown")


def test_a_rotation_that_has_begun_in_this_run_is_never_started_again_even_by_force() -> None:
    for record in (operation(begun_at=NOW), operation(begun_at=NOW, ended_at=NOW)):
        assert (
            step(rotation_facts(last=last(300), overrides=Overrides(force=True)), record).move
            is RotationMove.WATCH
        )


def test_another_cluster_under_the_same_name_is_not_touched() -> None:
    for other in (cluster(namespace_arn="arn:aws:redshift:r:a:namespace:other"), cluster(created_at=NOW)):
        stopped = step(rotation_facts(cluster=other))
        assert (stopped.move, stopped.decision.code) == (RotationMove.STOP, "recreated")


def test_the_window_is_looked_at_again_before_every_start() -> None:
    late = rotation_facts(now=NOW + timedelta(hours=9))
    assert step(late).decision.code == "window_closed"


@pytest.mark.parametrize("attempt", range(12))
def test_pauses_grow_to_a_limit_and_differ_between_clusters(attempt: int) -> None:
    pauses = {pause_seconds(f"cluster-{n}", attempt) for n in range(50)}
    assert len(pauses) > 3
    assert min(pauses) >= 7
    assert max(pauses) <= LONGEST_PAUSE


@given(
    status=st.sampled_from([*PHASES, "surprise"]),
    called=st.none() | st.integers(0, 3600),
    began=st.none() | st.integers(0, 3600),
    waited=st.integers(0, 7200),
    force=st.booleans(),
)
def test_a_call_is_made_only_when_none_can_be_under_way(
    status: str, called: int | None, began: int | None, waited: int, *, force: bool
) -> None:
    record = operation(called_at=_ago(called), begun_at=_ago(began))
    facts = rotation_facts(cluster=cluster(status=status), overrides=Overrides(force=force))
    move = step(facts, record, timedelta(seconds=waited)).move
    if move is RotationMove.ROTATE:
        assert status == "available"
        assert began is None
        assert called is None or called >= SETTLE.total_seconds()


def _ago(seconds: int | None) -> datetime | None:
    return None if seconds is None else NOW - timedelta(seconds=seconds)
