"""What a deprovision that has asked people may still do while another run has the lock on the cluster.

It released the lock when it asked, so another workflow may be at work when the answer comes: the run then
waits for the lock. The approval stays valid, because it is bound to the plan and not to the moment.
"""

from steward.domain.deprovision.moves import Control, Fact, NextMove, RequestTask
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import outage_pause

LOCKED = "locked"

NO_LOCK_NEEDED = frozenset({RequestTask.ASK, Fact.STOPPED, Control.END})
"""Moves that change nothing but the run's own record and request."""


def while_locked(situation: Situation, chosen: NextMove, holder: str) -> NextMove:
    """The chosen move if it needs no lock, else wait for the lock, for one step's deadline at most."""
    if chosen.move in NO_LOCK_NEEDED:
        return chosen
    waiting, reason = situation.progress.waiting, f"is locked by another run, {holder}"
    since = waiting.since if waiting.code == LOCKED and waiting.since else situation.now
    if situation.since(since) < situation.settings.deadline:
        return NextMove(Control.AGAIN, LOCKED, reason, seconds=outage_pause(since, situation.now))
    why = situation.progress.stopping
    if why is not None:
        undone = f"{why.reason}; it {reason}, so nothing more was put back"
        return NextMove(Control.END, why.code, undone, why.outcome)
    return stop(Outcome.SKIPPED, LOCKED, f"{reason}, since {format_moment(since)}")
