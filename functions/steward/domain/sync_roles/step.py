"""What to do next with one cluster's roles, from its operation record and a fresh description of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from steward.domain.decision import Action, Decision, refuse, skip
from steward.domain.durations import humanize
from steward.domain.operation import Operation, Outcome
from steward.domain.preconditions import RECREATED, give_up_waiting, not_ready
from steward.domain.retry_budget import SETTLE_REPEATABLE, within_retry_budget
from steward.domain.status import Phase
from steward.domain.sync_roles.arn import names
from steward.domain.sync_roles.calls import Calls, accepted_calls, last_progress, may_have_changed
from steward.domain.sync_roles.next_call import Next, RoleCall, next_role_step
from steward.domain.sync_roles.plan import ClusterRoleFacts, decide_roles

MOST_CALLS = 6
"""Accepted calls in one run: the longest way to any goal has three, so beyond six somebody undoes them."""

ROLE_PROPAGATION = timedelta(minutes=5)
"""How long a role that Redshift does not accept is offered again: a new IAM role takes a while to propagate.

Observed: hashicorp/terraform-provider-aws#19113.
"""

LOST_ANSWER = skip(
    "lost_answer", "the answer to ModifyClusterIamRoles was lost; looking whether it was applied"
)
TOO_EARLY = skip("too_early", "somebody has just changed its roles, and DescribeClusters may not show it yet")


class RoleMove(StrEnum):
    CALL = "call"
    SETTLE = "settle"
    AGAIN = "again"
    STOP = "stop"
    LATE = "late"


@dataclass(frozen=True)
class NextRoleMove:
    """One move with its reason.

    Attributes:
        call: Goes with `Move.CALL`.
        awaited: Roles that have to settle, with `Move.SETTLE`.
        wait_seconds: Goes with `RoleMove.AGAIN`; None to wait longer each time.
        outcome: Goes with `Move.STOP`.
    """

    move: RoleMove
    why: Decision
    call: RoleCall = field(default_factory=RoleCall)
    awaited: tuple[str, ...] = ()
    wait_seconds: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class RoleState:
    """One cluster as Converge has just observed it.

    Attributes:
        facts: As just observed.
        operation: This run's record.
        calls: Those that it has made.
        since: When this run first came to the cluster.
        look_from: Observations before it do not count, because somebody has just changed the roles.
    """

    facts: ClusterRoleFacts
    operation: Operation
    calls: Calls
    since: datetime
    now: datetime
    look_from: datetime | None = None


def next_role_move(state: RoleState) -> NextRoleMove:
    if not state.operation.is_about(state.facts.cluster):
        return _stop(RECREATED, Outcome.REFUSED)
    unsure = _wait_until_believable(state)
    if unsure is not None:
        return unsure
    verdict = decide_roles(state.facts)
    if verdict.outcome is Outcome.IN_SYNC:
        return _end_in_sync(state, verdict.decision)
    if verdict.decision.action is not Action.ACT:
        return _stop(verdict.decision, verdict.outcome or _outcome(verdict.decision))
    if state.now - state.since >= state.facts.settings.deadline:
        return NextRoleMove(RoleMove.LATE, _why_late(state))
    return _towards_goal(state)


def _towards_goal(state: RoleState) -> NextRoleMove:
    cluster = state.facts.cluster
    if cluster.phase is not Phase.READY and not cluster.roles.unsettled:
        return _wait_or_give_up(state, not_ready(cluster))
    step = next_role_step(cluster.roles, state.facts.goal)
    if step.next is Next.SETTLE:
        return NextRoleMove(RoleMove.SETTLE, step.why, awaited=cluster.roles.unsettled)
    if len(accepted_calls(state.calls)) >= MOST_CALLS:
        return _stop(refuse("contested", _why_contested(state)), Outcome.REFUSED)
    return NextRoleMove(RoleMove.CALL, step.why, step.call)


def _wait_until_believable(state: RoleState) -> NextRoleMove | None:
    """A look that comes too soon after a change that may not be visible."""
    if state.calls and state.calls[-1].unanswered:
        left = state.calls[-1].at + SETTLE_REPEATABLE - state.now
        why = LOST_ANSWER
    elif state.look_from is not None:
        left, why = state.look_from - state.now, TOO_EARLY
    else:
        return None
    seconds = round(left.total_seconds())
    return NextRoleMove(RoleMove.AGAIN, why, wait_seconds=seconds) if seconds > 0 else None


def _end_in_sync(state: RoleState, why: Decision) -> NextRoleMove:
    return _stop(why, Outcome.SYNCED if may_have_changed(state.calls) else Outcome.IN_SYNC)


def _wait_or_give_up(state: RoleState, why: Decision) -> NextRoleMove:
    refused_since = last_progress(state.calls, state.since)
    if within_retry_budget(refused_since, state.now):
        return NextRoleMove(RoleMove.AGAIN, why)
    return _stop(give_up_waiting(why, state.now - refused_since), Outcome.REFUSED)


def _why_late(state: RoleState) -> Decision:
    cluster = state.facts.cluster
    left = f"; still pending: {names(cluster.roles.unsettled)}" if cluster.roles.unsettled else ""
    deadline = humanize(state.facts.settings.deadline.total_seconds())
    return skip("deadline", f"its roles were not in-sync within {deadline}, the policy's deadline{left}")


def _why_contested(state: RoleState) -> str:
    calls = len(accepted_calls(state.calls))
    return (
        f"after {calls} calls its roles still differ, because somebody else changes them, too;"
        f" {state.facts.differences}"
    )


def _outcome(decision: Decision) -> Outcome:
    return Outcome.SKIPPED if decision.action is Action.SKIP else Outcome.REFUSED


def _stop(why: Decision, outcome: Outcome) -> NextRoleMove:
    return NextRoleMove(RoleMove.STOP, why, outcome=outcome)
