"""Stage 5, quarantine (optional): the cluster is paused for some days, so that whoever needs it notices.

Also the cluster's power as a whole: what this run paused and resumed, and how it was before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from steward.domain.call_outcome import CallOutcome
from steward.domain.deprovision.call_budget import MOST_ACCEPTED, Tally, wait_while_busy
from steward.domain.deprovision.moves import Call, Control, Fact, Move, NextMove, Part, RequestTask, Wait
from steward.domain.deprovision.progress import Progress, Stopping
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import SETTLE, outage_pause
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

TRAIL_LAG = timedelta(minutes=15)
"""How late CloudTrail may show a call: about 5 minutes on average, and not guaranteed (CloudTrail user guide,
"How CloudTrail works")."""

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


PAUSED_FOR = "its quarantine begins: whoever still needs it will notice"


def quarantine_start(progress: Progress) -> datetime | None:
    return progress.moment("quarantine", "since")


def watched_from(progress: Progress) -> datetime | None:
    """From when on it means that somebody wants the cluster if anybody else resumes it; None before that."""
    return progress.moment("quarantine", "watched_from") or quarantine_start(progress)


def first_watched_from(situation: Situation) -> datetime:
    """The same, to be recorded when the run pauses the cluster or finds it paused.

    Whoever resumes it after this run's first pause has noticed. One that others have paused counts from the
    consent on, except what this run resumed itself for an earlier stage.
    """
    known, consent = watched_from(situation.progress), situation.observed.consent
    if known is not None or situation.phase is not Phase.PAUSED or consent is None:
        return known or situation.now
    given_at, ours = consent.given_at or situation.now, Power.of(situation.progress).at
    return max(given_at, ours + SETTLE) if ours else given_at


def check_still_paused(situation: Situation) -> NextMove | None:
    """Stop if somebody else has resumed the cluster since it was paused for its quarantine."""
    since, who = quarantine_start(situation.progress), situation.observed.resumed_by
    if not who:
        if since is None:
            return None
        if situation.phase in {Phase.PAUSED, Phase.PAUSING, Phase.UNKNOWN} or _runs_for_us(situation, since):
            return _without_cloudtrail(situation, since) if who is None else None
        who = "somebody resumed it; CloudTrail does not say who"
    return _still_wanted(situation, who)


def _runs_for_us(situation: Situation, since: datetime) -> bool:
    power = Power.of(situation.progress)
    return power.last == RESUME and power.at is not None and power.at >= since


def _still_wanted(situation: Situation, who: str) -> NextMove:
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
    return _pause_again(situation) or NextMove(Call.PAUSE, "pause", PAUSED_FOR)


def _pause_again(situation: Situation) -> NextMove | None:
    """What comes before another pause of a cluster that runs although Redshift accepted to pause it.

    Somebody resumes it each time: CloudTrail says who, a little later. If it never does, so many pauses
    without effect say as much.
    """
    tally, at = Tally.of(situation.progress, Call.PAUSE), Power.of(situation.progress).at
    if tally.answer != CallOutcome.ACCEPTED:
        return None
    if situation.since(at) < TRAIL_LAG:
        reason = "runs although it was paused; CloudTrail will show whether somebody resumed it"
        return NextMove(Control.AGAIN, "pause", reason)
    if tally.accepted < MOST_ACCEPTED:
        return None
    return _still_wanted(situation, f"it was paused {tally.accepted} times and runs again each time")


def resume_first(situation: Situation, move: NextMove) -> NextMove:
    """The move if the cluster is running; else resume the cluster first."""
    if situation.phase is Phase.READY:
        return move
    if _is_call_recent(situation, RESUME):
        return NextMove(Wait.UNTIL_RESUMED, "resuming", "it is being resumed")
    return NextMove(Call.RESUME, "resume", f"it is paused and has to run for the next step: {move.reason}")


def undo_power(situation: Situation, why: Stopping) -> NextMove | None:
    """Pause or resume as it was before; a cluster that somebody resumed or uses keeps running."""
    paused_before = was_paused(situation) and why.code != RESUMED
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
    return _while_busy(situation, paused_before=paused_before)


def _while_busy(situation: Situation, *, paused_before: bool) -> NextMove | None:
    """Neither running nor paused: one that was running is so again by itself, unless it is being paused."""
    pausing = Power.of(situation.progress).last == PAUSE and situation.phase is not Phase.RESIZING
    broken = situation.phase is Phase.FAILED
    if not paused_before and (broken or not pausing):
        return None
    if broken:
        undone = f"{POWER.left_undone} (its status is {situation.status})"
        return NextMove(Fact.GIVEN_UP, "not_ready", undone, part=POWER.name)
    return wait_while_busy(situation, "not_ready", POWER)


def keeps_running(situation: Situation, code: str) -> bool:
    """Whether the operation ends with this code because somebody wants the cluster: it is left to them.

    That is one that somebody resumed in quarantine, or one that is used although this run did not resume it.
    """
    if code == RESUMED:
        return not _paused_after_all(situation.progress)
    return code == IN_USE and situation.phase is Phase.READY and not Power.of(situation.progress).last


def _paused_after_all(progress: Progress) -> bool:
    """Whether this run paused it, not knowing yet that somebody had resumed it."""
    power, resumed_at = Power.of(progress), progress.moment("quarantine", "resumed_at")
    return power.last == PAUSE and bool(power.at and resumed_at and power.at >= resumed_at)


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
