"""While another run has the lock: people may be asked and a run may end; everything else waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from steward.domain.decision import Action
from steward.domain.deprovision.earlier import (
    asking_runs,
    rest_until_the_tag_changes,
    skip_under_way,
    unended_runs,
)
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, NextMove, RequestTask, Wait
from steward.domain.deprovision.nomination import TAG
from steward.domain.deprovision.progress import Progress, Waiting
from steward.domain.deprovision.while_locked import while_locked
from steward.domain.operation import Operation, Outcome
from tests.support.deprovision_facts import DAY, HOUR, STOPPED, details, situation, summary
from tests.support.facts import NOW

ASKED = {"question": {"asked_at": "2026-11-20T21:00:00Z"}}


@pytest.mark.parametrize("move", [RequestTask.ASK, Fact.STOPPED, Control.END])
def test_what_changes_only_the_runs_own_record_needs_no_lock(move: Any) -> None:
    chosen = NextMove(move, "code", "reason")

    assert while_locked(situation(), chosen, "another") == chosen


@pytest.mark.parametrize(
    "move", [Call.SNAPSHOT, Call.RESUME, Delegate.DELETE, Wait.UNTIL_ROTATED, Fact.GUARD_VERIFIED]
)
def test_everything_else_waits_and_looks_ever_less_often(move: Any) -> None:
    chosen = NextMove(move, "code", "reason")
    first = while_locked(situation(), chosen, "another")
    later = while_locked(situation(done={"waiting": Waiting("locked", NOW - HOUR)}), chosen, "another")

    assert summary(first) == summary(later) == (Control.AGAIN, "locked")
    assert first.reason == "is locked by another run, another"
    assert (first.seconds, later.seconds) == (15, 900)


def test_a_lock_that_is_held_for_a_whole_deadline_ends_the_deletion() -> None:
    found = situation(done={"waiting": Waiting("locked", NOW - DAY)})

    step = while_locked(found, NextMove(Call.SNAPSHOT), "another")

    assert summary(step) == (Fact.STOPPED, "locked", Outcome.SKIPPED)
    assert step.reason.startswith("is locked by another run, another, since 2026-")


def test_a_run_that_was_to_put_something_back_says_so_when_the_lock_never_comes() -> None:
    found = situation(done={"waiting": Waiting("locked", NOW - DAY), **STOPPED})

    step = while_locked(found, NextMove(Call.RESUME), "another")

    assert summary(step) == (Control.END, "rejected", Outcome.REJECTED)
    assert step.reason.endswith("it is locked by another run, another, so nothing more was put back")


def test_another_wait_does_not_count_toward_the_one_for_the_lock() -> None:
    found = situation(done={"waiting": Waiting("not_ready", NOW - DAY)})

    assert while_locked(found, NextMove(Call.SNAPSHOT), "another").seconds == 15


def test_a_run_is_in_the_way_while_its_operation_has_not_ended_and_another_runs_only() -> None:
    ended, own = Operation("sales", "ended", outcome="expired", evidence=ASKED), Operation("sales", "own")
    begun, asking = Operation("sales", "begun"), Operation("sales", "asking", evidence=ASKED)

    assert unended_runs([ended, own, begun, asking], "own") == ["begun", "asking"]
    assert asking_runs([ended, own, begun, asking], "own") == ["asking"]
    assert skip_under_way("asking").reason == "another run is already deprovisioning it, asking"


def test_a_cluster_that_was_still_wanted_rests_until_its_tag_changes() -> None:
    tagged = details(tags={TAG: "2026-11-01"})
    identity = {"namespace_arn": tagged.cluster.namespace_arn, "created_at": tagged.created_at}
    ended = {"outcome": "still_wanted", "reason": "is still wanted: eve resumed it"}
    asked = {"request": {"tag": "2026-11-01"}}
    earlier = Operation("analytics", "arn:run-1", **identity, **ended, evidence=asked)

    rest = rest_until_the_tag_changes([earlier], tagged)

    assert rest is not None
    assert (rest.action, rest.code) == (Action.SKIP, "still_wanted")
    assert rest.reason == (
        "is still wanted: eve resumed it (run run-1); it rests until its tag steward:delete-after changes"
    )
    for other in (
        replace(earlier, outcome="expired"),
        replace(earlier, evidence={"request": {"tag": "2026-10-01"}}),
        replace(earlier, evidence={"request": {}}),
        replace(earlier, created_at="2020-01-01T00:00:00Z"),
    ):
        assert rest_until_the_tag_changes([other], tagged) is None


@pytest.mark.parametrize("part", ["guard", "copy", "rotation", "power", "delete"])
def test_each_stages_first_call_counts_as_a_change(part: str) -> None:
    assert Progress({part: {"called_at": "2026-11-20T21:00:00Z"}}).has_begun
    assert not Progress({part: {}, **ASKED}).has_begun, "a call that was refused is taken back"
    assert Progress(ASKED).has_asked
