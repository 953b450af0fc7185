"""The moves that only record what was observed or decided; the next move is chosen at once."""

from collections.abc import Callable
from typing import Any

from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.requests import Requests
from steward.domain.deprovision.moves import Fact, NextMove
from steward.domain.deprovision.next_move import LABELS
from steward.domain.deprovision.progress import Stopping
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.guard_snapshot import guard_choice
from steward.domain.deprovision.stages.key_rotation import NOT_ROTATED, Rotation
from steward.domain.deprovision.stages.quarantine import RESUMED, first_watched_from
from steward.domain.items import DeprovisionItem
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.steps.cluster_step import ClusterStep
from steward.steps.deprovision.record import OperationRecord


def record_fact(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    FACTS[Fact(chosen.move)](situation, chosen, record)


def _record_guard(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    found = evidence_of(situation.observed.guard) if situation.observed.guard else {}
    record.write(LABELS[chosen.move], guard={**found, "verified_at": record.now})


def _record_reuse(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    earlier = guard_choice(situation).reused
    found = evidence_of(earlier) | {"reused": earlier.identifier} if earlier else {}
    record.write(LABELS[chosen.move], guard={**found, "reused_at": record.now, "verified_at": record.now})


def _record_restore(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    record.write(LABELS[chosen.move], copy={"restored_at": record.now})


def _record_copy_removal(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    record.write(LABELS[chosen.move], copy={"removed_at": record.now})


def _record_rotation_begin(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    called_at = Rotation.of(situation.progress).called_at or situation.now
    record.write(LABELS[chosen.move], rotation={"begun_at": format_moment(called_at)})


def _record_rotation_end(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    if Rotation.of(situation.progress).begun_at is None:
        record.write(NOT_ROTATED, rotation={"omitted": chosen.reason})
    else:
        record.write(LABELS[chosen.move], rotation={"ended_at": record.now})


def _record_quarantine(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    until = format_moment(situation.now + situation.settings.quarantine)
    watched_from = format_moment(first_watched_from(situation))
    facts = {"since": record.now, "until": until, "watched_from": watched_from}
    record.write(LABELS[chosen.move], quarantine=facts)


def _record_acceptance(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    called_at = Delete.of(situation.progress).called_at
    asked_at = format_moment(called_at) if called_at else record.now
    record.write(LABELS[chosen.move], delete={"accepted_at": record.now, "asked_at": asked_at})


def _forget_call(_situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    record.write(LABELS[chosen.move], forget=("delete.asked_at",))


def _record_deletion_failure(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    final: dict[str, Any] = evidence_of(situation.observed.final) if situation.observed.final else {}
    record.write(LABELS[chosen.move], delete={"fell_back_at": record.now}, final=final)
    _record_stop(situation, chosen, record)


def _record_stop(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    stopping = Stopping(chosen.outcome or Outcome.FAILED, chosen.code, chosen.reason)
    facts: dict[str, Any] = {"stopping": stopping.as_json()}
    if chosen.code == RESUMED:
        facts["quarantine"] = {"resumed_at": format_moment(situation.observed.resumed_at or situation.now)}
    record.write(LABELS[Fact.STOPPED], **facts)


def _record_part_left_undone(situation: Situation, chosen: NextMove, record: OperationRecord) -> None:
    given_up = [*situation.progress.given_up, chosen.part]
    undone = [*record.evidence.get("left_undone", []), chosen.reason]
    record.write(LABELS[chosen.move], given_up=given_up, left_undone=undone)


FACTS: dict[Fact, Callable[[Situation, NextMove, OperationRecord], None]] = {
    Fact.GUARD_REUSED: _record_reuse,
    Fact.GUARD_VERIFIED: _record_guard,
    Fact.RESTORED: _record_restore,
    Fact.COPY_REMOVED: _record_copy_removal,
    Fact.ROTATION_BEGUN: _record_rotation_begin,
    Fact.ROTATED: _record_rotation_end,
    Fact.QUARANTINE_BEGUN: _record_quarantine,
    Fact.DELETION_ACCEPTED: _record_acceptance,
    Fact.DELETION_NOT_APPLIED: _forget_call,
    Fact.STOPPED: _record_stop,
    Fact.DELETION_FAILED: _record_deletion_failure,
    Fact.GIVEN_UP: _record_part_left_undone,
}


def record_rotation(
    situation: Situation, chosen: NextMove, step: ClusterStep[DeprovisionItem], rotations: LastRotations
) -> None:
    """Tell rotate-keys of a rotation that was seen or has ended, or that may have come and gone unseen."""
    rotation, namespace_arn = Rotation.of(situation.progress), situation.planned_cluster.namespace_arn
    first = rotation.begun_at or rotation.called_at
    if chosen.move not in {Fact.ROTATION_BEGUN, Fact.ROTATED} or first is None:
        return
    if chosen.move is Fact.ROTATED and rotation.begun_at is not None:
        seconds = round((step.now - first).total_seconds())
        rotations.record(step.name, RotationRecord(step.now, namespace_arn, seconds))
    else:
        rotations.record(step.name, RotationRecord(first, namespace_arn, 0, ended=False))


def retract_request(chosen: NextMove, step: ClusterStep[DeprovisionItem], requests: Requests) -> None:
    """Let people cancel the request again after a deletion that had no effect."""
    if chosen.move in {Fact.DELETION_NOT_APPLIED, Fact.DELETION_FAILED}:
        requests.retract(step.run, step.name)
