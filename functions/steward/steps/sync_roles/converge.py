"""Converge: lock a cluster, look at its roles afresh, and make at most one call, until all is as wanted.

Level-triggered: every entry starts from what is there now, whatever was called before and whoever else
changes roles meanwhile. The record says what is about to be called before it is, so that a call whose answer
was lost is cleared up by looking, and never simply made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.cluster_roles import ClusterRoles
from steward.adapters.clusters import Clusters
from steward.domain.call_outcome import CallOutcome
from steward.domain.decision import refuse, skip
from steward.domain.deployed_settings import parse_settings
from steward.domain.errors import ClusterStayedBusy, DeadlineExceeded
from steward.domain.events import DRIFT_FOUND, DriftAction, drift_found
from steward.domain.messages import ConvergeNext, StepNext
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import SETTLE_REPEATABLE, within_retry_budget
from steward.domain.sync_roles.calls import Calls, about_to_make, answered, calls_of, last_progress
from steward.domain.sync_roles.evidence import ended, found
from steward.domain.sync_roles.plan import ClusterRoleFacts
from steward.domain.sync_roles.settings import RoleSettings
from steward.domain.sync_roles.step import ROLE_PROPAGATION, NextRoleMove, RoleMove, RoleState, next_role_move
from steward.steps.cluster_step import (
    GONE,
    STAYED_BUSY,
    ClusterStep,
    LockingTools,
    end_operation,
    ending,
    finish_operation,
    open_record,
    retry_later,
    step_from_event,
    take_lock,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from steward.domain.decision import Decision
    from steward.domain.messages import ConvergeEvent, StepAnswer

SHORTEST_WAIT = 60
"""Seconds that a wait for roles may at least take, so that a look before the deadline is possible."""


@dataclass(frozen=True)
class Tools(LockingTools):
    """Besides those of every step on a cluster: its facts, and the call that changes its roles."""

    clusters: Clusters
    cluster_roles: ClusterRoles


@dataclass(frozen=True)
class Visit:
    """One look at one cluster, and what its record says from now on.

    Attributes:
        kept: Facts that the next note adds to the record: the evidence, and how often it was looked at.
        overshoot_seconds: How long after the last wait was over it was noticed, at most.
    """

    step: ClusterStep
    state: RoleState
    tools: Tools
    kept: Mapping[str, Any]
    overshoot_seconds: int

    def note(self, calls: Calls | None = None, **facts: Any) -> None:
        """Add ``facts`` to the record, with these calls instead of those that it knows."""
        kept = dict(self.kept)
        if calls is not None:
            kept["evidence"] = kept["evidence"] | {"calls": [call.evidence() for call in calls]}
        step = self.step
        self.tools.operations.update(step.run, step.name, step.now, **kept, **facts)


def converge(event: ConvergeEvent, tools: Tools) -> StepAnswer:
    """Make the next move; ``next`` is ``settling`` (``awaited`` are the roles), ``again`` or ``done``.

    Raises:
        ClusterStayedBusy: The cluster refused for longer than the retry budget.
        DeadlineExceeded: The policy's deadline has come.
    """
    step = step_from_event(event)
    return {
        "since": format_moment(step.since),
        "wait_seconds": 0,
        "awaited": [],
        "deadline_seconds": 0,
        **_look(step, event, tools),
    }


def _look(step: ClusterStep, event: ConvergeEvent, tools: Tools) -> StepAnswer:
    locked = take_lock(step, tools)
    if locked is not None:
        return locked
    operation = open_record(step, tools)
    cluster = tools.clusters.one(step.name)
    if cluster is None:
        return end_operation(GONE, Outcome.GONE, step, tools)
    look_from = parse_moment(step.item["look_from"]) if step.item["look_from"] else None
    state = RoleState(
        ClusterRoleFacts(cluster, parse_settings(RoleSettings, event["settings"])),
        operation,
        calls_of(operation.evidence),
        step.since,
        step.now,
        look_from,
    )
    move = next_role_move(state)
    if move.move is RoleMove.AGAIN:
        return retry_later(move.why, step, tools, move.wait_seconds)
    polls = operation.polls + event["wait"]["polls"]
    kept = {"evidence": _evidence(state, step, tools), "polls": polls}
    return _act(move, Visit(step, state, tools, kept, event["wait"]["overshoot_seconds"]))


def _evidence(state: RoleState, step: ClusterStep, tools: Tools) -> dict[str, Any]:
    """What was found at the first look that counts; drift that is found then is told of, once."""
    evidence = dict(state.operation.evidence)
    if "found" in evidence or not state.operation.is_about(state.question.cluster):
        return evidence
    evidence |= found(state.question, step.item["changed"])
    if evidence["drift"]:
        told = drift_found(step.run, step.name, step.now, DriftAction.CORRECTED, evidence)
        tools.events.put(DRIFT_FOUND, told)
    return evidence


def _act(move: NextRoleMove, visit: Visit) -> StepAnswer:
    match move.move:
        case RoleMove.CALL:
            return _call(move, visit)
        case RoleMove.SETTLE:
            visit.note(step="settling", waiting_for=move.why.reason)
            return _settling(move.why.reason, move.awaited, visit)
        case RoleMove.LATE:
            visit.note()
            raise DeadlineExceeded(move.why.reason)
    return _end(move.why, move.outcome or Outcome.REFUSED, visit)


def _call(move: NextRoleMove, visit: Visit) -> StepAnswer:
    step, reason = visit.step, move.why.reason
    calls = about_to_make(visit.state.calls, move.call, reason, step.now)
    visit.note(calls, step="calling", called_at=step.now)
    answer, text = visit.tools.cluster_roles.modify(step.name, move.call)
    calls = answered(calls, answer, text)
    if answer is CallOutcome.ACCEPTED:
        begun_at = visit.state.operation.begun_at or step.now
        visit.note(calls, step="settling", begun_at=begun_at, code=move.why.code, reason=reason)
        return _settling(reason, (*move.call.add, *move.call.remove), visit)
    visit.note(calls, step="refused")
    return _refused(answer, text, calls, visit)


def _refused(answer: CallOutcome, text: str, calls: Calls, visit: Visit) -> StepAnswer:
    """What to do about a call that was not applied, or may not have been."""
    step, tools = visit.step, visit.tools
    if answer is CallOutcome.NOT_FOUND:
        return end_operation(GONE, Outcome.GONE, step, tools)
    if answer is CallOutcome.UNSUPPORTED:
        return end_operation(
            refuse("role_refused", f"Redshift refuses it: {text}"), Outcome.REFUSED, step, tools
        )
    if answer is CallOutcome.INVALID and step.now - calls[-1].first_at >= ROLE_PROPAGATION:
        why = f"Redshift does not accept these roles, so their configuration must be wrong: {text}"
        return end_operation(refuse("role_not_taken", why), Outcome.REFUSED, step, tools)
    if not within_retry_budget(last_progress(calls, step.since), step.now):
        raise ClusterStayedBusy(f"{STAYED_BUSY}: {text}")
    seconds = round(SETTLE_REPEATABLE.total_seconds()) if answer is CallOutcome.LOST else None
    return retry_later(skip(answer.value, text), step, tools, seconds)


def _settling(reason: str, awaited: Sequence[str], visit: Visit) -> StepAnswer:
    """The wait ends with the policy's deadline, which is counted from when the run turned to the cluster."""
    ends = visit.step.since + visit.state.question.settings.deadline
    seconds = max(SHORTEST_WAIT, round((ends - visit.step.now).total_seconds()))
    return {
        "next": ConvergeNext.SETTLING,
        "reason": reason,
        "awaited": list(awaited),
        "deadline_seconds": seconds,
    }


def _end(why: Decision, outcome: Outcome, visit: Visit) -> StepAnswer:
    step, state = visit.step, visit.state
    summary = ended(state, visit.kept["evidence"], why)
    facts: dict[str, Any] = {**visit.kept, **ending(summary.why, outcome), "evidence": summary.evidence}
    if state.operation.begun_at is not None:
        facts |= {"ended_at": step.now, "overshoot_seconds": visit.overshoot_seconds}
    finish_operation(step.run, step.name, step.now, visit.tools, **facts)
    return {"next": StepNext.DONE, "reason": summary.why.reason}
