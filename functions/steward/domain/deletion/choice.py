"""The next move with a cluster that is to go, from what the record says and from a fresh look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deletion import forward, proof, retreat

if TYPE_CHECKING:
    from steward.domain.deletion.moves import Case, Step


def next_move(case: Case) -> Step:
    """After the call only the proof counts; once something was said against it, only the way back does."""
    if proof.is_under_way(case):
        return proof.next_move(case)
    if case.progress.stopping is not None:
        return retreat.next_move(case, case.progress.stopping)
    return forward.next_move(case)
