"""What to do next with one cluster's roles, from its operation record and a fresh look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from steward.domain.decision import Action, Decision, refuse, skip
from steward.domain.durations import humanize
from steward.domain.operation import Outcome
from steward.domain.preconditions import RECREATED, never_ready, waiting
from steward.domain.retry_budget import still_patient
from steward.domain.status import Phase
from steward.domain.sync_roles.arn import names
from steward.domain.sync_roles.calls import SETTLE, Calls, accepted, last_progress, may_have_changed
from steward.domain.sync_roles.next_call import Next, RoleCall, next_role_step
from steward.domain.sync_roles.plan import RoleQuestion, decide_roles

if TYPE_CHECKING:
    from steward.domain.operation import Operation

MOST_CALLS = 6
"""Accepted calls in one run: the longest way to any goal has three, so beyond six somebody undoes them."""

TRUST_PATIENCE = timedelta(minutes=5)
"""How long a role that Redshift does not take is offered again: IAM needs a while until a new one is known.

Observed: hashicorp/terraform-provider-aws#19113.
"""

LOST_ANSWER = skip(
    "lost_answer", "the answer to ModifyClusterIamRoles was lost; looking whether it was applied"
)
TOO_EARLY = skip("too_early", "somebody has just changed its roles, and DescribeClusters may not show it yet")


class Move(StrEnum):
    """What the step Converge does next with a cluster."""

    CALL = "call"
    SETTLE = "settle"
    AGAIN = "again"
    STOP = "stop"
    LATE = "late"
    """The deadline has come."""


@dataclass(frozen=True)
class RoleMove:
    """One move with its reason.

    Attributes:
        call: Goes with `Move.CALL`.
        awaited: Roles that have to settle, with `Move.SETTLE`.
        wait_seconds: Goes with `Move.AGAIN`; None to wait longer each time.
        outcome: Goes with `Move.STOP`.
    """

    move: Move
    why: Decision
    call: RoleCall = field(default_factory=RoleCall)
    awaited: tuple[str, ...] = ()
    wait_seconds: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class RoleTurn:
    """One look at one cluster.

    Attributes:
        question: The fresh facts.
        operation: This run's record.
        calls: Those that it has made.
        since: When this run first turned to the cluster.
        look_from: Before it a look is not believed, because somebody has just changed the roles.
    """

    question: RoleQuestion
    operation: Operation
    calls: Calls
    since: datetime
    now: datetime
    look_from: datetime | None = None


def next_role_move(turn: RoleTurn) -> RoleMove:
    """The next move."""
    if not turn.operation.is_about(turn.question.cluster):
        return _stop(RECREATED, Outcome.REFUSED)
    unsure = _not_believed_yet(turn)
    if unsure is not None:
        return unsure
    verdict = decide_roles(turn.question)
    if verdict.outcome is Outcome.IN_SYNC:
        return _arrived(turn, verdict.decision)
    if verdict.decision.action is not Action.ACT:
        return _stop(verdict.decision, verdict.outcome or _outcome(verdict.decision))
    if turn.now - turn.since >= turn.question.settings.deadline:
        return RoleMove(Move.LATE, _late(turn))
    return _towards_goal(turn)


def _towards_goal(turn: RoleTurn) -> RoleMove:
    cluster = turn.question.cluster
    if cluster.phase is not Phase.READY and not cluster.roles.unsettled:
        return _wait_or_give_up(turn, waiting(cluster))
    step = next_role_step(cluster.roles, turn.question.goal)
    if step.next is Next.SETTLE:
        return RoleMove(Move.SETTLE, step.why, awaited=cluster.roles.unsettled)
    if len(accepted(turn.calls)) >= MOST_CALLS:
        return _stop(refuse("contested", _contested(turn)), Outcome.REFUSED)
    return RoleMove(Move.CALL, step.why, step.call)


def _not_believed_yet(turn: RoleTurn) -> RoleMove | None:
    """A look that comes too soon after a change that may not be visible."""
    if turn.calls and turn.calls[-1].unanswered:
        left = turn.calls[-1].at + SETTLE - turn.now
        why = LOST_ANSWER
    elif turn.look_from is not None:
        left, why = turn.look_from - turn.now, TOO_EARLY
    else:
        return None
    seconds = round(left.total_seconds())
    return RoleMove(Move.AGAIN, why, wait_seconds=seconds) if seconds > 0 else None


def _arrived(turn: RoleTurn, why: Decision) -> RoleMove:
    return _stop(why, Outcome.SYNCED if may_have_changed(turn.calls) else Outcome.IN_SYNC)


def _wait_or_give_up(turn: RoleTurn, why: Decision) -> RoleMove:
    refused_since = last_progress(turn.calls, turn.since)
    if still_patient(refused_since, turn.now):
        return RoleMove(Move.AGAIN, why)
    return _stop(never_ready(why, turn.now - refused_since), Outcome.REFUSED)


def _late(turn: RoleTurn) -> Decision:
    cluster = turn.question.cluster
    left = f"; these had not settled: {names(cluster.roles.unsettled)}" if cluster.roles.unsettled else ""
    deadline = humanize(turn.question.settings.deadline.total_seconds())
    return skip("deadline", f"its roles were not in-sync within {deadline}, the deadline of the policy{left}")


def _contested(turn: RoleTurn) -> str:
    return (
        f"after {len(accepted(turn.calls))} calls its roles still differ, because somebody else changes them,"
        f" too; {turn.question.told}"
    )


def _outcome(decision: Decision) -> Outcome:
    return Outcome.SKIPPED if decision.action is Action.SKIP else Outcome.REFUSED


def _stop(why: Decision, outcome: Outcome) -> RoleMove:
    return RoleMove(Move.STOP, why, outcome=outcome)
