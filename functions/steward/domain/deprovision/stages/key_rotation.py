"""Stage 4, key rotation: the keys of a deleted cluster's snapshots can never be rotated again.

It comes before the quarantine, because a cluster that is resumed for it could be used meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from steward.domain.deprovision.moves import Call, Fact, Move, NextMove, Wait
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.situation import DWELL, Situation, retry_later
from steward.domain.deprovision.stages.quarantine import resume_first

LABELS: dict[Move, str] = {
    Call.ROTATE: "key rotation",
    Wait.UNTIL_ROTATED: "key rotation",
    Fact.ROTATED: "keys rotated",
}

NOT_ROTATED = "keys not rotated"
"""Instead of the label of `Fact.ROTATED` when Redshift cannot rotate the cluster's keys."""


@dataclass(frozen=True)
class Rotation:
    """The record's ``rotation``.

    Attributes:
        called_at: The latest RotateEncryptionKey that Redshift did not certainly refuse.
        begun_at: When Redshift accepted it.
        over: It has ended, or Redshift cannot rotate the cluster's keys.
    """

    called_at: datetime | None = None
    begun_at: datetime | None = None
    over: bool = False

    @classmethod
    def of(cls, progress: Progress) -> Self:
        part = progress.part("rotation")
        over = bool(part.get("ended_at") or part.get("impossible"))
        return cls(progress.moment("rotation", "called_at"), progress.moment("rotation", "begun_at"), over)


def require_rotation(situation: Situation) -> NextMove | None:
    """Rotate once, unless the policy says no or the cluster is not encrypted."""
    rotation = Rotation.of(situation.progress)
    if not situation.settings.rotate_first or not situation.planned_cluster.encrypted or rotation.over:
        return None
    if rotation.begun_at is not None:
        if situation.since(rotation.begun_at) < DWELL:
            return NextMove(Wait.UNTIL_ROTATED, "rotating", "its keys are being rotated")
        return NextMove(Fact.ROTATED, "rotated", "its keys were rotated")
    if situation.is_fresh(rotation.called_at):
        return retry_later(situation, "rotate", "the rotation of its keys is not visible yet")
    return resume_first(
        situation, NextMove(Call.ROTATE, "rotate", "its keys are rotated before the deletion")
    )
