"""Keeping: the moves that only write down what was seen, after which the next move is chosen at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.domain.deprovision.moves import Move
from steward.domain.deprovision.progress import Stopping
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.rotate_keys.last_rotation import RotationRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.adapters.ledger.last_rotations import LastRotations
    from steward.adapters.ledger.requests import Requests
    from steward.domain.deprovision.moves import NextMove, Situation
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import OperationRecord


def record_fact(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    """Write down what ``step`` says."""
    FACTS[chosen.move](situation, chosen, record)


def _guard(situation: Situation, _chosen: NextMove, record: OperationRecord) -> None:
    found = evidence_of(situation.observed.guard) if situation.observed.guard else {}
    record.write("guard snapshot verified", guard={**found, "verified_at": record.now})


def _restored(_situation: Situation, _chosen: NextMove, record: OperationRecord) -> None:
    record.write("restore test passed", copy={"restored_at": record.now})


def _removed(_situation: Situation, _chosen: NextMove, record: OperationRecord) -> None:
    record.write("restore test's copy removed", copy={"removed_at": record.now})


def _rotated(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    if situation.progress.rotation.begun_at is None:
        record.write("keys not rotated", rotation={"impossible": chosen.reason})
        return
    record.write("keys rotated", rotation={"ended_at": record.now})


def _quarantine(situation: Situation, _chosen: NextMove, record: OperationRecord) -> None:
    until = format_moment(situation.now + situation.settings.quarantine)
    record.write("quarantine", quarantine={"since": record.now, "until": until})


def _accepted(situation: Situation, _chosen: NextMove, record: OperationRecord) -> None:
    called_at = situation.progress.delete.called_at
    asked_at = format_moment(called_at) if called_at else record.now
    record.write("deleting", delete={"accepted_at": record.now, "asked_at": asked_at})


def _forget(_situation: Situation, _chosen: NextMove, record: OperationRecord) -> None:
    record.write("deletion unanswered", forget=("delete.asked_at",))


def _stop(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    outcome = chosen.outcome or Outcome.FAILED
    record.write("putting back", stopping=Stopping(outcome, chosen.code, chosen.reason).as_json())


def _fell_back(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    final: dict[str, Any] = evidence_of(situation.observed.final) if situation.observed.final else {}
    record.write("deletion came to nothing", delete={"fell_back_at": record.now}, final=final)
    _stop(situation, chosen, record)


def _give_up(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    given_up = [*situation.progress.given_up, chosen.part]
    undone = [*record.evidence.get("left_undone", []), chosen.reason]
    record.write("left undone", given_up=given_up, left_undone=undone)


FACTS: dict[Move, Callable[[Situation, NextMove, OperationRecord], None]] = {
    Move.KEEP_GUARD: _guard,
    Move.KEEP_RESTORED: _restored,
    Move.KEEP_REMOVED: _removed,
    Move.KEEP_ROTATED: _rotated,
    Move.KEEP_QUARANTINE: _quarantine,
    Move.KEEP_ACCEPTED: _accepted,
    Move.FORGET_CALL: _forget,
    Move.STOP: _stop,
    Move.FELL_BACK: _fell_back,
    Move.GIVE_UP: _give_up,
}
"""The moves after which nothing is waited for."""


def record_rotation(
    situation: Situation, chosen: NextMove, turn: ClusterStep, rotations: LastRotations
) -> None:
    """A rotation that has ended is in the ledger for rotate-keys too, should the cluster stay."""
    begun_at = situation.progress.rotation.begun_at
    if chosen.move is Move.KEEP_ROTATED and begun_at is not None:
        seconds = round((turn.now - begun_at).total_seconds())
        rotations.record(
            turn.name, RotationRecord(turn.now, situation.planned_cluster.namespace_arn, seconds)
        )


def retract_request(chosen: NextMove, turn: ClusterStep, requests: Requests) -> None:
    """A deletion that came to nothing can be cancelled again."""
    if chosen.move in {Move.FORGET_CALL, Move.FELL_BACK}:
        requests.retract(turn.run, turn.name)
