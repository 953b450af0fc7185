"""Stage 4, key rotation: the keys of a deleted cluster's snapshots can never be rotated again.

It comes before the quarantine, because a cluster that is resumed for it could be used meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from steward.domain.deprovision.moves import Call, Fact, Move, NextMove, Wait
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.situation import Situation, retry_later
from steward.domain.deprovision.stages.quarantine import resume_first
from steward.domain.durations import humanize
from steward.domain.retry_budget import DWELL, OVERLOOKED
from steward.domain.status import Phase

LABELS: dict[Move, str] = {
    Call.ROTATE: "key rotation",
    Wait.UNTIL_ROTATED: "key rotation",
    Fact.ROTATION_BEGUN: "key rotation",
    Fact.ROTATED: "keys rotated",
}

NOT_ROTATED = "keys not rotated"
"""Instead of the label of `Fact.ROTATED` when this run leaves the keys as they are."""

NOT_VISIBLE = "the rotation of its keys is not visible yet"
UNKNOWN = "RotateEncryptionKey had no answer, and a rotation may have ended unseen: it is not repeated"

ROTATED_LATELY = timedelta(days=30)
"""A rotation that is not older is not repeated: rotate-keys and this workflow then rotate once a period, and
thirty days more or less are nothing to snapshots whose keys can never be rotated again."""


@dataclass(frozen=True)
class Rotation:
    """The record's ``rotation``.

    Attributes:
        called_at: The latest RotateEncryptionKey that Redshift did not certainly refuse.
        begun_at: When Redshift accepted it.
        over: It has ended, or this run leaves the keys as they are.
    """

    called_at: datetime | None = None
    begun_at: datetime | None = None
    over: bool = False

    @classmethod
    def of(cls, progress: Progress) -> Self:
        part = progress.part("rotation")
        over = bool(part.get("ended_at") or part.get("omitted") or part.get("impossible"))
        return cls(progress.moment("rotation", "called_at"), progress.moment("rotation", "begun_at"), over)


def notice_rotation(situation: Situation) -> NextMove | None:
    """A rotation that is seen while a call has no answer is recorded, whatever is done next.

    Before a rollback one that nobody can rule out is recorded as well: nothing of this run looks again.
    """
    rotation = Rotation.of(situation.progress)
    open_call = rotation.called_at is not None and rotation.begun_at is None and not rotation.over
    if open_call and situation.phase is Phase.ROTATING:
        return NextMove(Fact.ROTATION_BEGUN, "rotating", "the rotation of its keys has begun")
    if not open_call or situation.progress.stopping is None:
        return None
    if situation.is_fresh(rotation.called_at):
        return retry_later(situation, "rotate", NOT_VISIBLE)
    overlooked = situation.since(rotation.called_at) >= OVERLOOKED
    return NextMove(Fact.ROTATED, "rotation_unknown", UNKNOWN) if overlooked else None


def require_rotation(situation: Situation) -> NextMove | None:
    """Rotate once, unless the policy says no, the cluster is not encrypted, or it was rotated lately."""
    rotation = Rotation.of(situation.progress)
    if not situation.settings.rotate_first or not situation.planned_cluster.encrypted or rotation.over:
        return None
    if rotation.begun_at is not None:
        if situation.since(rotation.begun_at) < DWELL:
            return NextMove(Wait.UNTIL_ROTATED, "rotating", "its keys are being rotated")
        return NextMove(Fact.ROTATED, "rotated", "its keys were rotated")
    return _without_answer(situation, rotation.called_at) if rotation.called_at else _first_call(situation)


def _without_answer(situation: Situation, called_at: datetime) -> NextMove:
    """What follows a call that had no answer, as long as no rotation is seen."""
    if situation.is_fresh(called_at):
        return retry_later(situation, "rotate", NOT_VISIBLE)
    if situation.since(called_at) < OVERLOOKED:
        return _rotate(situation)
    return NextMove(Fact.ROTATED, "rotation_unknown", UNKNOWN)


def _first_call(situation: Situation) -> NextMove:
    lately = _rotated_lately(situation)
    return NextMove(Fact.ROTATED, "rotated_lately", lately) if lately else _rotate(situation)


def _rotate(situation: Situation) -> NextMove:
    return resume_first(
        situation, NextMove(Call.ROTATE, "rotate", "its keys are rotated before the deletion")
    )


def _rotated_lately(situation: Situation) -> str:
    """Why another rotation is not needed; empty if it is. Only the ledger counts: tags can be forged."""
    record = situation.observed.last_rotation
    if record is None or record.namespace_arn != situation.planned_cluster.namespace_arn:
        return ""
    age = situation.since(record.at)
    if age >= ROTATED_LATELY:
        return ""
    what = "its keys were rotated" if record.ended else "a rotation of its keys was begun"
    return f"{what} {humanize(age.total_seconds())} ago, so they are not rotated again"
