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
from steward.adapters.executions import Executions
from steward.adapters.ledger.operations import Locks, Operations
from steward.adapters.notices import Events
from steward.domain.call_outcome import Answer
from steward.domain.decision import refuse, skip
from steward.domain.deployed_settings import parse_settings
from steward.domain.errors import ClusterStayedBusy, DeadlineExceeded
from steward.domain.events import DRIFT_FOUND, DriftAction, drift_found
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Outcome
from steward.domain.retry_budget import still_patient
from steward.domain.sync_roles.calls import SETTLE, Calls, about_to_make, answered, calls_of, last_progress
from steward.domain.sync_roles.evidence import ended, found
from steward.domain.sync_roles.plan import RoleQuestion
from steward.domain.sync_roles.settings import RoleSettings
from steward.domain.sync_roles.step import TRUST_PATIENCE, Move, RoleMove, RoleTurn, next_role_move
from steward.steps.cluster_step import (
    GONE,
    Turn,
    again,
    conclude,
    ending,
    lock,
    opened,
    stop,
    turn_from_event,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from steward.domain.decision import Decision

SHORTEST_WAIT = 60
"""Seconds that a wait for roles may at least take, so that a look before the deadline is possible."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    cluster_roles: ClusterRoles
    locks: Locks
    executions: Executions
    operations: Operations
    events: Events


@dataclass(frozen=True)
class Visit:
    """One look at one cluster, and what its record says from now on.

    Attributes:
        kept: Facts that the next note adds to the record: the evidence, and how often it was looked at.
        overshoot_seconds: How long after the last wait was over it was noticed, at most.
    """

    turn: Turn
    state: RoleTurn
    tools: Tools
    kept: Mapping[str, Any]
    overshoot_seconds: int

    def note(self, calls: Calls | None = None, **facts: Any) -> None:
        """Add ``facts`` to the record, with these calls instead of those that it knows."""
        kept = dict(self.kept)
        if calls is not None:
            kept["evidence"] = kept["evidence"] | {"calls": [call.evidence() for call in calls]}
        turn = self.turn
        self.tools.operations.note(turn.run, turn.name, turn.now, **kept, **facts)


def converge(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Make the next move; ``next`` is ``settling`` (``awaited`` are the roles), ``again`` or ``done``.

    Raises:
        ClusterStayedBusy: The cluster refused for longer than the steward is patient.
        DeadlineExceeded: The policy's deadline has come.
    """
    turn = turn_from_event(event)
    answer = {"since": format_moment(turn.since), "wait_seconds": 0, "awaited": [], "deadline_seconds": 0}
    return {**answer, **_look(turn, event, tools)}


def _look(turn: Turn, event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    locked = lock(turn, tools)
    if locked is not None:
        return locked
    operation = opened(turn, tools)
    cluster = tools.clusters.one(turn.name)
    if cluster is None:
        return stop(GONE, Outcome.GONE, turn, tools)
    look_from = parse_moment(turn.item["look_from"]) if turn.item["look_from"] else None
    state = RoleTurn(
        RoleQuestion(cluster, parse_settings(RoleSettings, event["settings"])),
        operation,
        calls_of(operation.evidence),
        turn.since,
        turn.now,
        look_from,
    )
    move = next_role_move(state)
    if move.move is Move.AGAIN:
        return again(move.why, turn, tools, move.wait_seconds)
    polls = operation.polls + event["wait"]["polls"]
    kept = {"evidence": _evidence(state, turn, tools), "polls": polls}
    return _act(move, Visit(turn, state, tools, kept, event["wait"]["overshoot_seconds"]))


def _evidence(state: RoleTurn, turn: Turn, tools: Tools) -> dict[str, Any]:
    """What was found at the first look that counts; drift that is found then is told of, once."""
    evidence = dict(state.operation.evidence)
    if "found" in evidence or not state.operation.is_about(state.question.cluster):
        return evidence
    evidence |= found(state.question, turn.item["changed"])
    if evidence["drift"]:
        told = drift_found(turn.run, turn.name, turn.now, DriftAction.HEALED, evidence)
        tools.events.put(DRIFT_FOUND, told)
    return evidence


def _act(move: RoleMove, visit: Visit) -> dict[str, Any]:
    match move.move:
        case Move.CALL:
            return _call(move, visit)
        case Move.SETTLE:
            visit.note(step="settling", waiting_for=move.why.reason)
            return _settling(move.why.reason, move.awaited, visit)
        case Move.LATE:
            visit.note()
            raise DeadlineExceeded(move.why.reason)
    return _end(move.why, move.outcome or Outcome.REFUSED, visit)


def _call(move: RoleMove, visit: Visit) -> dict[str, Any]:
    turn, reason = visit.turn, move.why.reason
    calls = about_to_make(visit.state.calls, move.call, reason, turn.now)
    visit.note(calls, step="calling", called_at=turn.now)
    answer, text = visit.tools.cluster_roles.modify(turn.name, move.call)
    calls = answered(calls, answer, text)
    if answer is Answer.ACCEPTED:
        begun_at = visit.state.operation.begun_at or turn.now
        visit.note(calls, step="settling", begun_at=begun_at, code=move.why.code, reason=reason)
        return _settling(reason, (*move.call.add, *move.call.remove), visit)
    visit.note(calls, step="refused")
    return _refused(answer, text, calls, visit)


def _refused(answer: Answer, text: str, calls: Calls, visit: Visit) -> dict[str, Any]:
    """What to do about a call that was not applied, or may not have been."""
    turn, tools = visit.turn, visit.tools
    if answer is Answer.NOT_FOUND:
        return stop(GONE, Outcome.GONE, turn, tools)
    if answer is Answer.UNSUPPORTED:
        return stop(refuse("role_refused", f"Redshift refuses it: {text}"), Outcome.REFUSED, turn, tools)
    if answer is Answer.INVALID and turn.now - calls[-1].first_at >= TRUST_PATIENCE:
        why = f"Redshift does not take these roles, which is a mistake of their configuration: {text}"
        return stop(refuse("role_not_taken", why), Outcome.REFUSED, turn, tools)
    if not still_patient(last_progress(calls, turn.since), turn.now):
        raise ClusterStayedBusy(f"Redshift kept refusing until patience ended, last with: {text}")
    seconds = round(SETTLE.total_seconds()) if answer is Answer.LOST else None
    return again(skip(answer.value, text), turn, tools, seconds)


def _settling(reason: str, awaited: Sequence[str], visit: Visit) -> dict[str, Any]:
    """The wait ends with the policy's deadline, which is counted from when the run turned to the cluster."""
    ends = visit.turn.since + visit.state.question.settings.deadline
    seconds = max(SHORTEST_WAIT, round((ends - visit.turn.now).total_seconds()))
    return {"next": "settling", "reason": reason, "awaited": list(awaited), "deadline_seconds": seconds}


def _end(why: Decision, outcome: Outcome, visit: Visit) -> dict[str, Any]:
    turn, state = visit.turn, visit.state
    summary = ended(state, visit.kept["evidence"], why)
    facts: dict[str, Any] = {**visit.kept, **ending(summary.why, outcome), "evidence": summary.evidence}
    if state.operation.begun_at is not None:
        facts |= {"ended_at": turn.now, "overshoot_seconds": visit.overshoot_seconds}
    conclude(turn.run, turn.name, turn.now, visit.tools, **facts)
    return {"next": "done", "reason": summary.why.reason}
