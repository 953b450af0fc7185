"""At most one run holds the lock on a cluster, whatever the order of events."""

from __future__ import annotations

from itertools import count
from threading import Barrier, Thread
from threading import Lock as Mutex
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.dynamodb.models import DynamoDBBackend

from steward.adapters.ledger.locks import Locks
from steward.domain.run import Run
from tests.adapters.runs import ONE, THREE, TWO
from tests.support.facts import NOW


@pytest.fixture
def locks(table: Any) -> Locks:
    """The locks in an empty ledger."""
    return Locks(table)


def test_a_free_cluster_is_locked(locks: Locks) -> None:
    assert locks.holder("analytics") is None
    assert locks.take("analytics", ONE, NOW) is None
    assert locks.holder("analytics") == ONE.arn


def test_who_holds_the_lock_may_take_it_again(locks: Locks) -> None:
    locks.take("analytics", ONE, NOW)
    assert locks.take("analytics", ONE, NOW) is None


def test_somebody_elses_lock_is_not_taken_and_the_holder_is_named(locks: Locks) -> None:
    locks.take("analytics", TWO, NOW)
    assert locks.take("analytics", ONE, NOW) == TWO.arn
    assert locks.holder("analytics") == TWO.arn


def test_the_lock_of_a_named_holder_is_taken_over(locks: Locks) -> None:
    locks.take("analytics", TWO, NOW)
    assert locks.take("analytics", ONE, NOW, instead_of=TWO.arn) is None
    assert locks.holder("analytics") == ONE.arn


def test_a_take_over_fails_when_somebody_else_was_faster(locks: Locks) -> None:
    locks.take("analytics", THREE, NOW)
    assert locks.take("analytics", ONE, NOW, instead_of=TWO.arn) == THREE.arn


def test_locks_on_different_clusters_do_not_meet(locks: Locks) -> None:
    locks.take("analytics", ONE, NOW)
    assert locks.take("finance", TWO, NOW) is None


def test_a_lock_says_since_when_and_for_which_workflow(locks: Locks, table: Any) -> None:
    locks.take("analytics", ONE, NOW)
    found = table.get_item(Key={"pk": "CLUSTER#analytics", "sk": "LOCK"})["Item"]
    assert (found["since"], found["workflow"]) == ("2026-11-21T21:00:00Z", "rotate-keys")


def test_a_lock_that_is_released_right_after_it_was_refused_has_its_holder_named_all_the_same(
    locks: Locks, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks.take("analytics", TWO, NOW)
    put = DynamoDBBackend.put_item

    def released_at_once(*arguments: Any, **named: Any) -> Any:
        try:
            return put(*arguments, **named)
        finally:
            locks.release("analytics", TWO)

    monkeypatch.setattr(DynamoDBBackend, "put_item", released_at_once)

    assert locks.take("analytics", ONE, NOW) == TWO.arn, "not ours, though nobody holds it any more"
    assert locks.holder("analytics") is None


def test_a_lock_is_given_back(locks: Locks) -> None:
    locks.take("analytics", ONE, NOW)
    locks.release("analytics", ONE)
    assert locks.holder("analytics") is None
    assert locks.take("analytics", TWO, NOW) is None


def test_only_ones_own_lock_is_given_back(locks: Locks) -> None:
    locks.take("analytics", TWO, NOW)
    locks.release("analytics", ONE)
    assert locks.holder("analytics") == TWO.arn


def test_giving_back_what_nobody_holds_does_no_harm(locks: Locks) -> None:
    locks.release("analytics", ONE)
    locks.release("analytics", ONE)
    assert locks.holder("analytics") is None


def test_of_many_that_lock_at_once_exactly_one_gets_it(locks: Locks, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_one_at_a_time(monkeypatch)
    runs = [Run(f"arn:{number}", str(number), ONE.started_at) for number in range(8)]
    together, answers = Barrier(len(runs)), dict[str, str | None]()

    def lock(run: Run) -> None:
        together.wait(timeout=10)
        answers[run.arn] = locks.take("analytics", run, NOW)

    threads = [Thread(target=lock, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    winners = [arn for arn, holder in answers.items() if holder is None]
    assert len(answers) == len(runs)
    assert winners == [locks.holder("analytics")]
    assert {holder for holder in answers.values() if holder} == set(winners)


def _write_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB checks a condition and writes in one go; moto does not promise it between threads."""
    mutex, put = Mutex(), DynamoDBBackend.put_item

    def one_at_a_time(*arguments: Any, **named: Any) -> Any:
        with mutex:
            return put(*arguments, **named)

    monkeypatch.setattr(DynamoDBBackend, "put_item", one_at_a_time)


RUNS = st.sampled_from([ONE, TWO, THREE])
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), RUNS, st.none()),
        st.tuples(st.just("take"), RUNS, RUNS),
        st.tuples(st.just("release"), RUNS, st.none()),
    ),
    max_size=12,
)
CLUSTERS = (f"cluster-{number}" for number in count())


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EVENTS)
def test_in_every_order_the_lock_has_the_one_holder_that_the_rules_say(
    locks: Locks, events: list[tuple[str, Run, Run | None]]
) -> None:
    cluster, held = next(CLUSTERS), None
    for what, run, instead_of in events:
        if what == "release":
            locks.release(cluster, run)
            held = None if held == run.arn else held
        else:
            dead = instead_of.arn if instead_of else None
            allowed = held in {None, run.arn, dead}
            assert locks.take(cluster, run, NOW, dead) == (None if allowed else held)
            held = run.arn if allowed else held
        assert locks.holder(cluster) == held
