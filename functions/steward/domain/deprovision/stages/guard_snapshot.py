"""Stage 2, the guard snapshot: taken and verified before anything else is done. It is never removed again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from steward.domain.deprovision.moves import Call, Control, Fact, Move, NextMove, Wait
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.deprovision.snapshot import Snapshot, is_ours, problems
from steward.domain.deprovision.stages.quarantine import resume_first
from steward.domain.operation import Outcome

LABELS: dict[Move, str] = {
    Call.SNAPSHOT: "guard snapshot",
    Wait.UNTIL_SNAPSHOT: "guard snapshot",
    Fact.GUARD_VERIFIED: "guard snapshot verified",
}


@dataclass(frozen=True)
class Guard:
    """The record's ``guard``.

    Attributes:
        called_at: The first CreateClusterSnapshot; ``asked_at`` the latest.
    """

    called_at: datetime | None = None
    asked_at: datetime | None = None
    verified: bool = False

    @classmethod
    def of(cls, progress: Progress) -> Self:
        called_at, asked_at = progress.moment("guard", "called_at"), progress.moment("guard", "asked_at")
        return cls(called_at, asked_at, bool(progress.part("guard").get("verified_at")))


def require_guard_snapshot(situation: Situation) -> NextMove | None:
    """Take the guard snapshot, wait for it, verify it; stop if it can never be proof."""
    found, guard = situation.observed.guard, Guard.of(situation.progress)
    if found is None:
        return _take(situation, guard)
    if not is_ours(found, situation.planned_cluster, guard.called_at):
        return stop(Outcome.REFUSED, "name_taken", taken_name_reason(situation.guard_name))
    if found.is_lost:
        reason = f"its guard snapshot {situation.guard_name} is {found.status}; the cluster is unchanged"
        return stop(Outcome.FAILED, "guard_failed", reason)
    if not found.is_done:
        return NextMove(Wait.UNTIL_SNAPSHOT, "guard", "its guard snapshot is being taken")
    return _verify(situation, guard, found)


def _verify(situation: Situation, guard: Guard, found: Snapshot) -> NextMove | None:
    retention = situation.settings.snapshot.retention_days
    wrong = problems(found, situation.planned_cluster, situation.planned_cluster.previous_mb, retention)
    if wrong:
        reason = f"its guard snapshot {situation.guard_name} failed verification: {'; '.join(wrong)}"
        return stop(Outcome.FAILED, "guard_unproven", reason)
    if guard.verified:
        return None
    return NextMove(Fact.GUARD_VERIFIED, "guard", "its guard snapshot is verified")


def _take(situation: Situation, guard: Guard) -> NextMove:
    if guard.verified:
        reason = f"its guard snapshot {situation.guard_name} existed and is gone"
        return stop(Outcome.FAILED, "guard_lost", reason)
    if situation.is_fresh(guard.asked_at):
        # for minutes at most: then the call is repeated, and Redshift's answer to it counts
        return NextMove(
            Control.AGAIN, "snapshot", f"its guard snapshot {situation.guard_name} is not visible yet"
        )
    return resume_first(situation, NextMove(Call.SNAPSHOT, "guard", "a guard snapshot is required"))


def taken_name_reason(name: str) -> str:
    """Why a run stops when another snapshot already has the name of one of its own."""
    return f"another snapshot is already called {name}, so this run cannot take its own; nothing was deleted"
