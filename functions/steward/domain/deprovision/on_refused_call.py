"""What follows when Redshift does not accept a call, and when the state machine caught an error."""

from collections.abc import Mapping
from typing import Any

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.blockers import WHAT_TO_DO
from steward.domain.deprovision.moves import Call, Control, Fact, Move, NextMove
from steward.domain.deprovision.situation import Situation, retry_later, stop
from steward.domain.deprovision.stages import deletion, final_snapshot, quarantine, restore_test
from steward.domain.deprovision.stages.guard_snapshot import taken_name_reason
from steward.domain.failure import GONE, outcome_of, sentence_of
from steward.domain.operation import Outcome

PARTS = {
    move: part
    for part in (restore_test.COPY, deletion.TAG, quarantine.POWER, final_snapshot.TAGS)
    for move in part.moves
}
"""The part that is given up when a move keeps failing while rolling back, or while verifying."""

QUOTA, TAKEN = "ClusterSnapshotQuotaExceeded", "ClusterSnapshotAlreadyExists"
"""Wire codes."""


def on_refused_call(situation: Situation, move: Move, reply: CallResult) -> NextMove:
    """The next move after a call that was not accepted, or whose answer was lost."""
    if reply.outcome is CallOutcome.NOT_FOUND:
        return NextMove(Control.AGAIN, "not_found", reply.text)
    if reply.outcome in {CallOutcome.UNSUPPORTED, CallOutcome.INVALID}:
        return _on_final_refusal(situation, move, reply)
    chosen = retry_later(situation, move.value, reply.text)
    if chosen.move is Control.AGAIN:
        return chosen
    if reply.code == TAKEN:
        return stop(Outcome.REFUSED, "name_taken", taken_name_reason(situation.guard_name))
    return _give_up_or_stop(situation, move, chosen)


def _on_final_refusal(situation: Situation, move: Move, reply: CallResult) -> NextMove:
    if move is Call.ROTATE:
        return NextMove(Fact.ROTATED, "not_rotated", f"its keys cannot be rotated: {reply.text}")
    if reply.code == QUOTA:
        reason = f"the quota leaves no room for its snapshots: {reply.text}; {WHAT_TO_DO['snapshot_quota']}"
        return stop(Outcome.REFUSED, "snapshot_quota", reason)
    refused = stop(Outcome.REFUSED, "unsupported", f"Redshift refuses the call for good: {reply.text}")
    return _give_up_or_stop(situation, move, refused)


def _give_up_or_stop(situation: Situation, move: Move, chosen: NextMove) -> NextMove:
    """While rolling back one part is given up so that the others are still undone; before that it stops."""
    part = PARTS.get(move)
    if part is None or not (situation.progress.stopping is not None or part is final_snapshot.TAGS):
        return chosen
    return NextMove(Fact.GIVEN_UP, chosen.code, f"{part.left_undone} ({chosen.reason})", part=part.name)


def on_error(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> NextMove:
    """The move instead of ``chosen`` when the state machine caught an error; often ``chosen`` itself."""
    if error.get("Error") == GONE:
        return chosen
    sentence = sentence_of(error)
    if final_snapshot.is_under_way(situation):
        return chosen if chosen.move is Control.END else _stop_watching(situation, chosen, error)
    if situation.progress.stopping is not None:
        failed = NextMove(chosen.move, chosen.code, sentence, chosen.outcome)
        return _give_up_or_stop(situation, chosen.move, failed)
    return stop(outcome_of(error), str(error.get("Error", "error")), sentence)


def _stop_watching(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> NextMove:
    """The deletion continues in Redshift, and this run does not learn how it ends."""
    if chosen.move in {Fact.DELETION_FAILED, Fact.DELETION_ACCEPTED}:
        return chosen
    reason = (
        f"its deletion has begun and is no longer watched: {sentence_of(error)}; "
        f"look for {situation.final_name}"
    )
    return NextMove(Control.END, "unwatched", reason, Outcome.TIMED_OUT)
