"""The way to the deletion: what is missing next, in the order in which it has to be there.

Every look begins at the top, so whatever changes on the way, a tag, another cluster under the name, a
person's no, is seen before anything more is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deprovision.copies import is_copy_name
from steward.domain.deprovision.moves import (
    APPROVED_TAG,
    COPY_TAG,
    DWELL,
    Move,
    NextMove,
    retry_later,
    stop,
    waited_too_long,
)
from steward.domain.deprovision.plan import changes, hash_of
from steward.domain.deprovision.progress import PAUSE, RESUME
from steward.domain.deprovision.snapshot import is_ours, problems
from steward.domain.durations import humanize
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.domain.deprovision.cluster_details import ClusterDetails
    from steward.domain.deprovision.moves import Situation

LOOK_EVERY = 86_400
"""Seconds between two looks at a cluster in quarantine."""

ENDED = {
    "rejected": Outcome.REJECTED,
    "expired": Outcome.EXPIRED,
    "cancelled": Outcome.CANCELLED,
}
"""Statuses of a request that end the operation."""

COPY = "copy"
"""The part of putting back that is about the restore test's copy."""

RESUMED = "resumed"
"""Code of a stop because somebody resumed the cluster in quarantine: it stays as they want it."""

COMPLETED = "completed"
RESTORE_FAILED = "failed"


def next_move(situation: Situation) -> NextMove:
    """The next move towards the deletion, or the reason to stop."""
    for rule in RULES:
        chosen = rule(situation)
        if chosen is not None:
            return chosen
    return NextMove(Move.DELETE, "delete", "everything that has to be there before the deletion is there")


def _gone(situation: Situation) -> NextMove | None:
    if situation.observed.details is None:
        return stop(Outcome.GONE, "gone", "no longer exists under this name; this run did not delete it")
    if not situation.is_the_one:
        reason = "is not the cluster that was planned: another one was created under its name"
        return stop(Outcome.REFUSED, "recreated", reason)
    if situation.phase is Phase.DELETING:
        return stop(
            Outcome.REFUSED, "leaving", f"is being deleted by somebody else: its status is {situation.status}"
        )
    return None


def _said_no(situation: Situation) -> NextMove | None:
    consent = situation.observed.consent
    if consent is None or consent.status not in ENDED:
        return None
    by = f" by {consent.by}" if consent.by else ""
    said = f": {consent.reason}" if consent.reason else ""
    return stop(ENDED[consent.status], consent.status, f"the request was {consent.status}{by}{said}")


def _still_wanted(situation: Situation) -> NextMove | None:
    """Paused by this run and no more so, without this run's doing: somebody needs it."""
    since, power = situation.progress.quarantined_since, situation.progress.power
    if since is None or situation.phase in {Phase.PAUSED, Phase.PAUSING, Phase.UNKNOWN}:
        return None
    if power.last == RESUME and power.at is not None and power.at >= since:
        return None
    who = situation.observed.resumed_by or "somebody resumed it; CloudTrail does not say who"
    return stop(Outcome.STILL_WANTED, RESUMED, f"is still wanted, its status is {situation.status}: {who}")


def _changed(situation: Situation) -> NextMove | None:
    differing = changes(situation.planned, situation.observed.plan or {})
    if not differing:
        return None
    told = ", ".join(differing)
    return stop(
        Outcome.REFUSED, "changed", f"has changed since it was planned, so nobody approved this: {told}"
    )


def _blocked(situation: Situation) -> NextMove | None:
    inspection = situation.observed.inspection
    if inspection is None:
        return stop(Outcome.REFUSED, "not_inspected", "could not be inspected")
    if not inspection.blocking:
        return None
    first = inspection.blocking[0].code
    wanted = first == "in_use" and situation.progress.quarantined_since is not None
    return stop(Outcome.STILL_WANTED if wanted else Outcome.REFUSED, first, inspection.sentence)


def _not_approved(situation: Situation) -> NextMove | None:
    approval, consent = situation.settings.approval, situation.observed.consent
    if consent is not None and consent.status == "approved":
        return _for_another_plan(situation)
    if consent is None and not approval.required:
        return NextMove(
            Move.REGISTER, "register", "the policy asks for no approval; it can still be cancelled"
        )
    left = approval.expires_after if consent is None else consent.expires_at - situation.now
    if left.total_seconds() <= 0:
        after = humanize(approval.expires_after.total_seconds())
        return stop(Outcome.EXPIRED, "expired", f"nobody approved its deletion within {after}")
    return NextMove(
        Move.ASK, "ask", "a person has to approve its deletion", seconds=int(left.total_seconds()) or 1
    )


def _for_another_plan(situation: Situation) -> NextMove | None:
    consent = situation.observed.consent
    if consent is not None and consent.plan_hash == situation.plan_hash == hash_of(
        situation.observed.plan or {}
    ):
        return None
    return stop(Outcome.REFUSED, "approval_void", "what was approved is not what would be done now")


