"""The calls of Redshift's API that Advance makes, each recorded before it and after its answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from steward.adapters.clusters import ClusterPower, KeyRotation
from steward.adapters.deletion import DeletionTags, Restore
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.snapshots import GuardSnapshots, SnapshotTags
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.copies import COPY_TAG, copy_name
from steward.domain.deprovision.moves import Call, Control, Delegate, Move, NextMove, Wait
from steward.domain.deprovision.next_move import LABELS
from steward.domain.deprovision.on_refused_call import on_refused_call
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.quarantine import PAUSE, RESUME
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.items import DeprovisionItem
from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.status import Phase
from steward.steps.cluster_step import ClusterStep
from steward.steps.deprovision.record import OperationRecord

RUN_TAG = "steward:run"
"""Tag of guard and final snapshots; its value is the run's name."""


@dataclass(frozen=True)
class CallTools:
    guards: GuardSnapshots
    snapshot_tags: SnapshotTags
    tags: DeletionTags
    power: ClusterPower
    rotation: KeyRotation
    rotations: LastRotations
    restores: Restore


@dataclass(frozen=True)
class CallContext:
    """One call that is about to be made."""

    chosen: NextMove
    situation: Situation
    step: ClusterStep[DeprovisionItem]
    record: OperationRecord
    tools: CallTools

    @property
    def call(self) -> Call:
        return Call(self.chosen.move)

    @property
    def label(self) -> str:
        """The timeline entry of the call's stage."""
        return LABELS[self.call]

    def after(self, reply: CallResult, then: Move) -> NextMove:
        """Add the reply to the record; ``then`` if it was accepted, else what follows from the refusal."""
        self.record.add_call(self.call.value, reply)
        if reply.outcome is CallOutcome.ACCEPTED:
            return replace(self.chosen, move=then)
        return on_refused_call(self.situation, self.call, reply)


def _take_guard_snapshot(c: CallContext) -> NextMove:
    settings, called_at = c.situation.settings.snapshot, Guard.of(c.situation.progress).called_at
    first = format_moment(called_at) if called_at else c.record.now
    guard = {"identifier": c.situation.guard_name, "called_at": first, "asked_at": c.record.now}
    c.record.write(c.label, guard=guard)
    tags = {**settings.tags, RUN_TAG: c.step.run.name}
    reply = c.tools.guards.take(c.step.name, c.situation.guard_name, settings.retention_days, tags)
    return c.after(reply, Wait.UNTIL_SNAPSHOT)


def _restore_copy(c: CallContext) -> NextMove:
    called_at, copy = Copy.of(c.situation.progress).called_at, copy_name(c.step.name, c.step.run.arn)
    first = format_moment(called_at) if called_at else c.record.now
    c.record.write(c.label, copy={"cluster": copy, "called_at": first, "asked_at": c.record.now})
    group = c.situation.details.subnet_group if c.situation.details else ""
    return c.after(c.tools.restores.restore(copy, c.situation.guard_name, group), Wait.UNTIL_RESTORED)


def _tag_copy(c: CallContext) -> NextMove:
    arn = c.situation.observed.copy.arn if c.situation.observed.copy else ""
    return c.after(c.tools.tags.write(arn, COPY_TAG, c.situation.run), Delegate.REMOVE_COPY)


def _rotate_keys(c: CallContext) -> NextMove:
    c.record.write(c.label, rotation={"called_at": c.record.now}, touched_at=_first_change(c))
    answer, text = c.tools.rotation.rotate(c.step.name)
    then = c.after(CallResult(answer, text=text), Wait.UNTIL_ROTATED)
    if answer is CallOutcome.ACCEPTED:
        c.record.write(c.label, rotation={"begun_at": c.record.now})
        begun = RotationRecord(c.step.now, c.situation.planned_cluster.namespace_arn, 0, ended=False)
        c.tools.rotations.record(c.step.name, begun)
    elif answer is not CallOutcome.LOST:
        c.record.write(c.label, forget=("rotation.called_at",))
    return then


def _pause(c: CallContext) -> NextMove:
    return _switch(c, PAUSE, c.tools.power.pause, Wait.UNTIL_PAUSED)


def _resume(c: CallContext) -> NextMove:
    return _switch(c, RESUME, c.tools.power.resume, Wait.UNTIL_RESUMED)


def _switch(c: CallContext, last: str, ask: Callable[[str], tuple[CallOutcome, str]], then: Wait) -> NextMove:
    """How it was before the first call stays recorded for the rollback; a refusal changes nothing."""
    before = c.record.evidence.get("power", {})
    was_paused = before.get("was_paused", c.situation.phase is Phase.PAUSED)
    power = {"was_paused": was_paused, "last": last, "at": c.record.now}
    c.record.write(c.label, power=power, touched_at=_first_change(c))
    answer, text = ask(c.step.name)
    followed = c.after(CallResult(answer, text=text), then)
    if answer not in {CallOutcome.ACCEPTED, CallOutcome.LOST}:
        c.record.write(c.label, power={"last": before.get("last", ""), "at": before.get("at", "")})
    return followed


def _first_change(c: CallContext) -> str:
    """From the first change on, what CloudWatch shows may be this run's own doing."""
    touched_at = c.situation.progress.touched_at
    return format_moment(touched_at) if touched_at else c.record.now


def _tag_cluster(c: CallContext) -> NextMove:
    arn = c.situation.observed.details.arn if c.situation.observed.details else ""
    c.record.write(c.label)
    return c.after(c.tools.tags.write(arn, APPROVED_TAG, c.situation.plan_hash), Control.AGAIN)


def _untag_cluster(c: CallContext) -> NextMove:
    arn = c.situation.observed.details.arn if c.situation.observed.details else ""
    return c.after(c.tools.tags.remove(arn, APPROVED_TAG), Control.AGAIN)


def _tag_final_snapshot(c: CallContext) -> NextMove:
    arn = c.situation.observed.final.arn if c.situation.observed.final else ""
    tags = {**c.situation.settings.snapshot.tags, RUN_TAG: c.step.run.name}
    return c.after(c.tools.snapshot_tags.write(arn, tags), Control.AGAIN)


CALLS: dict[Call, Callable[[CallContext], NextMove]] = {
    Call.SNAPSHOT: _take_guard_snapshot,
    Call.RESTORE: _restore_copy,
    Call.TAG_COPY: _tag_copy,
    Call.ROTATE: _rotate_keys,
    Call.PAUSE: _pause,
    Call.RESUME: _resume,
    Call.TAG: _tag_cluster,
    Call.UNTAG: _untag_cluster,
    Call.TAG_FINAL: _tag_final_snapshot,
}
"""Every call that this step's function may make; DeleteCluster is not among them."""


def make_call(context: CallContext) -> NextMove:
    """Make the call: what is waited for next, or the move that follows from a refusal."""
    return CALLS[context.call](context)
