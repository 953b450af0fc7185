"""Stage 3, the restore test (optional): restore the guard snapshot into a copy, then delete the copy.

The copy costs money, so it is deleted whatever becomes of the run.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.copies import COPY_TAG, is_copy_name
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, Move, NextMove, Part, Wait
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation, retry_later, stop
from steward.domain.operation import Outcome
from steward.domain.retry_budget import DWELL
from steward.domain.status import Phase

COMPLETED, RESTORE_FAILED = "completed", "failed"
"""Values of RestoreStatus.Status."""

LABELS: dict[Move, str] = {
    Call.RESTORE: "restore test",
    Wait.UNTIL_RESTORED: "restore test",
    Fact.RESTORED: "restore test passed",
    Call.TAG_COPY: "restore test",
    Delegate.REMOVE_COPY: "restore test",
    Wait.UNTIL_COPY_GONE: "restore test",
    Fact.COPY_REMOVED: "restore test's copy removed",
}

COPY = Part(
    "copy",
    frozenset({Call.TAG_COPY, Delegate.REMOVE_COPY, Wait.UNTIL_COPY_GONE, Wait.UNTIL_RESTORED}),
    "the copy of the restore test may still exist and cost money: delete it",
)


@dataclass(frozen=True)
class Copy:
    """The record's ``copy``.

    Attributes:
        called_at: The first RestoreFromClusterSnapshot; ``asked_at`` the latest.
    """

    called_at: datetime | None = None
    asked_at: datetime | None = None
    restored: bool = False
    removed: bool = False

    @classmethod
    def of(cls, progress: Progress) -> Self:
        part = progress.part("copy")
        return cls(
            called_at=progress.moment("copy", "called_at"),
            asked_at=progress.moment("copy", "asked_at"),
            restored=bool(part.get("restored_at")),
            removed=bool(part.get("removed_at")),
        )

    @property
    def may_exist(self) -> bool:
        """Whether a restore was called and the copy's removal has not been observed."""
        return self.called_at is not None and not self.removed


def require_restore_test(situation: Situation) -> NextMove | None:
    """Restore the copy, wait for it, remove it; stop if the snapshot cannot be restored."""
    test, copy = Copy.of(situation.progress), situation.observed.copy
    if not situation.settings.restore_test or test.removed:
        return None
    if copy is not None and not _is_ours(copy, test):
        return stop(Outcome.REFUSED, "copy_name_taken", f"another cluster is already called {copy.name}")
    if test.restored:
        return _remove(situation, copy)
    if copy is not None:
        return _judge_copy(copy)
    if situation.is_fresh(test.asked_at):
        return retry_later(situation, "restore", "the copy of the restore test is not visible yet")
    return NextMove(Call.RESTORE, "restore", "its guard snapshot is restored once, to prove that it can be")


def undo_restore_test(situation: Situation, _why: Stopping) -> NextMove | None:
    """Remove the copy, once it is certain whether there is one."""
    test, copy = Copy.of(situation.progress), situation.observed.copy
    if not test.may_exist:
        return None
    if copy is None and not test.restored and situation.is_fresh(test.asked_at):
        return NextMove(Control.AGAIN, "restore", "it is not certain yet whether a copy was made")
    if copy is not None and not _is_ours(copy, test):
        return None
    return _remove(situation, copy)


def _judge_copy(copy: ClusterDetails) -> NextMove:
    if copy.restore == RESTORE_FAILED or copy.cluster.phase in {Phase.FAILED, Phase.DELETING}:
        reason = f"its guard snapshot could not be restored: the copy {copy.name} is {copy.cluster.described}"
        return stop(Outcome.FAILED, "restore_failed", reason)
    if copy.cluster.phase is Phase.READY and copy.restore == COMPLETED:
        return NextMove(Fact.RESTORED, "restored", "its guard snapshot was restored")
    return NextMove(Wait.UNTIL_RESTORED, "restoring", "its guard snapshot is being restored")


def _is_ours(copy: ClusterDetails, test: Copy) -> bool:
    """By its name, and because it is not older than the call."""
    called, created = test.called_at, copy.cluster.created_at
    if called is None or created is None or not is_copy_name(copy.name):
        return False
    return created >= called - DWELL


def _remove(situation: Situation, copy: ClusterDetails | None) -> NextMove:
    if copy is None:
        return NextMove(Fact.COPY_REMOVED, "copy_removed", "the copy of the restore test is gone")
    if copy.cluster.phase is Phase.DELETING:
        return NextMove(
            Wait.UNTIL_COPY_GONE, "removing_copy", "the copy of the restore test is being deleted"
        )
    if copy.cluster.phase in {Phase.TRANSITIONAL, Phase.UNKNOWN}:
        reason = "the copy of the restore test cannot be deleted yet"
        return NextMove(Wait.UNTIL_RESTORED, "restoring", reason)
    if copy.cluster.tags.get(COPY_TAG) != situation.run:
        reason = f"IAM allows the deletion of a copy only with the tag {COPY_TAG}"
        return NextMove(Call.TAG_COPY, "tag_copy", reason)
    return NextMove(Delegate.REMOVE_COPY, "remove_copy", "the copy of the restore test is no longer needed")
