"""Stage 5, quarantine (optional): the cluster is paused for some days, so that whoever needs it notices.

Also the cluster's power as a whole: what this run paused and resumed, and how it was before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from steward.domain.deprovision.moves import Call, Control, Fact, Move, NextMove, Part, RequestTask, Wait
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import outage_pause
from steward.domain.status import Phase

PAUSE, RESUME = "pause", "resume"

LOOK_EVERY = 86_400
"""Seconds between two checks of a cluster in quarantine."""

RESUMED = "resumed"
"""Code of a stop because somebody resumed the cluster in quarantine: it then stays running."""

IN_USE = "in_use"
"""Code of a stop because of the cluster's use."""

UNSEEN = "quarantine_unseen"
"""Code of a stop because CloudTrail could not be read at the end of the quarantine."""

LONGEST_SILENCE = timedelta(hours=12)
"""How long CloudTrail is asked again at the end of a quarantine, before the deletion is given up."""

LABELS: dict[Move, str] = {
    Call.PAUSE: PAUSE,
    Call.RESUME: RESUME,
    RequestTask.HOLD: "quarantine",
    Wait.UNTIL_PAUSED: "pausing",
    Wait.UNTIL_RESUMED: "resuming",
    Fact.QUARANTINE_BEGUN: "quarantine",
}

POWER = Part(
    "power",
    frozenset({Call.RESUME, Call.PAUSE, Wait.UNTIL_RESUMED, Wait.UNTIL_PAUSED}),
    "it is not running or paused as it was before: check it",
)


@dataclass(frozen=True)
class Power:
    """The record's ``power``.

    Attributes:
        was_paused: As in the `Baseline`; None before the run's first pause or resume.
        last: The run's last call, `PAUSE` or `RESUME`; empty if it made none.
        at: When that was.
    """

    was_paused: bool | None = None
    last: str = ""
    at: datetime | None = None

    @classmethod
    def of(cls, progress: Progress) -> Self:
        part = progress.part("power")
        return cls(part.get("was_paused"), part.get("last", ""), progress.moment("power", "at"))


def was_paused(situation: Situation) -> bool | None:
    """Whether the cluster was paused before the first run changed it; None when no run has."""
    baseline = situation.observed.baseline
    return baseline.was_paused if baseline else Power.of(situation.progress).was_paused


def quarantine_start(progress: Progress) -> datetime | None:
    return progress.moment("quarantine", "since")


def check_still_paused(situation: Situation) -> NextMove | None:
    """Stop if the cluster in quarantine runs or has run although this run did not resume it."""
    since, power = quarantine_start(situation.progress), Power.of(situation.progress)
    if since is None:
        return None
    who = situation.observed.resumed_by
    if not who and situation.phase in {Phase.PAUSED, Phase.PAUSING, Phase.UNKNOWN}:
        return _without_cloudtrail(situation, since) if who is None else None
    if not who and power.last == RESUME and power.at is not None and power.at >= since:
        return _without_cloudtrail(situation, since) if who is None else None
    who = who or "somebody resumed it; CloudTrail does not say who"
    return stop(Outcome.STILL_WANTED, RESUMED, f"is still wanted, its status is {situation.status}: {who}")


def _without_cloudtrail(situation: Situation, since: datetime) -> NextMove | None:
    """Hold on while the quarantine lasts, for each look asks about all of it; then wait for an answer."""
    if situation.since(since) < situation.settings.quarantine:
        return None
    waiting = situation.progress.waiting
    began = waiting.since if waiting.code == UNSEEN and waiting.since else situation.now
    reason = "CloudTrail does not say whether somebody resumed it in quarantine, so it is not deleted"
    if situation.since(began) >= LONGEST_SILENCE:
        return stop(Outcome.REFUSED, UNSEEN, reason)
    return NextMove(Control.AGAIN, UNSEEN, reason, seconds=outage_pause(began, situation.now))


def require_quarantine(situation: Situation) -> NextMove | None:
    """Pause the cluster, and hold it for as long as the policy says."""
    since, wanted = quarantine_start(situation.progress), situation.settings.quarantine
    if not wanted:
        return None
    if since is not None:
        left = int((since + wanted - situation.now).total_seconds())
        reason = f"is in quarantine until {format_moment(since + wanted)}"
        seconds = min(LOOK_EVERY, left)
        return NextMove(RequestTask.HOLD, "quarantine", reason, seconds=seconds) if seconds > 0 else None
    if situation.phase is Phase.PAUSED:
        return NextMove(Fact.QUARANTINE_BEGUN, "quarantine", "its quarantine has begun")
    if _is_call_recent(situation, PAUSE):
        return NextMove(Wait.UNTIL_PAUSED, "pausing", "it is being paused")
    return NextMove(Call.PAUSE, "pause", "its quarantine begins: whoever still needs it will notice")


def resume_first(situation: Situation, move: NextMove) -> NextMove:
    """The move if the cluster is running; else resume the cluster first."""
    if situation.phase is Phase.READY:
        return move
    if _is_call_recent(situation, RESUME):
        return NextMove(Wait.UNTIL_RESUMED, "resuming", "it is being resumed")
    return NextMove(Call.RESUME, "resume", f"it is paused and has to run for the next step: {move.reason}")


def undo_power(situation: Situation, why: Stopping) -> NextMove | None:
    """Pause or resume as it was before; a cluster that somebody resumed or uses keeps running."""
    paused_before = was_paused(situation)
    out_of_reach = situation.phase in {None, Phase.DELETING}
    if paused_before is None or out_of_reach or keeps_running(situation, why.code):
        return None
    if situation.phase is Phase.PAUSING:
        return NextMove(Wait.UNTIL_PAUSED, "pausing", "it is being paused")
    if situation.phase is Phase.READY:
        return _undo_resume(situation) if paused_before else _confirm(situation, PAUSE)
    if situation.phase is Phase.PAUSED:
        return _confirm(situation, RESUME) if paused_before else _undo_pause(situation)
    if "resum" in situation.status:
        return NextMove(Wait.UNTIL_RESUMED, "resuming", "it is being resumed")
    return None


def keeps_running(situation: Situation, code: str) -> bool:
    """Whether the operation ends with this code because somebody wants the cluster: it is left to them.

    That is one that somebody resumed in quarantine, or one that is used although this run did not resume it.
    """
    ours = bool(Power.of(situation.progress).last)
    return code == RESUMED or (code == IN_USE and situation.phase is Phase.READY and not ours)


def _undo_pause(situation: Situation) -> NextMove:
    if _is_call_recent(situation, RESUME):
        return NextMove(Wait.UNTIL_RESUMED, "resuming", "it is being resumed")
    return NextMove(Call.RESUME, "resume", "it was running before, so it is resumed")


def _undo_resume(situation: Situation) -> NextMove:
    if _is_call_recent(situation, PAUSE):
        return NextMove(Wait.UNTIL_PAUSED, "pausing", "it is being paused")
    return NextMove(Call.PAUSE, "pause", "it was paused before, so it is paused again")


def _confirm(situation: Situation, call: str) -> NextMove | None:
    """It is as it was before; a call that was never answered may still take effect."""
    if not _is_call_recent(situation, call):
        return None
    return NextMove(Control.AGAIN, call, f"it is not certain yet whether the call to {call} it takes effect")


def _is_call_recent(situation: Situation, call: str) -> bool:
    power = Power.of(situation.progress)
    return power.last == call and situation.is_fresh(power.at)