def _busy(situation: Situation) -> NextMove | None:
    """Something is under way, ours or somebody's: it is waited for."""
    last = situation.progress.power.last
    if situation.phase is Phase.ROTATING:
        return NextMove(Move.UNTIL_ROTATED, "rotating", "its keys are being rotated")
    if situation.phase is Phase.PAUSING and last == PAUSE:
        return NextMove(Move.UNTIL_PAUSED, "pausing", "it is being paused")
    if situation.phase is Phase.TRANSITIONAL and last == RESUME and "resum" in situation.status:
        return NextMove(Move.UNTIL_RESUMED, "resuming", "it is being resumed")
    if situation.phase in {Phase.READY, Phase.PAUSED}:
        return None
    reason = f"is not ready: its status is {situation.status}"
    return retry_later(situation, "not_ready", reason, Outcome.REFUSED)


def awake(situation: Situation, chosen: NextMove) -> NextMove:
    """The step, if the cluster runs; else it is resumed first."""
    if situation.phase is Phase.READY:
        return chosen
    if situation.progress.power.last == RESUME and situation.is_fresh(situation.progress.power.at):
        return NextMove(Move.UNTIL_RESUMED, "resuming", "it is being resumed")
    return NextMove(Move.RESUME, "resume", f"it is paused; it is resumed, because {chosen.reason}")


def _guard(situation: Situation) -> NextMove | None:
    found, progress = situation.observed.guard, situation.progress
    if found is None:
        return _take_guard(situation)
    if not is_ours(found, situation.planned_cluster, progress.guard.called_at):
        return stop(Outcome.REFUSED, "name_taken", taken(situation.guard_name))
    if found.is_lost:
        reason = f"its guard snapshot {situation.guard_name} is {found.status}; the cluster is untouched"
        return stop(Outcome.FAILED, "guard_failed", reason)
    if not found.is_done:
        return NextMove(Move.UNTIL_SNAPSHOT, "guard", "its guard snapshot is being taken")
    wrong = problems(
        found,
        situation.planned_cluster,
        situation.planned_cluster.previous_mb,
        situation.settings.snapshot.retention_days,
    )
    if wrong:
        reason = f"its guard snapshot {situation.guard_name} does not prove that its data is safe: {'; '.join(wrong)}"
        return stop(Outcome.FAILED, "guard_unproven", reason)
    return (
        None
        if progress.guard.verified
        else NextMove(Move.KEEP_GUARD, "guard", "its guard snapshot is verified")
    )


def _take_guard(situation: Situation) -> NextMove:
    progress = situation.progress
    if progress.guard.verified:
        reason = f"its guard snapshot {situation.guard_name} was there and is gone"
        return stop(Outcome.FAILED, "guard_lost", reason)
    if situation.is_fresh(progress.guard.asked_at):
        # for minutes at most: then it is asked for once more, and what Redshift says counts
        return NextMove(
            Move.AGAIN, "snapshot", f"its guard snapshot {situation.guard_name} is not to be seen yet"
        )
    return awake(situation, NextMove(Move.SNAPSHOT, "guard", "a guard snapshot has to be taken"))


def taken(name: str) -> str:
    """Why a run stops whose snapshot's name somebody has taken."""
    return f"somebody has a snapshot called {name}, so this run can not take its own; nothing was deleted"


def _final_name_taken(situation: Situation) -> NextMove | None:
    """Before the call nobody may have a snapshot of that name: after it, it could not be told from ours."""
    return (
        stop(Outcome.REFUSED, "name_taken", taken(situation.final_name)) if situation.observed.final else None
    )


def _restore_test(situation: Situation) -> NextMove | None:
    done, copy = situation.progress.copy, situation.observed.copy
    if not situation.settings.restore_test or done.removed:
        return None
    if copy is not None and not is_copy(copy, situation):
        return stop(Outcome.REFUSED, "copy_name_taken", f"somebody has a cluster called {copy.name}")
    if done.restored:
        return copy_to_remove(situation)
    if copy is None:
        if situation.is_fresh(done.asked_at):
            return retry_later(situation, "restore", "the copy for the restore test is not to be seen yet")
        return NextMove(Move.RESTORE, "restore", "its guard snapshot is to be restored once, to prove it")
    return _restored(copy)


def _restored(copy: ClusterDetails) -> NextMove:
    if copy.restore == RESTORE_FAILED or copy.cluster.phase in {Phase.FAILED, Phase.DELETING}:
        reason = f"its guard snapshot could not be restored: the copy {copy.name} is {copy.cluster.described}"
        return stop(Outcome.FAILED, "restore_failed", reason)
    if copy.cluster.phase is Phase.READY and copy.restore == COMPLETED:
        return NextMove(Move.KEEP_RESTORED, "restored", "its guard snapshot was restored")
    return NextMove(Move.UNTIL_RESTORED, "restoring", "its guard snapshot is being restored")


