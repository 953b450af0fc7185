"""Rolling back: leave the cluster as it was found, whatever the reason for not deleting it.

Guard snapshots stay, because no role of the steward may delete a snapshot.
"""

from collections.abc import Callable, Mapping
from typing import Any

from steward.domain.deprovision.moves import Control, NextMove, Part
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.stages.deletion import TAG, Delete, undo_approval_tag
from steward.domain.deprovision.stages.quarantine import PAUSE, POWER, Power, undo_power
from steward.domain.deprovision.stages.restore_test import COPY, undo_restore_test

UNDO: tuple[tuple[Part, Callable[[Situation, Stopping], NextMove | None]], ...] = (
    (COPY, undo_restore_test),
    (TAG, undo_approval_tag),
    (POWER, undo_power),
)
"""In order: what costs money, what permits the deletion, what others wait for."""


def roll_back(situation: Situation, stopping: Stopping) -> NextMove:
    """The next part to undo; the end of the operation when nothing is left."""
    for part, undo in UNDO:
        move = None if part.name in situation.progress.given_up else undo(situation, stopping)
        if move is not None:
            return move
    return NextMove(Control.END, stopping.code, stopping.reason, stopping.outcome)


def open_ends(evidence: Mapping[str, Any]) -> str:
    """What a person has to check when the rollback itself was abandoned: the end of a sentence, or empty."""
    progress = Progress(evidence)
    final = progress.part("delete").get("final_snapshot", "")
    text = ""
    if Delete.of(progress).is_open:
        text = f"; DeleteCluster was called, so look for its final snapshot {final}"
    if Power.of(progress).last == PAUSE:
        text += "; this run paused it, and it may still be paused"
    return text
