"""The way back: leave the cluster as it was found, whatever the reason for not deleting it.

Guard snapshots stay, for nobody of the steward's may delete a snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deprovision.forward import COPY, RESUMED, copy_to_remove, is_copy
from steward.domain.deprovision.moves import APPROVED_TAG, Move, NextMove, waited_too_long
from steward.domain.deprovision.progress import PAUSE, RESUME
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.domain.deprovision.moves import Situation
    from steward.domain.deprovision.progress import Stopping

TAGGED, POWER = "tag", "power"
"""The other parts of putting back."""

STEADY = frozenset({Phase.READY, Phase.PAUSED})


def next_move(situation: Situation, stopping: Stopping) -> NextMove:
    """What has to be put back next; the end when nothing has."""
    for part, rule in RULES.items():
        chosen = None if part in situation.progress.given_up else rule(situation, stopping)
        if chosen is not None:
            return chosen
    return NextMove(Move.END, stopping.code, stopping.reason, stopping.outcome)


def _copy(situation: Situation, _why: Stopping) -> NextMove | None:
    done, copy = situation.progress.copy, situation.observed.copy
    if done.called_at is None or done.removed:
        return None
    if copy is None and not done.restored and situation.is_fresh(done.asked_at):
        return NextMove(Move.AGAIN, "restore", "whether a copy was made is not certain yet")
    if copy is not None and not is_copy(copy, situation):
        return None
    return copy_to_remove(situation)


def _tagged(situation: Situation, _why: Stopping) -> NextMove | None:
    if situation.details is None or situation.phase is Phase.DELETING:
        return None
    if situation.phase is Phase.ROTATING:
        return NextMove(Move.UNTIL_ROTATED, "rotating", "its keys are being rotated")
    if APPROVED_TAG not in situation.details.cluster.tags:
        return None
    if waited_too_long(situation, "untag"):
        return NextMove(
            Move.GIVE_UP, "untag", f"the tag {APPROVED_TAG} does not go away: take it away", part=TAGGED
        )
    return NextMove(Move.UNTAG, "untag", "the tag of its approval is taken away")


def _power(situation: Situation, why: Stopping) -> NextMove | None:
    """Only what this run did is undone; a cluster that somebody resumed in quarantine stays as it is."""
    power = situation.progress.power
    if not power.last or why.code == RESUMED or situation.phase in {None, Phase.DELETING}:
        return None
    if situation.phase is Phase.PAUSING:
        return NextMove(Move.UNTIL_PAUSED, "pausing", "it is being paused")
    if situation.phase not in STEADY:
        return _passing(situation)
    return _asleep_again(situation) if power.was_paused else _awake_again(situation)


def _passing(situation: Situation) -> NextMove | None:
    if "resum" in situation.status:
        return NextMove(Move.UNTIL_RESUMED, "resuming", "it is being resumed")
    return None


def _awake_again(situation: Situation) -> NextMove | None:
    """A pause of which no answer came may yet be seen to begin."""
    power = situation.progress.power
    if situation.phase is Phase.READY:
        if power.last == PAUSE and situation.is_fresh(power.at):
            return NextMove(Move.AGAIN, "pause", "whether it is being paused is not certain yet")
        return None
    if power.last == RESUME and situation.is_fresh(power.at):
        return NextMove(Move.UNTIL_RESUMED, "resuming", "it is being resumed")
    return NextMove(Move.RESUME, "resume", "it ran before, so it is resumed")


def _asleep_again(situation: Situation) -> NextMove | None:
    power = situation.progress.power
    if situation.phase is Phase.PAUSED:
        if power.last == RESUME and situation.is_fresh(power.at):
            return NextMove(Move.AGAIN, "resume", "whether it is being resumed is not certain yet")
        return None
    if power.last == PAUSE and situation.is_fresh(power.at):
        return NextMove(Move.UNTIL_PAUSED, "pausing", "it is being paused")
    return NextMove(Move.PAUSE, "pause", "it was paused before, so it is paused again")


RULES: dict[str, Callable[[Situation, Stopping], NextMove | None]] = {
    COPY: _copy,
    TAGGED: _tagged,
    POWER: _power,
}
"""In order: what costs money, what permits, what others wait for."""
