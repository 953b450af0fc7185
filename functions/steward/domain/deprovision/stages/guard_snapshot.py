"""Stage 2, the guard snapshot: taken and verified before anything else is done. It is never removed again.

One that an earlier run has left is reused if it proves as much as a new one would.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from steward.domain.deprovision.blockers import WHAT_TO_DO
from steward.domain.deprovision.earlier_guards import GuardChoice, choose_guard
from steward.domain.deprovision.moves import Call, Control, Fact, Move, NextMove, Wait
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.situation import Situation, stop
from steward.domain.deprovision.snapshot import Snapshot, is_guard_of, is_ours, problems
from steward.domain.deprovision.stages.quarantine import resume_first
from steward.domain.operation import Outcome

LABELS: dict[Move, str] = {
    Call.SNAPSHOT: "guard snapshot",
    Fact.GUARD_REUSED: "guard snapshot reused",
    Wait.UNTIL_SNAPSHOT: "guard snapshot",
    Fact.GUARD_VERIFIED: "guard snapshot verified",
}


@dataclass(frozen=True)
class Guard:
    """The record's ``guard``.

    Attributes:
        called_at: The first CreateClusterSnapshot; ``asked_at`` the latest.
        reused: Name of the earlier run's that serves this one, too; empty if there is none.
    """

    called_at: datetime | None = None
    asked_at: datetime | None = None
    verified: bool = False
    reused: str = ""

    @classmethod
    def of(cls, progress: Progress) -> Self:
        called_at, asked_at = progress.moment("guard", "called_at"), progress.moment("guard", "asked_at")
        part = progress.part("guard")
        return cls(called_at, asked_at, bool(part.get("verified_at")), part.get("reused", ""))

    @property
    def is_decided(self) -> bool:
        """Whether the run has called for its own, or has decided to reuse one."""
        return self.called_at is not None or bool(self.reused)


def require_guard_snapshot(situation: Situation) -> NextMove | None:
    """Take the guard snapshot, wait for it, verify it; stop if it can never be proof."""
    found, guard = situation.observed.guard, Guard.of(situation.progress)
    if found is None:
        return _take(situation, guard)
    if not _serves(found, situation, guard):
        return stop(Outcome.REFUSED, "name_taken", name_taken_reason(situation.guard_name))
    if found.is_lost:
        reason = f"its guard snapshot {situation.guard_name} is {found.status}"
        return stop(Outcome.FAILED, "guard_failed", reason)
    if not found.is_done:
        return NextMove(Wait.UNTIL_SNAPSHOT, "guard", "its guard snapshot is being taken")
    return _verify(situation, guard, found)


def _serves(found: Snapshot, situation: Situation, guard: Guard) -> bool:
    if guard.reused:
        return is_guard_of(found, situation.planned_cluster)
    return is_ours(found, situation.planned_cluster, guard.called_at)


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
    choice = guard_choice(situation)
    if guard.called_at is None and choice.reused is not None:
        return NextMove(Fact.GUARD_REUSED, "guard", choice.reason)
    if guard.called_at is None and choice.full:
        remedy = WHAT_TO_DO["guard_snapshots"]
        return stop(Outcome.REFUSED, "guard_snapshots", f"{choice.full}; {remedy}")
    reason = "; ".join(filter(None, ["a guard snapshot is required", choice.reason]))
    return resume_first(situation, NextMove(Call.SNAPSHOT, "guard", reason))


def guard_choice(situation: Situation) -> GuardChoice:
    """Whether an earlier guard snapshot is reused, by the observation that the next move is chosen by."""
    observed = situation.observed
    return choose_guard(
        observed.earlier_guards,
        situation.planned_cluster,
        situation.settings,
        observed.inspection.unused_since if observed.inspection else None,
        situation.now,
    )


def name_taken_reason(name: str) -> str:
    """Why a run stops when another snapshot already has the name of one of its own."""
    return f"another snapshot is already called {name}, so this run cannot take its own; nothing was deleted"
