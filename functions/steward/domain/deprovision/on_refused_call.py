"""What follows from a call that Redshift did not accept, and from an error of the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision import forward, rollback, verification
from steward.domain.deprovision.blockers import WHAT_TO_DO
from steward.domain.deprovision.moves import Move, NextMove, retry_later, stop
from steward.domain.failure import GONE, outcome_of, sentence_of
from steward.domain.operation import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.moves import Situation

PARTS = {
    Move.TAG_COPY: forward.COPY,
    Move.REMOVE_COPY: forward.COPY,
    Move.UNTIL_COPY_GONE: forward.COPY,
    Move.UNTIL_RESTORED: forward.COPY,
    Move.UNTAG: rollback.TAGGED,
    Move.UNTIL_ROTATED: rollback.TAGGED,
    Move.RESUME: rollback.POWER,
    Move.PAUSE: rollback.POWER,
    Move.UNTIL_RESUMED: rollback.POWER,
    Move.UNTIL_PAUSED: rollback.POWER,
    Move.TAG_FINAL: verification.TAGS,
}
"""Which part of putting back, or of the proof, is left undone when a move keeps failing."""

UNDONE = {
    forward.COPY: "the copy of the restore test may still be there, and cost money: delete it",
    rollback.TAGGED: "the tag steward:deletion-approved is still on it: take it away",
    rollback.POWER: "it is not running or paused as it was before: look at it",
    verification.TAGS: "its final snapshot does not carry the policy's tags",
}
"""What a person has to do about a part that was left undone."""

QUOTA, TAKEN = "ClusterSnapshotQuotaExceeded", "ClusterSnapshotAlreadyExists"
"""Wire codes."""


def on_refused_call(situation: Situation, move: Move, reply: CallResult) -> NextMove:
    """The next step after a call that was not accepted, or of which no answer came."""
    if reply.outcome is CallOutcome.NOT_FOUND:
        return NextMove(Move.AGAIN, "not_found", reply.text)
    if reply.outcome in {CallOutcome.UNSUPPORTED, CallOutcome.INVALID}:
        return _never(situation, move, reply)
    chosen = retry_later(situation, move.value, reply.text)
    if chosen.move is Move.AGAIN:
        return chosen
    if reply.code == TAKEN:
        return stop(Outcome.REFUSED, "name_taken", forward.taken(situation.guard_name))
    return _hopeless(situation, move, chosen)


def _never(situation: Situation, move: Move, reply: CallResult) -> NextMove:
    if move is Move.ROTATE:
        return NextMove(Move.KEEP_ROTATED, "not_rotated", f"its keys can not be rotated: {reply.text}")
    if reply.code == QUOTA:
        reason = f"there is no room for its snapshots: {reply.text}; {WHAT_TO_DO['snapshot_quota']}"
        return stop(Outcome.REFUSED, "snapshot_quota", reason)
    return _hopeless(
        situation, move, stop(Outcome.REFUSED, "unsupported", f"Redshift does not do it: {reply.text}")
    )


def _hopeless(situation: Situation, move: Move, chosen: NextMove) -> NextMove:
    """On the way back one part is given up, so that the others are still done; on the way there it stops."""
    returning = situation.progress.stopping is not None or move is Move.TAG_FINAL
    if returning and move in PARTS:
        part = PARTS[move]
        return NextMove(Move.GIVE_UP, chosen.code, f"{UNDONE[part]} ({chosen.reason})", part=part)
    return chosen


def on_error(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> NextMove:
    """The step instead of ``step`` when the state machine caught an error; often ``step`` itself."""
    if error.get("Error") == GONE:
        return chosen
    sentence = sentence_of(error)
    if verification.is_under_way(situation):
        return chosen if chosen.move is Move.END else _no_longer_watched(situation, chosen, error)
    if situation.progress.stopping is not None:
        return _hopeless(situation, chosen.move, NextMove(chosen.move, chosen.code, sentence, chosen.outcome))
    return stop(outcome_of(error), str(error.get("Error", "error")), sentence)


def _no_longer_watched(situation: Situation, chosen: NextMove, error: Mapping[str, Any]) -> NextMove:
    """The deletion goes on by itself, and nobody knows how it ends."""
    if chosen.move in {Move.FELL_BACK, Move.KEEP_ACCEPTED}:
        return chosen
    reason = f"its deletion was begun, and is no longer watched: {sentence_of(error)}; look for {situation.final_name}"
    return NextMove(Move.END, "unwatched", reason, Outcome.TIMED_OUT)
