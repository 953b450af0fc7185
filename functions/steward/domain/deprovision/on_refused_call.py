"""What follows when Redshift does not accept a call, and when the state machine caught an error."""

from collections.abc import Mapping
from typing import Any

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.blockers import WHAT_TO_DO
from steward.domain.deprovision.call_budget import LONGEST_OUTAGE, Tally, is_spent, pause_after
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, NextMove
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.deprovision.stages import deletion, final_snapshot, quarantine, restore_test
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.guard_snapshot import name_taken_reason
from steward.domain.failure import DEADLINE, GONE, outcome_of, sentence_of
from steward.domain.operation import Outcome

PARTS = {
    move: part
    for part in (restore_test.COPY, deletion.TAG, quarantine.POWER, final_snapshot.TAGS)
    for move in part.moves
}
"""The part that is given up when a move keeps failing while rolling back, or while verifying."""

NEEDS_TAG = frozenset({Delegate.DELETE, Delegate.REMOVE_COPY})
"""Calls that IAM allows by a tag which the run has just written, and which IAM may take a moment to see."""

QUOTA, TAKEN = "ClusterSnapshotQuotaExceeded", "ClusterSnapshotAlreadyExists"
"""Wire codes."""


def within_call_budget(situation: Situation, chosen: NextMove) -> NextMove:
    """The chosen move, unless it is a call that has been made too often or refused for too long."""
    if not isinstance(chosen.move, Call | Delegate) or not is_spent(situation, chosen.move):
        return chosen
    return _on_spent_budget(situation, chosen.move)


def on_refused_call(situation: Situation, move: Move, result: CallResult) -> NextMove:
    """The next move after a call that was not accepted, or whose answer was lost.

    The record in ``situation`` counts that call already, and has its answer.
    """
    if result.outcome is CallOutcome.NOT_FOUND:
        return NextMove(Control.AGAIN, "not_found", result.text)
    if result.outcome.is_final and not (result.outcome is CallOutcome.DENIED and move in NEEDS_TAG):
        return _on_final_refusal(situation, move, result)
    if is_spent(situation, move):
        if result.code == TAKEN:
            return stop(Outcome.REFUSED, "name_taken", name_taken_reason(situation.guard_name))
        return _on_spent_budget(situation, move)
    seconds = pause_after(situation.progress, move, result, situation.now)
    return NextMove(Control.AGAIN, move.value, result.text, seconds=seconds)


def _on_final_refusal(situation: Situation, move: Move, result: CallResult) -> NextMove:
    if move is Call.ROTATE and result.outcome is not CallOutcome.DENIED:
        return NextMove(Fact.ROTATED, "not_rotated", f"its keys cannot be rotated: {result.quote}")
    if result.code == QUOTA:
        reason = f"the quota leaves no room for its snapshots: {result.text}; {WHAT_TO_DO['snapshot_quota']}"
        return stop(Outcome.REFUSED, "snapshot_quota", reason)
    refused = stop(Outcome.REFUSED, "unsupported", f"Redshift refuses the call for good: {result.quote}")
    return _give_up_or_stop(situation, move, refused)


def _on_spent_budget(situation: Situation, move: Move) -> NextMove:
    calls = Tally.of(situation.progress, move).describe(situation.now)
    reason = f"the call {move.value} did not succeed: {calls}"
    return _give_up_or_stop(situation, move, stop(Outcome.FAILED, move.value, reason))


def _give_up_or_stop(situation: Situation, move: Move, chosen: NextMove) -> NextMove:
    """While rolling back one part is given up so that the others are still undone; before that it stops."""
    part = PARTS.get(move)
    if part is None or not (situation.progress.stopping is not None or part is final_snapshot.TAGS):
        return chosen
    return NextMove(Fact.GIVEN_UP, chosen.code, f"{part.left_undone} ({chosen.reason})", part=part.name)


def stop_for_errors(progress: Progress, error: Mapping[str, Any]) -> Stopping | None:
    """Why nothing more is done toward the deletion after too many errors in a row.

    It needs no observation: what cannot be read is not needed any more. None when the error ended a wait, or
    when something is committed: a deletion is verified and a rollback is made however long that takes.
    """
    if not error.get("count") or progress.stopping is not None or Delete.of(progress).is_open:
        return None
    return Stopping(outcome_of(error), str(error["Error"]), f"{sentence_of(error)} ({error['count']} times)")


def on_error(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> NextMove:
    """The move instead of ``chosen`` when the state machine caught an error; often ``chosen`` itself."""
    if error.get("Error") == GONE or error.get("count"):
        return chosen
    sentence = sentence_of(error)
    if final_snapshot.is_under_way(situation):
        return chosen if chosen.move is Control.END else _stop_watching(situation, chosen, error)
    if situation.progress.stopping is not None:
        if _is_worth_waiting(situation, chosen, error):
            return chosen
        failed = NextMove(chosen.move, chosen.code, sentence, chosen.outcome)
        return _give_up_or_stop(situation, chosen.move, failed)
    return stop(outcome_of(error), str(error.get("Error", "error")), sentence)


def _is_worth_waiting(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> bool:
    """Whether a wait for the cluster's power is begun anew after the policy's deadline: as in an outage."""
    waits = PARTS.get(chosen.move) is quarantine.POWER and error.get("Error") == DEADLINE
    return waits and situation.since(quarantine.Power.of(situation.progress).at) < LONGEST_OUTAGE


def _stop_watching(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> NextMove:
    """The deletion continues in Redshift, and this run does not learn how it ends."""
    if chosen.move in {Fact.DELETION_FAILED, Fact.DELETION_ACCEPTED}:
        return chosen
    reason = (
        f"its deletion has begun and is no longer watched: {sentence_of(error)}; "
        f"look for {situation.final_name}"
    )
    return NextMove(Control.END, "unwatched", reason, Outcome.TIMED_OUT)
