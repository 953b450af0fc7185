"""What has to hold before any stage: no blockers, and no operation in progress on the cluster."""

from steward.domain.deprovision.moves import Control, Fact, Move, NextMove, Wait
from steward.domain.deprovision.situation import Situation, retry_later, stop
from steward.domain.deprovision.stages.quarantine import IN_USE, PAUSE, RESUME, Power, quarantine_start
from steward.domain.operation import Outcome
from steward.domain.status import Phase

LABELS: dict[Move, str] = {
    Control.AGAIN: "waiting",
    Control.END: "ended",
    Fact.STOPPED: "putting back",
    Fact.GIVEN_UP: "left undone",
}


def check_blockers(situation: Situation) -> NextMove | None:
    """Stop with all blockers; use during the quarantine means that somebody still wants the cluster."""
    inspection = situation.observed.inspection
    if inspection is None:
        return stop(Outcome.REFUSED, "not_inspected", "could not be inspected")
    if not inspection.blocking:
        return None
    first = inspection.blocking[0].code
    used = first == IN_USE and quarantine_start(situation.progress) is not None
    return stop(Outcome.STILL_WANTED if used else Outcome.REFUSED, first, inspection.sentence)


def wait_until_steady(situation: Situation) -> NextMove | None:
    """Wait for an operation in progress, this run's or somebody else's."""
    power = Power.of(situation.progress)
    if situation.phase is Phase.ROTATING:
        return NextMove(Wait.UNTIL_ROTATED, "rotating", "its keys are being rotated")
    if situation.phase is Phase.PAUSING and power.last == PAUSE:
        return NextMove(Wait.UNTIL_PAUSED, "pausing", "it is being paused")
    if situation.phase is Phase.TRANSITIONAL and power.last == RESUME and "resum" in situation.status:
        return NextMove(Wait.UNTIL_RESUMED, "resuming", "it is being resumed")
    if situation.phase in {Phase.READY, Phase.PAUSED}:
        return None
    reason = f"is not ready: its status is {situation.status}"
    return retry_later(situation, "not_ready", reason, Outcome.REFUSED)
