"""The moves that only record what was observed or decided; the next move is chosen at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.domain.deprovision.moves import Fact
from steward.domain.deprovision.next_move import LABELS
from steward.domain.deprovision.progress import Stopping
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.key_rotation import NOT_ROTATED, Rotation
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.rotate_keys.last_rotation import RotationRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.adapters.ledger.last_rotations import LastRotations
    from steward.adapters.ledger.requests import Requests
    from steward.domain.deprovision.moves import NextMove
    from steward.domain.deprovision.situation import Situation
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import OperationRecord


def record_fact(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    """Record a move of the kind `Fact`."""
    FACTS[Fact(chosen.move)](situation, chosen, record)


def _guard_verified(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    found = evidence_of(situation.observed.guard) if situation.observed.guard else {}
    record.write(LABELS[chosen.move], guard={**found, "verified_at": record.now})


def _restored(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    record.write(LABELS[chosen.move], copy={"restored_at": record.now})


def _copy_removed(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    record.write(LABELS[chosen.move], copy={"removed_at": record.now})


def _rotated(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    if Rotation.of(situation.progress).begun_at is None:
        record.write(NOT_ROTATED, rotation={"impossible": chosen.reason})
    else:
        record.write(LABELS[chosen.move], rotation={"ended_at": record.now})


def _quarantine_begun(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    until = format_moment(situation.now + situation.settings.quarantine)
    record.write(LABELS[chosen.move], quarantine={"since": record.now, "until": until})


def _deletion_accepted(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    called_at = Delete.of(situation.progress).called_at
    asked_at = format_moment(called_at) if called_at else record.now
    record.write(LABELS[chosen.move], delete={"accepted_at": record.now, "asked_at": asked_at})


def _deletion_not_applied(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    record.write(LABELS[chosen.move], forget=("delete.asked_at",))


def _deletion_failed(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    final: dict[str, Any] = evidence_of(situation.observed.final) if situation.observed.final else {}
    record.write(LABELS[chosen.move], delete={"fell_back_at": record.now}, final=final)
    _stopped(situation, chosen, record)


def _stopped(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    stopping = Stopping(chosen.outcome or Outcome.FAILED, chosen.code, chosen.reason)
    record.write(LABELS[Fact.STOPPED], stopping=stopping.as_json())


def _given_up(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    given_up = [*situation.progress.given_up, chosen.part]
    undone = [*record.evidence.get("left_undone", []), chosen.reason]
    record.write(LABELS[chosen.move], given_up=given_up, left_undone=undone)


FACTS: dict[Fact, Callable[[Situation, NextMove, OperationRecord], None]] = {
    Fact.GUARD_VERIFIED: _guard_verified,
    Fact.RESTORED: _restored,
    Fact.COPY_REMOVED: _copy_removed,
    Fact.ROTATED: _rotated,
    Fact.QUARANTINE_BEGUN: _quarantine_begun,
    Fact.DELETION_ACCEPTED: _deletion_accepted,
    Fact.DELETION_NOT_APPLIED: _deletion_not_applied,
    Fact.STOPPED: _stopped,
    Fact.DELETION_FAILED: _deletion_failed,
    Fact.GIVEN_UP: _given_up,
}


def record_rotation(
    situation: Situation, chosen: NextMove, step: ClusterStep, rotations: LastRotations
) -> None:
    """Tell rotate-keys of a rotation that has ended, in case the cluster stays."""
    begun_at = Rotation.of(situation.progress).begun_at
    if chosen.move is Fact.ROTATED and begun_at is not None:
        seconds = round((step.now - begun_at).total_seconds())
        namespace_arn = situation.planned_cluster.namespace_arn
        rotations.record(step.name, RotationRecord(step.now, namespace_arn, seconds))


def retract_request(chosen: NextMove, step: ClusterStep, requests: Requests) -> None:
    """Let people cancel the request again after a deletion that had no effect."""
    if chosen.move in {Fact.DELETION_NOT_APPLIED, Fact.DELETION_FAILED}:
        requests.retract(step.run, step.name)
