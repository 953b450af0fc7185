"""What follows from a refused call, and from an error of the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.moves import Call, Control, Fact, Move, NextMove
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import on_error, on_refused_call
from steward.domain.deprovision.progress import Waiting
from steward.domain.operation import Outcome
from tests.support.deprovision_facts import (
    MINUTE,
    details,
    open_delete,
    power,
    situation,
    snapshot,
)
from tests.support.facts import NOW

if TYPE_CHECKING:
    from steward.domain.deprovision.situation import Situation

from tests.support.deprovision_facts import GONE, PAUSED, STOPPED, cluster_with, final, summary

WAITED = {"waiting": Waiting("untag", NOW - 20 * MINUTE)}


@pytest.mark.parametrize(
    ("move", "answer", "code", "done", "expected"),
    [
        (Call.PAUSE, CallOutcome.BUSY, "", {}, (Control.AGAIN, "pause")),
        (Call.PAUSE, CallOutcome.LOST, "", {}, (Control.AGAIN, "pause")),
        (Call.PAUSE, CallOutcome.NOT_FOUND, "", {}, (Control.AGAIN, "not_found")),
        (Call.PAUSE, CallOutcome.UNSUPPORTED, "", {}, (Fact.STOPPED, "unsupported", Outcome.REFUSED)),
        (Call.RESTORE, CallOutcome.INVALID, "", {}, (Fact.STOPPED, "unsupported", Outcome.REFUSED)),
        (Call.ROTATE, CallOutcome.UNSUPPORTED, "", {}, (Fact.ROTATED, "not_rotated")),
        (
            Call.SNAPSHOT,
            CallOutcome.UNSUPPORTED,
            "ClusterSnapshotQuotaExceeded",
            {},
            (Fact.STOPPED, "snapshot_quota", Outcome.REFUSED),
        ),
        (Call.SNAPSHOT, CallOutcome.BUSY, "ClusterSnapshotAlreadyExists", {}, (Control.AGAIN, "snapshot")),
        (Call.UNTAG, CallOutcome.BUSY, "", WAITED, (Fact.STOPPED, "untag", Outcome.FAILED)),
        (Call.UNTAG, CallOutcome.BUSY, "", STOPPED | WAITED, (Fact.GIVEN_UP, "untag")),
        (Call.PAUSE, CallOutcome.UNSUPPORTED, "", STOPPED, (Fact.GIVEN_UP, "unsupported")),
        (Call.TAG_FINAL, CallOutcome.UNSUPPORTED, "", {}, (Fact.GIVEN_UP, "unsupported")),
    ],
)
def test_what_follows_from_a_call_that_was_not_accepted(
    move: Move, answer: CallOutcome, code: str, done: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    step = on_refused_call(situation(done=done), move, CallResult(answer, code, "Redshift's own words"))

    assert summary(step) == expected
    assert "Redshift's own words" in step.reason


def test_a_name_that_stays_taken_is_somebody_elses() -> None:
    waited = {"waiting": Waiting("snapshot", NOW - 20 * MINUTE)}
    taken = CallResult(CallOutcome.BUSY, "ClusterSnapshotAlreadyExists", "exists")

    step = on_refused_call(situation(done=waited), Call.SNAPSHOT, taken)

    assert summary(step) == (Fact.STOPPED, "name_taken", Outcome.REFUSED)
    assert step.reason.startswith("another snapshot is already called analytics-guard-run")


def test_what_is_left_undone_says_what_a_person_has_to_do() -> None:
    step = on_refused_call(
        situation(done=STOPPED), Call.RESUME, CallResult(CallOutcome.UNSUPPORTED, text="no capacity")
    )

    assert step.part == "power"
    assert step.reason.startswith("it is not running or paused as it was before: check it (")


LATE = {"Error": "DeadlineExceeded", "Cause": "was still resuming"}


FINAL = {"final": snapshot("final", created_at=NOW - 5 * MINUTE)}


def erred(found: Situation, error: dict[str, str]) -> NextMove:
    return on_error(found, next_move(found), error)


def test_an_error_on_the_way_stops_it() -> None:
    assert summary(erred(situation(), LATE)) == (Fact.STOPPED, "DeadlineExceeded", Outcome.TIMED_OUT)
    assert summary(erred(situation(), {"Cause": "?"})) == (Fact.STOPPED, "error", Outcome.FAILED)


def test_a_cluster_that_a_wait_does_not_find_is_looked_for() -> None:
    missing = {"Error": "Redshift.ClusterNotFoundException", "Cause": ""}

    assert erred(situation(observed=GONE), missing).code == "gone"


def test_an_error_on_the_way_back_gives_up_one_part() -> None:
    found = situation(observed={"details": details(**PAUSED)}, done=STOPPED | {"power": power("pause")})

    assert summary(erred(found, LATE)) == (Fact.GIVEN_UP, "resume")
    ended = situation(observed={"details": details()}, done=STOPPED)
    assert erred(ended, LATE).move is Control.END


def test_after_the_call_an_error_ends_only_the_watching() -> None:
    going = erred(situation(observed=cluster_with(status="deleting"), done={"delete": open_delete()}), LATE)

    assert summary(going) == (Control.END, "unwatched", Outcome.TIMED_OUT)
    assert going.reason.endswith("look for analytics-final-run")
    assert (
        erred(situation(observed=GONE | FINAL, done={"delete": open_delete()}), LATE).outcome
        is Outcome.DELETED
    )
    fallen = situation(observed=final(status="failed"), done={"delete": open_delete()})
    assert erred(fallen, LATE).move is Fact.DELETION_FAILED
