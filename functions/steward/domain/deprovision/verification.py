"""After DeleteCluster was called: watch, and believe nothing but the final snapshot.

ClusterNotFound alone is never success. The final snapshot, looked up by its own name, tells whether the call
was applied, whether the deletion came to nothing, and in the end that the data is safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deprovision.moves import Move, Step, again, impatient
from steward.domain.deprovision.snapshot import is_ours, problems
from steward.domain.operation import Outcome
from steward.domain.status import Phase

if TYPE_CHECKING:
    from steward.domain.deprovision.moves import Case
    from steward.domain.deprovision.snapshot import Snapshot

TAGS = "final_tags"
"""The part of the proof that may be left undone: a snapshot without tags holds the same data."""


def next_move(case: Case) -> Step:
    """The next move after DeleteCluster was called."""
    final = _ours(case)
    if case.warehouse is None:
        return _gone(case, final)
    if case.phase is Phase.DELETING:
        return _accepted(case, Step(Move.UNTIL_DELETED, "deleting", f"is being deleted: {case.status}"))
    if final is None:
        return _nothing_seen(case)
    return _accepted(case, _still_there(case, final))


def is_under_way(case: Case) -> bool:
    """Whether a call is open, or a final snapshot of this run shows that one was applied after all."""
    delete = case.progress.delete
    return delete.is_open or (not delete.fell_back and _ours(case) is not None)


def _ours(case: Case) -> Snapshot | None:
    found = case.sight.final
    mine = found is not None and is_ours(found, case.subject, case.progress.delete.called_at)
    return found if mine else None


def _accepted(case: Case, step: Step) -> Step:
    """What was seen says that the call was applied, also when its answer was lost."""
    if case.progress.delete.accepted_at is None:
        return Step(Move.KEEP_ACCEPTED, "deleting", "its deletion has begun")
    return step


def _nothing_seen(case: Case) -> Step:
    delete = case.progress.delete
    if case.is_fresh(delete.asked_at):
        return Step(Move.AGAIN, "delete", "nothing is to be seen of its deletion yet")
    if delete.accepted_at is not None:
        return _fell_back(
            "delete_without_effect", "Redshift accepted its deletion, and took no final snapshot"
        )
    asked = again(case, "delete", "Redshift was asked to delete it, and neither answered nor began")
    if asked.move is Move.AGAIN:
        return Step(Move.FORGET_CALL, "not_applied", "the deletion was asked for, and nothing came of it")
    return _fell_back("delete", asked.reason)


def _still_there(case: Case, final: Snapshot) -> Step:
    if final.is_lost:
        reason = f"its final snapshot {case.final_name} is {final.status}, so Redshift did not delete it"
        return _fell_back("final_failed", reason)
    if not final.is_done:
        return Step(Move.UNTIL_FINAL, "final", "its final snapshot is being taken")
    code, reason = "not_deleted", f"its final snapshot is {final.status}, and it is still {case.status}"
    step = again(case, code, reason)
    return step if step.move is Move.AGAIN else _fell_back(code, step.reason)


def _fell_back(code: str, reason: str) -> Step:
    return Step(Move.FELL_BACK, code, f"{reason}; it is still there", Outcome.FAILED)


def _gone(case: Case, final: Snapshot | None) -> Step:
    if final is None and case.is_fresh(case.progress.delete.asked_at):
        return Step(Move.AGAIN, "final", "it is gone, and its final snapshot is not to be seen yet")
    if final is None or final.is_lost:
        status = f"is {final.status}" if final else "is not there"
        return _lost(case, "gone_unproven", f"its final snapshot {case.final_name} {status}")
    if not final.is_done:
        return Step(Move.UNTIL_FINAL, "final", "it is gone, and its final snapshot is being completed")
    return _proven(case, final)


def _proven(case: Case, final: Snapshot) -> Step:
    wanted = case.settings.snapshot
    least = case.sight.guard.size_mb if case.sight.guard else case.subject.previous_mb
    wrong = problems(final, case.subject, least, wanted.retention_days)
    if wrong:
        told = (
            f"its final snapshot {case.final_name} does not prove that its data is safe: {'; '.join(wrong)}"
        )
        return _lost(case, "gone_unverified", told)
    missing = any(final.tags.get(key) != value for key, value in wanted.tags.items())
    if missing and TAGS not in case.progress.given_up and not impatient(case, "tag_final"):
        return Step(Move.TAG_FINAL, "tag_final", "its final snapshot gets the policy's tags")
    reason = f"was deleted; its final snapshot {final.identifier} is verified and available"
    return Step(Move.END, "deleted", reason, Outcome.DELETED)


def _lost(case: Case, code: str, told: str) -> Step:
    guard = case.sight.guard
    kept = (
        f"its guard snapshot {case.guard_name} is {guard.status}"
        if guard
        else "its guard snapshot is not there"
    )
    return Step(Move.END, code, f"is gone, and {told}; {kept}. Look at it now", Outcome.FAILED)
