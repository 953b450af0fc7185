"""After DeleteCluster was called: watch, and believe nothing but the final snapshot.

ClusterNotFound alone is never success. The final snapshot, looked up by its own name, tells whether the call
was applied, whether the deletion came to nothing, and in the end that the data is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deprovision.moves import Move, NextMove, retry_later, waited_too_long
from steward.domain.deprovision.snapshot import is_ours, problems
from steward.domain.operation import Outcome
from steward.domain.status import Phase

if TYPE_CHECKING:
    from steward.domain.deprovision.moves import Situation
    from steward.domain.deprovision.snapshot import Snapshot

TAGS = "final_tags"
"""The part of the proof that may be left undone: a snapshot without tags holds the same data."""


def next_move(situation: Situation) -> NextMove:
    """The next move after DeleteCluster was called."""
    final = _ours(situation)
    if situation.details is None:
        return _gone(situation, final)
    if situation.phase is Phase.DELETING:
        return _accepted(
            situation, NextMove(Move.UNTIL_DELETED, "deleting", f"is being deleted: {situation.status}")
        )
    if final is None:
        return _nothing_seen(situation)
    return _accepted(situation, _still_there(situation, final))


def is_under_way(situation: Situation) -> bool:
    """Whether a call is open, or a final snapshot of this run shows that one was applied after all."""
    delete = situation.progress.delete
    return delete.is_open or (not delete.fell_back and _ours(situation) is not None)


def _ours(situation: Situation) -> Snapshot | None:
    found = situation.observed.final
    mine = found is not None and is_ours(
        found, situation.planned_cluster, situation.progress.delete.called_at
    )
    return found if mine else None


def _accepted(situation: Situation, chosen: NextMove) -> NextMove:
    """What was seen says that the call was applied, also when its answer was lost."""
    if situation.progress.delete.accepted_at is None:
        return NextMove(Move.KEEP_ACCEPTED, "deleting", "its deletion has begun")
    return chosen


def _nothing_seen(situation: Situation) -> NextMove:
    delete = situation.progress.delete
    if situation.is_fresh(delete.asked_at):
        return NextMove(Move.AGAIN, "delete", "nothing is to be seen of its deletion yet")
    if delete.accepted_at is not None:
        return _fell_back(
            "delete_without_effect", "Redshift accepted its deletion, and took no final snapshot"
        )
    asked = retry_later(
        situation, "delete", "Redshift was asked to delete it, and neither answered nor began"
    )
    if asked.move is Move.AGAIN:
        return NextMove(Move.FORGET_CALL, "not_applied", "the deletion was asked for, and nothing came of it")
    return _fell_back("delete", asked.reason)


def _still_there(situation: Situation, final: Snapshot) -> NextMove:
    if final.is_lost:
        reason = f"its final snapshot {situation.final_name} is {final.status}, so Redshift did not delete it"
        return _fell_back("final_failed", reason)
    if not final.is_done:
        return NextMove(Move.UNTIL_FINAL, "final", "its final snapshot is being taken")
    code, reason = "not_deleted", f"its final snapshot is {final.status}, and it is still {situation.status}"
    chosen = retry_later(situation, code, reason)
    return chosen if chosen.move is Move.AGAIN else _fell_back(code, chosen.reason)


def _fell_back(code: str, reason: str) -> NextMove:
    return NextMove(Move.FELL_BACK, code, f"{reason}; it is still there", Outcome.FAILED)


def _gone(situation: Situation, final: Snapshot | None) -> NextMove:
    if final is None and situation.is_fresh(situation.progress.delete.asked_at):
        return NextMove(Move.AGAIN, "final", "it is gone, and its final snapshot is not to be seen yet")
    if final is None or final.is_lost:
        status = f"is {final.status}" if final else "is not there"
        return _lost(situation, "gone_unproven", f"its final snapshot {situation.final_name} {status}")
    if not final.is_done:
        return NextMove(Move.UNTIL_FINAL, "final", "it is gone, and its final snapshot is being completed")
    return _proven(situation, final)


def _proven(situation: Situation, final: Snapshot) -> NextMove:
    wanted = situation.settings.snapshot
    least = (
        situation.observed.guard.size_mb
        if situation.observed.guard
        else situation.planned_cluster.previous_mb
    )
    wrong = problems(final, situation.planned_cluster, least, wanted.retention_days)
    if wrong:
        told = f"its final snapshot {situation.final_name} does not prove that its data is safe: {'; '.join(wrong)}"
        return _lost(situation, "gone_unverified", told)
    missing = any(final.tags.get(key) != value for key, value in wanted.tags.items())
    if missing and TAGS not in situation.progress.given_up and not waited_too_long(situation, "tag_final"):
        return NextMove(Move.TAG_FINAL, "tag_final", "its final snapshot gets the policy's tags")
    reason = f"was deleted; its final snapshot {final.identifier} is verified and available"
    return NextMove(Move.END, "deleted", reason, Outcome.DELETED)


def _lost(situation: Situation, code: str, told: str) -> NextMove:
    guard = situation.observed.guard
    kept = (
        f"its guard snapshot {situation.guard_name} is {guard.status}"
        if guard
        else "its guard snapshot is not there"
    )
    return NextMove(Move.END, code, f"is gone, and {told}; {kept}. Look at it now", Outcome.FAILED)
