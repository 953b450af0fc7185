"""Calling: the moves that change something, each written down before it is made and after it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.moves import APPROVED_TAG, COPY_TAG, Move
from steward.domain.deprovision.on_refused_call import after
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
    from steward.domain.deprovision.moves import Case, Step
    from steward.steps.cluster_step import ClusterStep
    from steward.steps.deprovision.record import Book

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
class Action:
    """One move about to be made."""

    case: Case
    step: Step
    turn: ClusterStep
    book: Book
    tools: CallTools

    def answered(self, reply: CallResult, then: Move) -> Move | Step:
        """Keep the reply; ``then`` if it was accepted, else what follows from it."""
        self.book.called(self.step.move.value, reply)
        return then if reply.outcome is CallOutcome.ACCEPTED else after(self.case, self.step.move, reply)


def call(case: Case, step: Step, turn: ClusterStep, book: Book, tools: CallTools) -> Move | Step:
    """Make the call of a move: what is waited for next, or the step that follows from a refusal."""
    return CALLS[step.move](Action(case, step, turn, book, tools))


def _snapshot(a: Action) -> Move | Step:
    settings, called_at = a.case.settings.snapshot, a.case.progress.guard.called_at
    first = format_moment(called_at) if called_at else a.book.now
    guard = {"identifier": a.case.guard_name, "called_at": first, "asked_at": a.book.now}
    a.book.write("guard snapshot", guard=guard)
    tags = {**settings.tags, RUN_TAG: a.turn.run.name}
    reply = a.tools.guards.take(a.turn.name, a.case.guard_name, settings.retention_days, tags)
    return a.answered(reply, Move.UNTIL_SNAPSHOT)


def _restore(a: Action) -> Move | Step:
    called_at, copy = a.case.progress.copy.called_at, copy_name(a.turn.name, a.turn.run.arn)
    first = format_moment(called_at) if called_at else a.book.now
    a.book.write("restore test", copy={"cluster": copy, "called_at": first, "asked_at": a.book.now})
    group = a.case.warehouse.subnet_group if a.case.warehouse else ""
    return a.answered(a.tools.restores.restore(copy, a.case.guard_name, group), Move.UNTIL_RESTORED)


def _tag_copy(a: Action) -> Move | Step:
    arn = a.case.sight.copy.arn if a.case.sight.copy else ""
    return a.answered(a.tools.tags.write(arn, COPY_TAG, a.case.run), Move.REMOVE_COPY)


def _rotate(a: Action) -> Move | Step:
    a.book.write("key rotation", rotation={"called_at": a.book.now}, touched_at=_touched_at(a))
    answer, text = a.tools.rotation.rotate(a.turn.name)
    then = a.answered(CallResult(answer, text=text), Move.UNTIL_ROTATED)
    if answer is CallOutcome.ACCEPTED:
        a.book.write("key rotation", rotation={"begun_at": a.book.now})
        record = RotationRecord(a.turn.now, a.case.subject.namespace_arn, 0, ended=False)
        a.tools.rotations.record(a.turn.name, record)
    elif answer is not CallOutcome.LOST:
        a.book.write("key rotation", forget=("rotation.called_at",))
    return then


def _pause(a: Action) -> Move | Step:
    return _switch(a, PAUSE, a.tools.power.pause, Move.UNTIL_PAUSED)


def _resume(a: Action) -> Move | Step:
    return _switch(a, RESUME, a.tools.power.resume, Move.UNTIL_RESUMED)


def _switch(a: Action, what: str, ask: Callable[[str], tuple[CallOutcome, str]], then: Move) -> Move | Step:
    """What was so before stays on record, to be put back; what was refused for certain changes nothing."""
    before = a.book.evidence.get("power", {})
    was_paused = before.get("was_paused", a.case.phase is Phase.PAUSED)
    power = {"was_paused": was_paused, "last": what, "at": a.book.now}
    a.book.write(what, power=power, touched_at=_touched_at(a))
    answer, text = ask(a.turn.name)
    followed = a.answered(CallResult(answer, text=text), then)
    if answer not in {CallOutcome.ACCEPTED, CallOutcome.LOST}:
        a.book.write(what, power={"last": before.get("last", ""), "at": before.get("at", "")})
    return followed


def _touched_at(a: Action) -> str:
    """From the first change on, what CloudWatch shows can be of this run's own making."""
    touched_at = a.case.progress.touched_at
    return format_moment(touched_at) if touched_at else a.book.now


def _tag(a: Action) -> Move | Step:
    arn = a.case.sight.warehouse.arn if a.case.sight.warehouse else ""
    a.book.write("approval tag")
    return a.answered(a.tools.tags.write(arn, APPROVED_TAG, a.case.plan_hash), Move.AGAIN)


def _untag(a: Action) -> Move | Step:
    arn = a.case.sight.warehouse.arn if a.case.sight.warehouse else ""
    return a.answered(a.tools.tags.remove(arn, APPROVED_TAG), Move.AGAIN)


def _tag_final(a: Action) -> Move | Step:
    arn = a.case.sight.final.arn if a.case.sight.final else ""
    tags = {**a.case.settings.snapshot.tags, RUN_TAG: a.turn.run.name}
    return a.answered(a.tools.snapshot_tags.write(arn, tags), Move.AGAIN)


CALLS: dict[Move, Callable[[Action], Move | Step]] = {
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
