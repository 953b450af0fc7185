"""What follows from a refused call, and from an error of the state machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.call_budget import (
    LONGEST_OUTAGE,
    MOST_ACCEPTED,
    Tally,
    tally_of_answer,
    tally_of_call,
)
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, NextMove
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.on_refused_call import (
    on_error,
    on_refused_call,
    stop_for_errors,
    within_call_budget,
)
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.rollback import is_untouched
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import OUTAGE_BUDGET, RETRY_BUDGET
from tests.support.deprovision_facts import (
    HOUR,
    MINUTE,
    details,
    open_delete,
    power,
    progress,
    situation,
    snapshot,
)
from tests.support.facts import NOW

if TYPE_CHECKING:
    from steward.domain.deprovision.situation import Situation

from tests.support.deprovision_facts import (
    GONE,
    PAUSED,
    STOPPED,
    cluster_with,
    final,
    summary,
    tallied,
)

REFUSED_FOR_LONG = tallied("untag")
BUSY_WHILE_ROLLING_BACK = STOPPED | tallied("untag", rolling_back=True)
BUSY_FOR_TWO_WEEKS = STOPPED | tallied("untag", LONGEST_OUTAGE, rolling_back=True)


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
        (Call.UNTAG, CallOutcome.BUSY, "", REFUSED_FOR_LONG, (Fact.STOPPED, "untag", Outcome.FAILED)),
        (Call.UNTAG, CallOutcome.BUSY, "", BUSY_WHILE_ROLLING_BACK, (Control.AGAIN, "untag")),
        (Call.UNTAG, CallOutcome.BUSY, "", BUSY_FOR_TWO_WEEKS, (Fact.GIVEN_UP, "untag")),
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


DENIED = CallResult(CallOutcome.DENIED, "AccessDenied", "not authorized")


@pytest.mark.parametrize("move", Call)
@pytest.mark.parametrize("stopping", [{}, STOPPED])
def test_a_denied_call_is_not_repeated_and_the_denial_is_quoted(move: Call, stopping: dict[str, Any]) -> None:
    step = on_refused_call(situation(done=stopping), move, DENIED)

    assert step.move in {Fact.STOPPED, Fact.GIVEN_UP}, "a denied rotation is not left out, either"
    assert "AccessDenied: not authorized" in step.reason


@pytest.mark.parametrize("move", Delegate)
def test_a_deletion_is_repeated_while_iam_may_not_have_seen_the_tag_that_allows_it(move: Delegate) -> None:
    first = on_refused_call(situation(), move, DENIED)
    last = on_refused_call(situation(done=tallied(move.value, RETRY_BUDGET, "denied")), move, DENIED)

    assert summary(first) == (Control.AGAIN, move.value)
    assert isinstance(last.move, Fact)


@pytest.mark.parametrize("move", [*Call, *Delegate])
@pytest.mark.parametrize("stopping", [{}, STOPPED])
def test_a_refusal_with_any_code_is_an_answer_that_ends_the_call_and_is_quoted(
    move: Move, stopping: dict[str, Any]
) -> None:
    refused = CallResult(CallOutcome.REFUSED, "InvalidTagFault", "Tag keys must not begin with aws:")

    step = on_refused_call(situation(done=stopping), move, refused)

    assert isinstance(step.move, Fact)
    assert "InvalidTagFault: Tag keys must not begin with aws:" in step.reason


@pytest.mark.parametrize("move", [*Call, *Delegate])
@pytest.mark.parametrize(
    ("answer", "budget"),
    [("busy", RETRY_BUDGET), ("throttled", OUTAGE_BUDGET), ("lost", OUTAGE_BUDGET), ("", OUTAGE_BUDGET)],
)
def test_each_kind_of_call_is_bounded_in_time_whatever_the_answer(
    move: Move, answer: str, budget: timedelta
) -> None:
    chosen = NextMove(move, move.value, "it is time")
    still, over = (tallied(move.value, budget + by, answer) for by in (-MINUTE, timedelta()))

    assert within_call_budget(situation(done=still), chosen) is chosen
    assert isinstance(within_call_budget(situation(done=over), chosen).move, Fact)


@pytest.mark.parametrize("move", [*Call, *Delegate])
def test_each_kind_of_call_is_bounded_in_number_even_if_it_is_accepted_each_time(move: Move) -> None:
    chosen = NextMove(move, move.value, "it is time")
    often = tallied(move.value, timedelta(), "accepted", accepted=MOST_ACCEPTED)

    step = within_call_budget(situation(done=often), chosen)

    assert isinstance(step.move, Fact)
    assert "6 calls were accepted, and none had a lasting effect" in step.reason


def test_in_an_outage_the_pauses_grow_to_an_hour_and_rolling_back_waits_for_days() -> None:
    lost = CallResult(CallOutcome.LOST, text="no answer came: ReadTimeoutError")

    def step(ago: timedelta, done: dict[str, Any], *, rolling_back: bool = False) -> NextMove:
        tally = tallied("untag", ago, "lost", rolling_back=rolling_back)
        return on_refused_call(situation(done=done | tally), Call.UNTAG, lost)

    assert [step(ago, {}).seconds for ago in (0 * MINUTE, 20 * MINUTE, 11 * HOUR)] == [15, 300, 3600]
    assert step(OUTAGE_BUDGET, {}).move is Fact.STOPPED
    assert step(OUTAGE_BUDGET, STOPPED, rolling_back=True).move is Control.AGAIN
    assert step(LONGEST_OUTAGE, STOPPED, rolling_back=True).move is Fact.GIVEN_UP


def test_an_accepted_call_begins_the_time_anew_and_not_the_number() -> None:
    before = progress(**tallied("pause", count=3, accepted=1))

    tally = tally_of_call(before, Call.PAUSE, NOW)
    told = tally_of_answer(Progress({"tally": tally}), Call.PAUSE, CallResult(CallOutcome.ACCEPTED))

    assert Tally.of(Progress({"tally": tally}), Call.PAUSE).count == 4
    assert Tally.of(Progress({"tally": told}), Call.PAUSE) == Tally(4, 2, None, "accepted", "")
    assert Tally(1, first_at=NOW).describe(NOW + MINUTE) == "1 calls within 1 min; no answer came"


def test_a_name_that_stays_taken_is_somebody_elses() -> None:
    waited = tallied("snapshot")
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


DENIED_OFTEN = {"Error": "ClientError", "Cause": "An error occurred (AccessDenied)", "count": 6}
OUT_OF_ORDER = {"Error": "AwsUnavailable", "Cause": "An error occurred (ServiceUnavailable)", "count": 6}
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
    weeks = STOPPED | {"power": power("pause", LONGEST_OUTAGE)}

    assert summary(erred(found, LATE)) == (Call.RESUME, "resume"), "it is waited for as in an outage"
    assert summary(erred(situation(observed={"details": details(**PAUSED)}, done=weeks), LATE)) == (
        Fact.GIVEN_UP,
        "resume",
    )
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


@pytest.mark.parametrize("error", [DENIED_OFTEN, OUT_OF_ORDER])
def test_too_many_errors_in_a_row_stop_it_without_a_look(error: dict[str, Any]) -> None:
    stopping = stop_for_errors(progress(), error)

    assert stopping is not None
    assert (stopping.outcome, stopping.code) == (Outcome.FAILED, error["Error"])
    assert stopping.reason == f"{error['Cause']} (6 times)"


@pytest.mark.parametrize("done", [STOPPED, {"delete": open_delete()}])
@pytest.mark.parametrize("error", [DENIED_OFTEN, OUT_OF_ORDER])
def test_when_something_is_committed_errors_in_a_row_are_waited_out(
    done: dict[str, Any], error: dict[str, Any]
) -> None:
    found = situation(done=done)

    assert stop_for_errors(found.progress, error) is None
    assert on_error(found, next_move(found), error) == next_move(found)


def test_the_end_of_a_wait_is_no_row_of_errors() -> None:
    assert stop_for_errors(progress(), LATE) is None


def test_only_a_run_that_has_called_nothing_ends_without_a_look() -> None:
    assert is_untouched(Progress())
    assert not is_untouched(Progress({"power": {"last": "resume"}}))
    assert not is_untouched(Progress({"guard": {"called_at": format_moment(NOW)}}))


def test_time_that_passes_in_an_outage_does_not_spend_the_retry_budget() -> None:
    twice = tallied("pause", 5 * HOUR, "busy", count=2)
    twice["tally"]["pause"]["refused"] = 2
    chosen = NextMove(Call.PAUSE, "pause", "it is time")

    assert within_call_budget(situation(done=twice), chosen) is chosen
    late = tallied("pause", OUTAGE_BUDGET, "busy", count=2)
    late["tally"]["pause"]["refused"] = 2
    assert isinstance(within_call_budget(situation(done=late), chosen).move, Fact)


def test_answers_in_an_outage_do_not_count_as_refusals() -> None:
    tally = {"tally": tally_of_call(progress(), Call.PAUSE, NOW)}
    for outcome, refused in ((CallOutcome.LOST, 0), (CallOutcome.BUSY, 1), (CallOutcome.THROTTLED, 1)):
        tally = {"tally": tally_of_answer(Progress(tally), Call.PAUSE, CallResult(outcome))}
        assert Tally.of(Progress(tally), Call.PAUSE).refused == refused
    tally = {"tally": tally_of_answer(Progress(tally), Call.PAUSE, CallResult(CallOutcome.ACCEPTED))}
    assert Tally.of(Progress(tally), Call.PAUSE).refused == 0
