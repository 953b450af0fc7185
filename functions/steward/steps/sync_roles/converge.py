"""Converge: claim a cluster, look at its roles afresh, and make at most one call, until all is as wanted.

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
from steward.adapters.ledger import Claims, Operations
from steward.adapters.notices import Events
from steward.domain.answers import Answer
from steward.domain.decision import refuse, skip
from steward.domain.errors import ClusterStayedBusy, DeadlineExceeded
from steward.domain.events import DRIFT_FOUND, DriftAction, drift_found
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.patience import still_patient
from steward.domain.role_calls import SETTLE, Calls, about_to_make, answered, calls_of, last_progress
from steward.domain.role_evidence import ended, found
from steward.domain.role_plan import RoleQuestion
from steward.domain.role_settings import role_settings
from steward.domain.role_step import TRUST_PATIENCE, Move, RoleMove, RoleTurn, next_role_move
from steward.steps.turn import GONE, Turn, again, claim, conclude, ending, opened, stop, turn_from_event

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORTEST_WAIT = 60
"""Seconds that a wait for roles may at least take, so that a look before the deadline is possible."""


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    cluster_roles: ClusterRoles
    claims: Claims
    executions: Executions
    operations: Operations
    events: Events


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
    claimed = claim(turn, tools)
    if claimed is not None:
        return claimed
    operation = opened(turn, tools)
    cluster = tools.clusters.one(turn.name)
    if cluster is None:
        return stop(GONE, Outcome.GONE, turn, tools)
    look_from = parse_moment(turn.item["look_from"]) if turn.item["look_from"] else None
    state = RoleTurn(
        RoleQuestion(cluster, role_settings(event["settings"])),
        operation,
        calls_of(operation.evidence),
        turn.since,
        turn.now,
        look_from,
    )
    return _move(next_role_move(state), state, turn, event["watched"], tools)


def _move(
    move: RoleMove, state: RoleTurn, turn: Turn, watched: Mapping[str, Any], tools: Tools
) -> dict[str, Any]:
    if move.move is Move.AGAIN:
        return again(move.why, turn, tools, move.wait_seconds)
    evidence = _evidence(state, turn, tools)
    polls = state.operation.polls + watched["polls"]
    tools.operations.note(turn.run, turn.name, turn.now, polls=polls, evidence=evidence)
    match move.move:
        case Move.STOP:
            return _end(move, state, evidence, watched, turn, tools)
        case Move.LATE:
            raise DeadlineExceeded(move.why.reason)
        case Move.SETTLE:
            return _settling(move.why.reason, move.awaited, state, turn, tools)
        case Move.CALL:
            return _call(move, state, evidence, turn, tools)


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


def _call(
    move: RoleMove, state: RoleTurn, evidence: dict[str, Any], turn: Turn, tools: Tools
) -> dict[str, Any]:
    calls = about_to_make(state.calls, move.call, move.why.reason, turn.now)
    _keep(calls, evidence, turn, tools, step="calling", called_at=turn.now)
    answer, text = tools.cluster_roles.modify(turn.name, move.call)
    calls = answered(calls, answer, text)
    if answer is Answer.ACCEPTED:
        begun_at = state.operation.begun_at or turn.now
        _keep(calls, evidence, turn, tools, begun_at=begun_at, code=move.why.code, reason=move.why.reason)
        return _settling(move.why.reason, (*move.call.add, *move.call.remove), state, turn, tools)
    _keep(calls, evidence, turn, tools, step="refused")
    return _refused(answer, text, calls, turn, tools)


def _keep(calls: Calls, evidence: Mapping[str, Any], turn: Turn, tools: Tools, **values: Any) -> Operation:
    kept = {**evidence, "calls": [call.evidence() for call in calls]}
    return tools.operations.note(turn.run, turn.name, turn.now, evidence=kept, **values)


def _refused(answer: Answer, text: str, calls: Calls, turn: Turn, tools: Tools) -> dict[str, Any]:
    """What to do about a call that was not applied, or may not have been."""
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


def _settling(
    reason: str, awaited: tuple[str, ...], state: RoleTurn, turn: Turn, tools: Tools
) -> dict[str, Any]:
    tools.operations.note(turn.run, turn.name, turn.now, step="settling", waiting_for=reason)
    left = (turn.since + state.question.settings.deadline - turn.now).total_seconds()
    seconds = max(SHORTEST_WAIT, round(left))
    return {"next": "settling", "reason": reason, "awaited": list(awaited), "deadline_seconds": seconds}


def _end(
    move: RoleMove,
    state: RoleTurn,
    evidence: dict[str, Any],
    watched: Mapping[str, Any],
    turn: Turn,
    tools: Tools,
) -> dict[str, Any]:
    outcome = move.outcome or Outcome.REFUSED
    summary = ended(state, evidence, move.why)
    values: dict[str, Any] = {**ending(summary.why, outcome), "evidence": summary.evidence}
    if state.operation.begun_at is not None:
        values |= {"ended_at": turn.now, "overshoot_seconds": watched["overshoot_seconds"]}
    conclude(turn.run, turn.name, turn.now, tools, **values)
    return {"next": "done", "reason": summary.why.reason}
