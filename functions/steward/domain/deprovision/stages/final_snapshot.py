"""Stage 7, the final snapshot: after DeleteCluster was called, only it tells what happened.

ClusterNotFound alone is never success. The final snapshot, looked up by its own name, tells whether the call
was applied, whether the deletion failed, and in the end that the data is safe.
"""

from steward.domain.deprovision.call_budget import Tally, is_spent
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, NextMove, Part, Wait
from steward.domain.deprovision.situation import Situation, retry_later
from steward.domain.deprovision.snapshot import Snapshot, is_ours, problems
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.operation import Outcome
from steward.domain.status import Phase

LABELS: dict[Move, str] = {Wait.UNTIL_FINAL: "final snapshot", Call.TAG_FINAL: "final snapshot"}

TAGS = Part(
    "final_tags",
    frozenset({Call.TAG_FINAL}),
    "its final snapshot does not carry the policy's tags",
)
"""May be left undone: a snapshot without tags holds the same data."""


def is_under_way(situation: Situation) -> bool:
    """Whether a call is open, or a final snapshot of this run shows that one was applied after all."""
    delete = Delete.of(situation.progress)
    return delete.is_open or (not delete.fell_back and _final(situation) is not None)


def verify_deletion(situation: Situation) -> NextMove:
    """The next move after DeleteCluster was called."""
    final = _final(situation)
    if situation.new_name:
        return _check_renamed(situation, final)
    if situation.details is None:
        return _check_gone(situation, final)
    if situation.phase is Phase.DELETING:
        deleting = NextMove(Wait.UNTIL_DELETED, "deleting", f"is being deleted: {situation.status}")
        return _record_acceptance_first(situation, deleting)
    if final is None:
        return _nothing_visible(situation)
    return _record_acceptance_first(situation, _still_there(situation, final))


def _check_renamed(situation: Situation, final: Snapshot | None) -> NextMove:
    """A cluster takes no new name while it is being deleted: it was not deleted, or that failed."""
    if final is None and Delete.of(situation.progress).accepted_at is None:
        return NextMove(Fact.DELETION_NOT_APPLIED, "not_applied", "it was renamed before DeleteCluster came")
    reason = f"its deletion had begun, and it was renamed to {situation.new_name}"
    return _deletion_failure("not_deleted", reason)


def _final(situation: Situation) -> Snapshot | None:
    """The final snapshot, if it is this run's."""
    found, called_at = situation.observed.final, Delete.of(situation.progress).called_at
    ours = found is not None and is_ours(found, situation.planned_cluster, called_at)
    return found if ours else None


def _record_acceptance_first(situation: Situation, move: NextMove) -> NextMove:
    """What was observed proves that the call was applied, even if its answer was lost."""
    if Delete.of(situation.progress).accepted_at is None:
        return NextMove(Fact.DELETION_ACCEPTED, "deleting", "its deletion has begun")
    return move


def _nothing_visible(situation: Situation) -> NextMove:
    delete = Delete.of(situation.progress)
    if situation.is_fresh(delete.asked_at):
        return NextMove(Control.AGAIN, "delete", "its deletion is not visible yet")
    if delete.accepted_at is not None:
        reason = "Redshift accepted its deletion and took no final snapshot"
        return _deletion_failure("delete_without_effect", reason)
    if not is_spent(situation, Delegate.DELETE):
        return NextMove(
            Fact.DELETION_NOT_APPLIED, "not_applied", "DeleteCluster was called and had no effect"
        )
    calls = Tally.of(situation.progress, Delegate.DELETE).describe(situation.now)
    return _deletion_failure("delete", f"DeleteCluster was called without effect: {calls}")


def _still_there(situation: Situation, final: Snapshot) -> NextMove:
    if final.is_lost:
        reason = f"its final snapshot {situation.final_name} is {final.status}, so Redshift did not delete it"
        return _deletion_failure("final_failed", reason)
    if not final.is_done:
        return NextMove(Wait.UNTIL_FINAL, "final", "its final snapshot is being taken")
    code, reason = "not_deleted", f"its final snapshot is {final.status}, and it is still {situation.status}"
    move = retry_later(situation, code, reason)
    return move if move.move is Control.AGAIN else _deletion_failure(code, move.reason)


def _deletion_failure(code: str, reason: str) -> NextMove:
    return NextMove(Fact.DELETION_FAILED, code, f"{reason}; it is still there", Outcome.FAILED)


def _check_gone(situation: Situation, final: Snapshot | None) -> NextMove:
    if final is None and situation.is_fresh(Delete.of(situation.progress).asked_at):
        return NextMove(Control.AGAIN, "final", "it is gone, and its final snapshot is not visible yet")
    if final is None or final.is_lost:
        status = f"is {final.status}" if final else "does not exist"
        reason = f"its final snapshot {situation.final_name} {status}"
        return _data_in_doubt(situation, "deleted_snapshot_missing", reason)
    if not final.is_done:
        return NextMove(Wait.UNTIL_FINAL, "final", "it is gone, and its final snapshot is being completed")
    return _verify(situation, final)


def _verify(situation: Situation, final: Snapshot) -> NextMove:
    policy, guard = situation.settings.snapshot, situation.observed.guard
    least_mb = guard.size_mb if guard else situation.planned_cluster.previous_mb
    wrong = problems(final, situation.planned_cluster, least_mb, policy.retention_days)
    if wrong:
        reason = f"its final snapshot {situation.final_name} failed verification: {'; '.join(wrong)}"
        return _data_in_doubt(situation, "gone_unverified", reason)
    if _lacks_tags(situation, final):
        return NextMove(Call.TAG_FINAL, "tag_final", "its final snapshot gets the policy's tags")
    reason = f"was deleted; its final snapshot {final.identifier} is verified and available"
    return NextMove(Control.END, "deleted", reason, Outcome.DELETED)


def _lacks_tags(situation: Situation, final: Snapshot) -> bool:
    """Whether tags are missing that are still worth writing."""
    if TAGS.name in situation.progress.given_up:
        return False
    return any(final.tags.get(key) != value for key, value in situation.settings.snapshot.tags.items())


def _data_in_doubt(situation: Situation, code: str, reason: str) -> NextMove:
    guard = situation.observed.guard
    status = f"is {guard.status}" if guard else "does not exist"
    kept = f"its guard snapshot {situation.guard_name} {status}"
    return NextMove(Control.END, code, f"is gone, and {reason}; {kept}. Check it now", Outcome.FAILED)
