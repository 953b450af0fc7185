"""What a rollback restores is the cluster as it was before the first run, not as this run found it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from steward.domain.deprovision.baseline import Baseline
from steward.domain.deprovision.moves import Call, Control, NextMove
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.rollback import is_over, put_back
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    PAUSED,
    STOPPED,
    WHY,
    details,
    power,
    progress,
    situation,
    tallied,
)
from tests.support.facts import CREATED, NAMESPACE

RAN = Baseline(NAMESPACE, format_moment(CREATED), was_paused=False)
SLEPT = replace(RAN, was_paused=True)


@pytest.mark.parametrize(
    ("baseline", "now", "done", "expected"),
    [
        (RAN, PAUSED, {}, Call.RESUME),
        (RAN, PAUSED, {"power": power("resume", was_paused=True)}, Call.RESUME),
        (RAN, {}, {}, Control.END),
        (SLEPT, {}, {}, Call.PAUSE),
        (SLEPT, PAUSED, {}, Control.END),
        (None, PAUSED, {}, Control.END),
    ],
)
def test_a_run_puts_back_what_an_earlier_run_has_left_changed(
    baseline: Baseline | None, now: dict[str, Any], done: dict[str, Any], expected: Any
) -> None:
    found = {"details": details(**now), "baseline": baseline}

    assert next_move(situation(observed=found, done={**STOPPED, **done})).move is expected


def test_a_cluster_that_others_resumed_and_use_is_not_paused_again() -> None:
    used = {"stopping": replace(WHY, code="in_use")}
    found = {"details": details(), "baseline": SLEPT}

    assert next_move(situation(observed=found, done=used)).move is Control.END
    ours = used | {"power": power("resume")}
    assert next_move(situation(observed=found, done=ours)).move is Call.PAUSE


def test_the_baseline_is_kept_until_the_cluster_is_as_it_was_or_is_gone() -> None:
    end = NextMove(Control.END, "rejected", outcome=Outcome.REJECTED)
    as_it_was, paused = (
        situation(observed={"details": details()}),
        situation(observed={"details": details(**PAUSED)}),
    )
    gone = situation(observed={"details": None})

    assert is_over(as_it_was, RAN, end)
    assert not is_over(situation(), RAN, end), "it still has the tag of the approval"
    assert not is_over(paused, RAN, end)
    assert not is_over(as_it_was, SLEPT, end)
    unseen = situation(observed={"details": None, "unseen": True})
    for outcome in (Outcome.DELETED, Outcome.GONE, Outcome.REJECTED):
        assert is_over(gone, RAN, replace(end, outcome=outcome))
    assert not is_over(unseen, RAN, replace(end, outcome=Outcome.GONE)), "it may have another name"
    assert is_over(as_it_was, SLEPT, replace(end, code="resumed")), "whoever resumed it wants it so"


def test_the_end_of_a_rollback_says_what_was_put_back_and_what_is_left_to_do() -> None:
    resumed = tallied("resume", rolling_back=True, count=1, accepted=1)
    left = {"given_up": ("power",), "left_undone": ("it is not running: check it",)}

    assert put_back(progress()) == put_back(progress(**STOPPED)) == ""
    assert put_back(progress(**STOPPED, **resumed)) == "; put back: it was resumed; nothing is left to do"
    assert put_back(progress(**STOPPED, **resumed, **left)) == "; it is not running: check it"
    assert (
        put_back(progress(left_undone=("its final snapshot has no tags",)))
        == "; its final snapshot has no tags"
    )
