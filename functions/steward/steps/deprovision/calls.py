"""Calling: the moves that change something, each written down before it is made and after it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.moves import APPROVED_TAG, COPY_TAG, Move
from steward.domain.deprovision.on_refused_call import on_refused_call
from steward.domain.deprovision.progress import PAUSE, RESUME
from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.status import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from steward.adapters.clusters import ClusterPower, KeyRotation
    from steward.adapters.deletion import DeletionTags, Restore
    from steward.adapters.ledger.last_rotations import LastRotations
    from steward.adapters.snapshots import GuardSnapshots, SnapshotTags
    from steward.domain.deprovision.moves import NextMove, Situation
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import OperationRecord

RUN_TAG = "steward:run"
"""Tag of guard and final snapshots: the run that they belong to."""


class CallTools(Protocol):
    """What the moves change with."""

    @property
    def guards(self) -> GuardSnapshots:
        """Takes guard snapshots."""

    @property
    def snapshot_tags(self) -> SnapshotTags:
        """Tags final snapshots."""

    @property
    def tags(self) -> DeletionTags:
        """Tags clusters."""

    @property
    def power(self) -> ClusterPower:
        """Pauses and resumes."""

    @property
    def rotation(self) -> KeyRotation:
        """Rotates keys."""

    @property
    def rotations(self) -> LastRotations:
        """Remembers that they were rotated."""

    @property
    def restores(self) -> Restore:
        """Restores guard snapshots."""


@dataclass(frozen=True)
class CallContext:
    """One move about to be made."""

    situation: Situation
    chosen: NextMove
    turn: ClusterStep
    record: OperationRecord
    tools: CallTools

    def answered(self, reply: CallResult, then: Move) -> Move | NextMove:
        """Keep the reply; ``then`` if it was accepted, else what follows from it."""
        self.record.called(self.chosen.move.value, reply)
        return (
            then
            if reply.outcome is CallOutcome.ACCEPTED
            else on_refused_call(self.situation, self.chosen.move, reply)
        )


def make_call(
    situation: Situation, chosen: NextMove, turn: ClusterStep, record: OperationRecord, tools: CallTools
) -> Move | NextMove:
    """Make the call of a move: what is waited for next, or the step that follows from a refusal."""
    return CALLS[chosen.move](CallContext(situation, chosen, turn, record, tools))


def _snapshot(a: CallContext) -> Move | NextMove:
    settings, called_at = a.situation.settings.snapshot, a.situation.progress.guard.called_at
    first = format_moment(called_at) if called_at else a.record.now
    guard = {"identifier": a.situation.guard_name, "called_at": first, "asked_at": a.record.now}
    a.record.write("guard snapshot", guard=guard)
    tags = {**settings.tags, RUN_TAG: a.turn.run.name}
    reply = a.tools.guards.take(a.turn.name, a.situation.guard_name, settings.retention_days, tags)
    return a.answered(reply, Move.UNTIL_SNAPSHOT)


def _restore(a: CallContext) -> Move | NextMove:
    called_at, copy = a.situation.progress.copy.called_at, copy_name(a.turn.name, a.turn.run.arn)
    first = format_moment(called_at) if called_at else a.record.now
    a.record.write("restore test", copy={"cluster": copy, "called_at": first, "asked_at": a.record.now})
    group = a.situation.details.subnet_group if a.situation.details else ""
    return a.answered(a.tools.restores.restore(copy, a.situation.guard_name, group), Move.UNTIL_RESTORED)


def _tag_copy(a: CallContext) -> Move | NextMove:
    arn = a.situation.observed.copy.arn if a.situation.observed.copy else ""
    return a.answered(a.tools.tags.write(arn, COPY_TAG, a.situation.run), Move.REMOVE_COPY)


def _rotate(a: CallContext) -> Move | NextMove:
    a.record.write("key rotation", rotation={"called_at": a.record.now}, touched_at=_touched_at(a))
    answer, text = a.tools.rotation.rotate(a.turn.name)
    then = a.answered(CallResult(answer, text=text), Move.UNTIL_ROTATED)
    if answer is CallOutcome.ACCEPTED:
        a.record.write("key rotation", rotation={"begun_at": a.record.now})
        record = RotationRecord(a.turn.now, a.situation.planned_cluster.namespace_arn, 0, ended=False)
        a.tools.rotations.record(a.turn.name, record)
    elif answer is not CallOutcome.LOST:
        a.record.write("key rotation", forget=("rotation.called_at",))
    return then


def _pause(a: CallContext) -> Move | NextMove:
    return _switch(a, PAUSE, a.tools.power.pause, Move.UNTIL_PAUSED)


def _resume(a: CallContext) -> Move | NextMove:
    return _switch(a, RESUME, a.tools.power.resume, Move.UNTIL_RESUMED)


def _switch(
    a: CallContext, what: str, ask: Callable[[str], tuple[CallOutcome, str]], then: Move
) -> Move | NextMove:
    """What was so before stays on record, to be put back; what was refused for certain changes nothing."""
    before = a.record.evidence.get("power", {})
    was_paused = before.get("was_paused", a.situation.phase is Phase.PAUSED)
    power = {"was_paused": was_paused, "last": what, "at": a.record.now}
    a.record.write(what, power=power, touched_at=_touched_at(a))
    answer, text = ask(a.turn.name)
    followed = a.answered(CallResult(answer, text=text), then)
    if answer not in {CallOutcome.ACCEPTED, CallOutcome.LOST}:
        a.record.write(what, power={"last": before.get("last", ""), "at": before.get("at", "")})
    return followed


def _touched_at(a: CallContext) -> str:
    """From the first change on, what CloudWatch shows can be of this run's own making."""
    touched_at = a.situation.progress.touched_at
    return format_moment(touched_at) if touched_at else a.record.now


def _tag(a: CallContext) -> Move | NextMove:
    arn = a.situation.observed.details.arn if a.situation.observed.details else ""
    a.record.write("approval tag")
    return a.answered(a.tools.tags.write(arn, APPROVED_TAG, a.situation.plan_hash), Move.AGAIN)


def _untag(a: CallContext) -> Move | NextMove:
    arn = a.situation.observed.details.arn if a.situation.observed.details else ""
    return a.answered(a.tools.tags.remove(arn, APPROVED_TAG), Move.AGAIN)


def _tag_final(a: CallContext) -> Move | NextMove:
    arn = a.situation.observed.final.arn if a.situation.observed.final else ""
    tags = {**a.situation.settings.snapshot.tags, RUN_TAG: a.turn.run.name}
    return a.answered(a.tools.snapshot_tags.write(arn, tags), Move.AGAIN)


CALLS: dict[Move, Callable[[CallContext], Move | NextMove]] = {
    Move.SNAPSHOT: _snapshot,
    Move.RESTORE: _restore,
    Move.TAG_COPY: _tag_copy,
    Move.ROTATE: _rotate,
    Move.PAUSE: _pause,
    Move.RESUME: _resume,
    Move.TAG: _tag,
    Move.UNTAG: _untag,
    Move.TAG_FINAL: _tag_final,
}
"""The moves that this step's function may make; deleting is not among them."""