def is_copy(copy: ClusterDetails, situation: Situation) -> bool:
    """Whether it is the copy that this run's restore test made: by its name, and not older than the call."""
    called, created = situation.progress.copy.called_at, copy.cluster.created_at
    if called is None or created is None or not is_copy_name(copy.name):
        return False
    return created >= called - DWELL


def copy_to_remove(situation: Situation) -> NextMove:
    """The copy has served: away with it, and only it."""
    copy = situation.observed.copy
    if copy is None:
        return NextMove(Move.KEEP_REMOVED, "copy_removed", "the restore test's copy is gone")
    if copy.cluster.phase is Phase.DELETING:
        return NextMove(Move.UNTIL_COPY_GONE, "removing_copy", "the restore test's copy is being deleted")
    if copy.cluster.phase in {Phase.TRANSITIONAL, Phase.UNKNOWN}:
        return NextMove(
            Move.UNTIL_RESTORED, "restoring", "the restore test's copy is not ready to be deleted"
        )
    if copy.cluster.tags.get(COPY_TAG) != situation.run:
        return NextMove(Move.TAG_COPY, "tag_copy", "IAM allows the deletion of a copy only with its tag")
    if waited_too_long(situation, "remove_copy"):
        return _stuck(situation, copy.name)
    return NextMove(Move.REMOVE_COPY, "remove_copy", "the restore test's copy is to be deleted")


def _stuck(situation: Situation, copy: str) -> NextMove:
    reason = f"the restore test's copy {copy} can not be deleted, and costs money: delete it"
    if situation.progress.stopping is None:
        return stop(Outcome.FAILED, "remove_copy", reason)
    return NextMove(Move.GIVE_UP, "remove_copy", reason, part=COPY)


def _rotate(situation: Situation) -> NextMove | None:
    """Before the quarantine: the keys of a deleted cluster's snapshots can never be rotated again."""
    rotation = situation.progress.rotation
    if not situation.settings.rotate_first or not situation.planned_cluster.encrypted or rotation.over:
        return None
    if rotation.begun_at is not None:
        if situation.since(rotation.begun_at) < DWELL:
            return NextMove(Move.UNTIL_ROTATED, "rotating", "its keys are being rotated")
        return NextMove(Move.KEEP_ROTATED, "rotated", "its keys were rotated")
    if situation.is_fresh(rotation.called_at):
        return retry_later(
            situation, "rotate", "its keys were to be rotated, and nothing is to be seen of it yet"
        )
    return awake(situation, NextMove(Move.ROTATE, "rotate", "its keys are rotated for the last time"))


def _quarantine(situation: Situation) -> NextMove | None:
    since, wanted = situation.progress.quarantined_since, situation.settings.quarantine
    if not wanted:
        return None
    if since is not None:
        left = (since + wanted - situation.now).total_seconds()
        until = format_moment(since + wanted)
        hold = NextMove(
            Move.HOLD, "quarantine", f"is in quarantine until {until}", seconds=min(LOOK_EVERY, int(left))
        )
        return hold if hold.seconds > 0 else None
    if situation.phase is Phase.PAUSED:
        return NextMove(Move.KEEP_QUARANTINE, "quarantine", "its quarantine has begun")
    power = situation.progress.power
    if power.last == PAUSE and situation.is_fresh(power.at):
        return NextMove(Move.UNTIL_PAUSED, "pausing", "it is being paused")
    return NextMove(Move.PAUSE, "pause", "its quarantine begins: whoever still needs it will notice")


def _tag(situation: Situation) -> NextMove | None:
    if (
        situation.details is not None
        and situation.details.cluster.tags.get(APPROVED_TAG) == situation.plan_hash
    ):
        return None
    if waited_too_long(situation, "tag"):
        reason = f"its tag {APPROVED_TAG} was written again and again, and is not to be seen"
        return stop(Outcome.FAILED, "tag", reason)
    return NextMove(Move.TAG, "tag", "IAM allows its deletion only with the tag of its approval")


def _refused_while_paused(situation: Situation) -> NextMove | None:
    if situation.phase is Phase.PAUSED and situation.progress.delete.refused_paused:
        return awake(
            situation, NextMove(Move.DELETE, "delete", "Redshift does not delete it while it is paused")
        )
    return None


RULES: tuple[Callable[[Situation], NextMove | None], ...] = (
    _gone,
    _said_no,
    _still_wanted,
    _changed,
    _blocked,
    _not_approved,
    _busy,
    _final_name_taken,
    _guard,
    _restore_test,
    _rotate,
    _quarantine,
    _tag,
    _refused_while_paused,
)
"""In order: what ends it, what it waits for, what is still missing."""
