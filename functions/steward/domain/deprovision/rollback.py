"""Rolling back: leave the cluster as it was before the first run, whatever the reason for not deleting it.

Guard snapshots stay, because no role of the steward may delete a snapshot.
"""

from collections.abc import Callable, Mapping
from typing import Any

from steward.domain.deprovision.baseline import Baseline
from steward.domain.deprovision.call_budget import Tally
from steward.domain.deprovision.moves import Call, Control, Delegate, Move, NextMove, Part, Wait
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation, retry_later
from steward.domain.deprovision.stages.deletion import TAG, Delete, undo_approval_tag
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.quarantine import (
    PAUSE,
    POWER,
    Power,
    keeps_running,
    undo_power,
    was_paused,
)
from steward.domain.deprovision.stages.restore_test import COPY, Copy, undo_restore_test
from steward.domain.operation import Outcome

UNDO: tuple[tuple[Part, Callable[[Situation, Stopping], NextMove | None]], ...] = (
    (COPY, undo_restore_test),
    (TAG, undo_approval_tag),
    (POWER, undo_power),
)
"""In order: what costs money, what permits the deletion, what others wait for."""


def roll_back(situation: Situation, stopping: Stopping) -> NextMove:
    """The next part to undo; the end of the operation when nothing is left."""
    for part, undo in UNDO:
        move = None if part.name in situation.progress.given_up else undo(situation, stopping)
        if move is not None:
            return _wait_by_looking(situation, move)
    return _look_for_it(situation) or end_of(stopping)


def _wait_by_looking(situation: Situation, move: NextMove) -> NextMove:
    """The wait loops know the planned name only: under another one the cluster is looked at by Advance."""
    if situation.new_name and isinstance(move.move, Wait):
        return NextMove(Control.AGAIN, move.code, f"{situation.new_name}: {move.reason}")
    return move


def _look_for_it(situation: Situation) -> NextMove | None:
    """What is changed on a cluster that is not there may have to be put back: a new name is seen late."""
    if situation.details is not None or was_paused(situation) is None:
        return None
    move = retry_later(situation, "unseen", "is not there; it may have been renamed")
    return move if move.move is Control.AGAIN else None


def end_of(stopping: Stopping) -> NextMove:
    """Nothing is left to undo."""
    return NextMove(Control.END, stopping.code, stopping.reason, stopping.outcome)


PUT_BACK: tuple[tuple[Part, Move, str], ...] = (
    (COPY, Delegate.REMOVE_COPY, "the copy of the restore test was deleted"),
    (TAG, Call.UNTAG, "the tag of its approval was removed"),
    (POWER, Call.RESUME, "it was resumed"),
    (POWER, Call.PAUSE, "it was paused again"),
)
"""The calls of a rollback, each with what it has done when its part was not given up."""


def put_back(progress: Progress) -> str:
    """What the rollback has put back, and what a person still has to do: the end of a sentence, or empty."""
    undone = [str(sentence) for sentence in progress.evidence.get("left_undone", ())]
    if progress.stopping is None:
        return "".join(f"; {sentence}" for sentence in undone)
    done = [
        words
        for part, move, words in PUT_BACK
        if part.name not in progress.given_up and Tally.of(progress, move).count
    ]
    if not done and not undone:
        return ""
    restored = [f"put back: {', '.join(done)}"] if done else []
    return "".join(f"; {sentence}" for sentence in [*restored, *(undone or ["nothing is left to do"])])


def out_of_sight(situation: Situation) -> str:
    """What a person has to put back on a cluster that was not found: the end of a sentence, or empty."""
    paused = was_paused(situation)
    if situation.details is not None or not situation.observed.unseen or paused is None:
        return ""
    was = "paused" if paused else "running"
    return (
        "; a cluster that does not say which one it is may be this one, renamed: "
        f"before the first change it was {was}, without the tag {APPROVED_TAG}, so see that it is again"
    )


def is_over(situation: Situation, baseline: Baseline, end: NextMove) -> bool:
    """Whether the operation's end leaves nothing that a later run would have to put back.

    A cluster that somebody resumed or uses stays as that person wants it.
    """
    if situation.details is None:
        return end.outcome is Outcome.DELETED or not situation.observed.unseen
    return keeps_running(situation, end.code) or baseline.is_restored(situation.details)


def is_untouched(progress: Progress) -> bool:
    """Whether the run has changed nothing: before it has a guard snapshot it only resumes the cluster."""
    return not Guard.of(progress).is_decided and not Power.of(progress).last


def open_ends(evidence: Mapping[str, Any]) -> str:
    """What may still be changed when the operation was abandoned: the end of a sentence, or empty."""
    progress = Progress(evidence)
    final = progress.part("delete").get("final_snapshot", "")
    text = ""
    if Delete.of(progress).is_open:
        text = f"; DeleteCluster was called, so look for its final snapshot {final}"
    if Power.of(progress).last == PAUSE:
        text += "; this run paused it, and it may still be paused"
    elif Power.of(progress).last:
        text += "; this run resumed it, and it may still be running"
    if "tag" in progress.part("tally"):
        text += f"; it may still have the tag {APPROVED_TAG}"
    if Copy.of(progress).may_exist:
        text += "; the copy of its restore test may still be there"
    return text
