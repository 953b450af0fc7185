"""What follows from a call that Redshift did not accept, and from an error of the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision import forward, rollback, verification
from steward.domain.deprovision.blockers import WHAT_TO_DO
from steward.domain.deprovision.moves import Move, Step, again, stop
from steward.domain.failure import GONE, outcome_of, sentence_of
from steward.domain.operation import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.moves import Case

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


def after(case: Case, move: Move, reply: CallResult) -> Step:
    """The next step after a call that was not accepted, or of which no answer came."""
    if reply.outcome is CallOutcome.NOT_FOUND:
        return Step(Move.AGAIN, "not_found", reply.text)
    if reply.outcome in {CallOutcome.UNSUPPORTED, CallOutcome.INVALID}:
        return _never(case, move, reply)
    step = again(case, move.value, reply.text)
    if step.move is Move.AGAIN:
        return step
    if reply.code == TAKEN:
        return stop(Outcome.REFUSED, "name_taken", forward.taken(case.guard_name))
    return _hopeless(case, move, step)


def _never(case: Case, move: Move, reply: CallResult) -> Step:
    if move is Move.ROTATE:
        return Step(Move.KEEP_ROTATED, "not_rotated", f"its keys can not be rotated: {reply.text}")
    if reply.code == QUOTA:
        reason = f"there is no room for its snapshots: {reply.text}; {WHAT_TO_DO['snapshot_quota']}"
        return stop(Outcome.REFUSED, "snapshot_quota", reason)
    return _hopeless(
        case, move, stop(Outcome.REFUSED, "unsupported", f"Redshift does not do it: {reply.text}")
    )


def _hopeless(case: Case, move: Move, step: Step) -> Step:
    """On the way back one part is given up, so that the others are still done; on the way there it stops."""
    returning = case.progress.stopping is not None or move is Move.TAG_FINAL
    if returning and move in PARTS:
        part = PARTS[move]
        return Step(Move.GIVE_UP, step.code, f"{UNDONE[part]} ({step.reason})", part=part)
    return step


def after_error(case: Case, step: Step, error: Mapping[str, Any]) -> Step:
    """The step instead of ``step`` when the state machine caught an error; often ``step`` itself."""
    if error.get("Error") == GONE:
        return step
    sentence = sentence_of(error)
    if verification.is_under_way(case):
        return step if step.move is Move.END else _no_longer_watched(case, step, error)
    if case.progress.stopping is not None:
        return _hopeless(case, step.move, Step(step.move, step.code, sentence, step.outcome))
    return stop(outcome_of(error), str(error.get("Error", "error")), sentence)


def _no_longer_watched(case: Case, step: Step, error: Mapping[str, Any]) -> Step:
    """The deletion goes on by itself, and nobody knows how it ends."""
    if step.move in {Move.FELL_BACK, Move.KEEP_ACCEPTED}:
        return step
    reason = (
        f"its deletion was begun, and is no longer watched: {sentence_of(error)}; look for {case.final_name}"
    )
    return Step(Move.END, "unwatched", reason, Outcome.TIMED_OUT)
