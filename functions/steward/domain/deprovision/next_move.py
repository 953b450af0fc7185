"""The next move for a cluster in deprovision, and the order of all rules that it is chosen by.

Every observation starts at the top. Whatever changes on the way, a tag, another cluster of that name, a
person's no, is noticed before anything more is done.
"""

from collections.abc import Callable

from steward.domain.deprovision import identity, preconditions
from steward.domain.deprovision.moves import Move, NextMove
from steward.domain.deprovision.on_refused_call import within_call_budget
from steward.domain.deprovision.rollback import roll_back
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.stages import (
    approval,
    deletion,
    final_snapshot,
    guard_snapshot,
    key_rotation,
    quarantine,
    restore_test,
)

RULES: tuple[Callable[[Situation], NextMove | None], ...] = (
    identity.check_identity,
    approval.check_answer,
    quarantine.check_still_paused,
    identity.check_plan,
    preconditions.check_blockers,
    approval.require_approval,
    preconditions.wait_until_steady,
    deletion.check_final_name,
    guard_snapshot.require_guard_snapshot,
    restore_test.require_restore_test,
    key_rotation.require_rotation,
    quarantine.require_quarantine,
    deletion.require_identity,
    deletion.require_approval_tag,
    deletion.resume_after_refusal,
)
"""In order: what stops it, what it waits for, what is still missing. A satisfied rule answers None."""

STAGES = (approval, guard_snapshot, restore_test, key_rotation, quarantine, deletion, final_snapshot)

LABELS: dict[Move, str] = {
    move: label for source in (preconditions, *STAGES) for move, label in source.LABELS.items()
}
"""What the record and the timeline call a move."""


def next_move(situation: Situation) -> NextMove:
    """The next move, or what follows when its call has been made too often."""
    return within_call_budget(situation, _next_move(situation))


def _next_move(situation: Situation) -> NextMove:
    """After the call only the final snapshot counts; after a stop only the rollback does."""
    if final_snapshot.is_under_way(situation):
        return final_snapshot.verify_deletion(situation)
    begun = key_rotation.notice_rotation(situation)
    if begun is not None:
        return begun
    if situation.progress.stopping is not None:
        return roll_back(situation, situation.progress.stopping)
    for rule in RULES:
        move = rule(situation)
        if move is not None:
            return move
    return deletion.DELETE
