"""The next move with a cluster that is to go, from what the record says and from a fresh look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deprovision import forward, rollback, verification

if TYPE_CHECKING:
    from steward.domain.deprovision.moves import NextMove, Situation


def next_move(situation: Situation) -> NextMove:
    """After the call only the proof counts; once something was said against it, only the way back does."""
    if verification.is_under_way(situation):
        return verification.next_move(situation)
    if situation.progress.stopping is not None:
        return rollback.next_move(situation, situation.progress.stopping)
    return forward.next_move(situation)
