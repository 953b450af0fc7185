"""How often a call of one kind may be made for a cluster, and for how long it may be refused.

Each call is counted in the record before it is made, apart for the way to the deletion and for the way back.
Only an accepted call begins the time anew, and nothing begins the number of accepted calls anew: a call that
Redshift accepts again and again without an effect ends like one that it refuses.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.moves import Control, Fact, Move, NextMove, Part
from steward.domain.deprovision.progress import Progress, moment_of
from steward.domain.deprovision.situation import Situation
from steward.domain.durations import humanize
from steward.domain.moments import format_moment
from steward.domain.retry_budget import FEWEST_TRIES, OUTAGE_BUDGET, RETRY_BUDGET, outage_pause

MOST_ACCEPTED = 6
"""Accepted calls of one kind, one way: a deletion has at most three (it is resumed for a snapshot, for a
rotation, and because Redshift does not delete it while it is paused)."""

LONGEST_OUTAGE = timedelta(days=14)
"""As `OUTAGE_BUDGET`, while rolling back or verifying a deletion: giving up would leave something undone.
While rolling back, a cluster that is busy, such as with a resize, is waited for as long."""


@dataclass(frozen=True)
class Tally:
    """The record's ``tally`` of one kind of call, one way.

    Attributes:
        count: Calls altogether, those without an answer included.
        accepted: Those that Redshift accepted.
        first_at: The first one since the last accepted one; None right after that.
        answer: A `CallOutcome` value; empty while the last call has no answer.
        text: AWS's last words.
        refused: Answers since ``first_at`` that were no outage.
    """

    count: int = 0
    accepted: int = 0
    first_at: datetime | None = None
    answer: str = ""
    text: str = ""
    refused: int = 0

    @classmethod
    def of(cls, progress: Progress, move: Move) -> Self:
        """Read it from the record."""
        part = progress.part("tally").get(_key(progress, move)) or {}
        first_at = moment_of(part.get("first_at"))
        counts = int(part.get("count", 0)), int(part.get("accepted", 0))
        refused = int(part.get("refused", FEWEST_TRIES))
        return cls(*counts, first_at, part.get("answer", ""), part.get("text", ""), refused)

    def is_spent(self, budget: timedelta, now: datetime, *, patient: bool = False) -> bool:
        """Whether the call must not be made again; ``budget`` is the one for an outage.

        ``patient`` is for a rollback, which waits as long for a cluster that is busy.
        """
        if self.accepted >= MOST_ACCEPTED:
            return True
        if self.first_at is None:
            return False
        age = now - self.first_at
        waits = self.answer == "" or _is_waited_out(CallOutcome(self.answer), patient=patient)
        tried = not waits and age >= RETRY_BUDGET and self.refused >= FEWEST_TRIES
        return tried or age >= budget

    def describe(self, now: datetime) -> str:
        """The calls as half a sentence, with AWS's last words."""
        if self.accepted >= MOST_ACCEPTED:
            return f"{self.accepted} calls were accepted, and none had a lasting effect"
        waited = humanize((now - (self.first_at or now)).total_seconds())
        said = f"; the last answer: {self.text}" if self.text else "; no answer came"
        return f"{self.count} calls within {waited}{said}"


def tally_of_call(progress: Progress, move: Move, now: datetime) -> dict[str, Any]:
    """The record's ``tally`` with one more call of this kind, which has no answer yet."""
    tally = Tally.of(progress, move)
    first_at = format_moment(tally.first_at or now)
    refused = tally.refused if tally.first_at else 0
    entry = {"count": tally.count + 1, "accepted": tally.accepted, "first_at": first_at, "refused": refused}
    return {_key(progress, move): entry | {"text": tally.text}}


def tally_of_answer(progress: Progress, move: Move, result: CallResult) -> dict[str, Any]:
    """The record's ``tally`` with the answer to the last call of this kind."""
    tally, accepted = Tally.of(progress, move), result.outcome is CallOutcome.ACCEPTED
    first_at = "" if accepted or tally.first_at is None else format_moment(tally.first_at)
    refused = 0 if accepted else tally.refused + (not result.outcome.is_outage)
    entry = {"count": tally.count, "accepted": tally.accepted + accepted, "first_at": first_at}
    entry |= {"refused": refused}
    return {_key(progress, move): entry | {"answer": result.outcome.value, "text": result.quote}}


def outage_budget(situation: Situation) -> timedelta:
    """How long an outage is waited out, by how much would be left undone."""
    onward = situation.progress.stopping is None and not situation.progress.moment("delete", "accepted_at")
    return OUTAGE_BUDGET if onward else LONGEST_OUTAGE


def is_spent(situation: Situation, move: Move) -> bool:
    """Whether this kind of call must not be made again."""
    tally, patient = Tally.of(situation.progress, move), situation.progress.stopping is not None
    return tally.is_spent(outage_budget(situation), situation.now, patient=patient)


def pause_after(progress: Progress, move: Move, result: CallResult, now: datetime) -> int:
    """Seconds until the next call: in an outage they grow to an hour; 0 for a pause by the attempts."""
    waits = _is_waited_out(result.outcome, patient=progress.stopping is not None)
    return outage_pause(Tally.of(progress, move).first_at or now, now) if waits else 0


def wait_while_busy(situation: Situation, code: str, part: Part) -> NextMove:
    """While rolling back: look again until the cluster is steady, as long as an outage is waited out."""
    waiting = situation.progress.waiting
    since = waiting.since if waiting.code == code and waiting.since else situation.now
    reason = f"its status is {situation.status}"
    if situation.since(since) < LONGEST_OUTAGE:
        return NextMove(Control.AGAIN, code, reason, seconds=outage_pause(since, situation.now))
    undone = f"{part.left_undone} ({reason} since {format_moment(since)})"
    return NextMove(Fact.GIVEN_UP, code, undone, part=part.name)


def _is_waited_out(outcome: CallOutcome, *, patient: bool) -> bool:
    return outcome.is_outage or (patient and outcome is CallOutcome.BUSY)


def _key(progress: Progress, move: Move) -> str:
    return move.value if progress.stopping is None else f"{move.value} (rolling back)"
