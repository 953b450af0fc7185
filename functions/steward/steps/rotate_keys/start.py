"""Start: lock a cluster, look at it afresh, decide again, and make at most one call.

The record says what is about to be done before it is done, so that a retry, a lost answer or a redrive finds
out what happened instead of doing it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.adapters.clusters import ClusterPower, Clusters, KeyRotation
from steward.adapters.executions import Executions
from steward.adapters.ledger.operations import LastRotations, Locks, Operations
from steward.adapters.notices import Events
from steward.domain.call_outcome import Answer
from steward.domain.decision import Action, Decision, refuse, skip
from steward.domain.deployed_settings import parse_settings
from steward.domain.errors import ClusterStayedBusy
from steward.domain.moments import format_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.retry_budget import still_patient
from steward.domain.rotate_keys.decide import Question, Wish
from steward.domain.rotate_keys.last_rotation import RotationRecord, last_rotation
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.rotate_keys.step import Move, Step, next_step
from steward.steps.cluster_step import GONE, Turn, again, ending, lock, opened, stop, turn_from_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

NO_ANSWER = "Redshift was asked for a rotation until patience ended, and neither answered nor began one"


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    rotation: KeyRotation
    power: ClusterPower
    locks: Locks
    executions: Executions
    operations: Operations
    events: Events
    rotations: LastRotations


def start(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Make the next move; ``next`` is ``rotating``, ``resuming``, ``again``, ``finish`` or ``done``.

    ``since`` is when this run first turned to the cluster; the state machine gives it back at the next look.

    Raises:
        ClusterStayedBusy: The cluster refused for longer than the steward is patient.
    """
    turn = turn_from_event(event)
    return {"since": format_moment(turn.since), "wait_seconds": 0, **_look(turn, event, tools)}


def _look(turn: Turn, event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    locked = lock(turn, tools)
    if locked is not None:
        return locked
    operation = opened(turn, tools)
    cluster = tools.clusters.one(turn.name)
    if cluster is None:
        return _end(GONE, operation, turn, tools, Outcome.GONE)
    last = last_rotation(cluster, tools.rotations.of([turn.name]).get(turn.name), turn.now)
    wish, settings = Wish(**event["overrides"]), parse_settings(RotationSettings, event["settings"])
    question = Question(cluster, last, settings, wish, turn.now)
    return _move(next_step(question, operation, turn.since, turn.attempt), operation, turn, tools)


def _move(step: Step, operation: Operation, turn: Turn, tools: Tools) -> dict[str, Any]:
    match step.move:
        case Move.STOP:
            outcome = Outcome.SKIPPED if step.decision.action is Action.SKIP else Outcome.REFUSED
            return _end(step.decision, operation, turn, tools, outcome)
        case Move.AGAIN:
            return again(step.decision, turn, tools, step.wait_seconds)
        case Move.WATCH:
            return _watch(step.decision, operation, turn, tools)
        case Move.RESUME:
            return _resume(operation, turn, tools)
        case Move.ROTATE:
            return _rotate(step.decision, operation, turn, tools)


def _rotate(why: Decision, operation: Operation, turn: Turn, tools: Tools) -> dict[str, Any]:
    note = tools.operations.note
    if operation.called_at is not None and not still_patient(turn.since, turn.now):
        raise ClusterStayedBusy(NO_ANSWER)
    note(turn.run, turn.name, turn.now, step="calling", called_at=turn.now)
    answer, text = tools.rotation.rotate(turn.name)
    if answer is Answer.ACCEPTED:
        return _begun(turn.now, why, turn, tools)
    if answer is Answer.LOST:
        return again(skip("lost_answer", text), turn, tools)
    note(turn.run, turn.name, turn.now, step="refused", called_at=None, answer=text)
    return _refused(answer, text, operation, turn, tools)


def _resume(operation: Operation, turn: Turn, tools: Tools) -> dict[str, Any]:
    """Resuming twice is harmless, so an answer that is lost is simply asked for again."""
    tools.operations.note(turn.run, turn.name, turn.now, step="resuming", woken=True)
    answer, text = tools.power.resume(turn.name)
    if answer is Answer.ACCEPTED:
        return {"next": "resuming", "reason": "was paused; it is resumed to rotate its keys"}
    return _refused(answer, text, operation, turn, tools)


def _refused(answer: Answer, text: str, operation: Operation, turn: Turn, tools: Tools) -> dict[str, Any]:
    """What to do about a call that was certainly not applied (or may be repeated)."""
    if answer is Answer.NOT_FOUND:
        return _end(GONE, operation, turn, tools, Outcome.GONE)
    if answer is Answer.UNSUPPORTED:
        why = refuse("unsupported", f"Redshift does not support it for this cluster: {text}")
        return _end(why, operation, turn, tools, Outcome.REFUSED)
    if not still_patient(turn.since, turn.now):
        raise ClusterStayedBusy(f"Redshift kept refusing until patience ended, last with: {text}")
    return again(skip(answer.value, text), turn, tools)


def _watch(why: Decision, operation: Operation, turn: Turn, tools: Tools) -> dict[str, Any]:
    """How long a rotation that somebody else began has been going on, nobody knows."""
    ours = operation.begun_at or operation.called_at
    answer = _begun(ours or turn.now, why, turn, tools)
    spent = (turn.now - ours).total_seconds() if ours else answer["expected_seconds"]
    return answer | {"expected_seconds": max(0, round(answer["expected_seconds"] - spent))}


def _begun(begun_at: datetime, why: Decision, turn: Turn, tools: Tools) -> dict[str, Any]:
    """Should this run not live to see the end, the next one knows of the rotation and makes no second."""
    seconds = turn.item["expected_seconds"]
    record = RotationRecord(begun_at, turn.item["namespace_arn"], seconds, ended=False)
    tools.rotations.remember(turn.name, record)
    done = {"begun_at": begun_at, "code": why.code, "reason": why.reason}
    tools.operations.note(turn.run, turn.name, turn.now, step="rotating", **done)
    return {"next": "rotating", "reason": why.reason, "expected_seconds": seconds}


def _end(why: Decision, operation: Operation, turn: Turn, tools: Tools, outcome: Outcome) -> dict[str, Any]:
    """End without a rotation; a cluster that was woken is first put to sleep again by Finish."""
    if operation.woken and outcome is not Outcome.GONE:
        tools.operations.note(turn.run, turn.name, turn.now, **ending(why, outcome))
        return {"next": "finish", "reason": why.reason}
    return stop(why, outcome, turn, tools)
