"""The way back: leave the cluster as it was found, whatever the reason for not deleting it.

Guard snapshots stay, for nobody of the steward's may delete a snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.deprovision.forward import COPY, RESUMED, copy_to_remove, is_copy
from steward.domain.deprovision.moves import APPROVED_TAG, Move, Step, impatient
from steward.domain.deprovision.progress import PAUSE, RESUME
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.domain.deprovision.moves import Case
    from steward.domain.deprovision.progress import Stopping

TAGGED, POWER = "tag", "power"
"""The other parts of putting back."""

STEADY = frozenset({Phase.READY, Phase.PAUSED})


def next_move(case: Case, stopping: Stopping) -> Step:
    """What has to be put back next; the end when nothing has."""
    for part, rule in RULES.items():
        step = None if part in case.progress.given_up else rule(case, stopping)
        if step is not None:
            return step
    return Step(Move.END, stopping.code, stopping.reason, stopping.outcome)


def _copy(case: Case, _why: Stopping) -> Step | None:
    done, copy = case.progress.copy, case.sight.copy
    if done.called_at is None or done.removed:
        return None
    if copy is None and not done.restored and case.is_fresh(done.asked_at):
        return Step(Move.AGAIN, "restore", "whether a copy was made is not certain yet")
    if copy is not None and not is_copy(copy, case):
        return None
    return copy_to_remove(case)


def _tagged(case: Case, _why: Stopping) -> Step | None:
    if case.warehouse is None or case.phase is Phase.DELETING:
        return None
    if case.phase is Phase.ROTATING:
        return Step(Move.UNTIL_ROTATED, "rotating", "its keys are being rotated")
    if APPROVED_TAG not in case.warehouse.cluster.tags:
        return None
    if impatient(case, "untag"):
        return Step(
            Move.GIVE_UP, "untag", f"the tag {APPROVED_TAG} does not go away: take it away", part=TAGGED
        )
    return Step(Move.UNTAG, "untag", "the tag of its approval is taken away")


def _power(case: Case, why: Stopping) -> Step | None:
    """Only what this run did is undone; a cluster that somebody resumed in quarantine stays as it is."""
    power = case.progress.power
    if not power.last or why.code == RESUMED or case.phase in {None, Phase.DELETING}:
        return None
    if case.phase is Phase.PAUSING:
        return Step(Move.UNTIL_PAUSED, "pausing", "it is being paused")
    if case.phase not in STEADY:
        return _passing(case)
    return _asleep_again(case) if power.was_paused else _awake_again(case)


def _passing(case: Case) -> Step | None:
    if "resum" in case.status:
        return Step(Move.UNTIL_RESUMED, "resuming", "it is being resumed")
    return None


def _awake_again(case: Case) -> Step | None:
    """A pause of which no answer came may yet be seen to begin."""
    power = case.progress.power
    if case.phase is Phase.READY:
        if power.last == PAUSE and case.is_fresh(power.at):
            return Step(Move.AGAIN, "pause", "whether it is being paused is not certain yet")
        return None
    if power.last == RESUME and case.is_fresh(power.at):
        return Step(Move.UNTIL_RESUMED, "resuming", "it is being resumed")
    return Step(Move.RESUME, "resume", "it ran before, so it is resumed")


def _asleep_again(case: Case) -> Step | None:
    power = case.progress.power
    if case.phase is Phase.PAUSED:
        if power.last == RESUME and case.is_fresh(power.at):
            return Step(Move.AGAIN, "resume", "whether it is being resumed is not certain yet")
        return None
    if power.last == PAUSE and case.is_fresh(power.at):
        return Step(Move.UNTIL_PAUSED, "pausing", "it is being paused")
    return Step(Move.PAUSE, "pause", "it was paused before, so it is paused again")


RULES: dict[str, Callable[[Case, Stopping], Step | None]] = {COPY: _copy, TAGGED: _tagged, POWER: _power}
"""In order: what costs money, what permits, what others wait for."""
