"""The calls of Redshift's API that Advance makes: each is committed first, and its answer is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from steward.adapters.clusters import ClusterPower, KeyRotation
from steward.adapters.deletion import DeletionTags, Restore
from steward.adapters.executions import Executions
from steward.adapters.ledger.baselines import Baselines
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.snapshots import GuardSnapshots, SnapshotTags
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.deprovision.baseline import Baseline
from steward.domain.deprovision.copies import COPY_TAG, copy_name
from steward.domain.deprovision.moves import Call, Control, Delegate, Move, NextMove, Wait
from steward.domain.deprovision.next_move import LABELS
from steward.domain.deprovision.on_refused_call import on_refused_call
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.snapshot import RUN_TAG
from steward.domain.deprovision.stages.deletion import is_refused_while_paused
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.quarantine import PAUSE, RESUME, first_watched_from, was_paused
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.items import DeprovisionItem
from steward.domain.moments import format_moment
from steward.domain.rotate_keys.last_rotation import RotationRecord
from steward.domain.status import Phase
from steward.steps.cluster_step import ClusterStep
from steward.steps.deprovision.record import OperationRecord


@dataclass(frozen=True)
class CallTools:
    guards: GuardSnapshots
    snapshot_tags: SnapshotTags
    tags: DeletionTags
    power: ClusterPower
    rotation: KeyRotation
    rotations: LastRotations
    baselines: Baselines
    restores: Restore
    executions: Executions


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

    def first(self, earlier: datetime | None) -> str:
        """The moment of the first call of its kind, which may be this one."""
        return format_moment(earlier) if earlier else self.record.now


@dataclass(frozen=True)
class PreparedCall:
    """A call with everything around it.

    Attributes:
        send: Makes it.
        then: The move that follows when it is accepted.
        facts: Parts of the record that are written before it, and taken back when it is refused.
        touches: Whether what CloudWatch shows from now on may be this call's own doing.
    """

    send: Callable[[], CallResult]
    then: Move
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    touches: bool = False


def _guard_snapshot(c: CallContext) -> PreparedCall:
    settings, name = c.situation.settings.snapshot, c.situation.guard_name
    called_at = c.first(Guard.of(c.situation.progress).called_at)
    guard = {"identifier": name, "called_at": called_at, "asked_at": c.record.now}
    tags = {**settings.tags, RUN_TAG: c.step.run.name}
    take = c.tools.guards.take
    return PreparedCall(
        lambda: take(c.step.name, name, settings.retention_days, tags), Wait.UNTIL_SNAPSHOT, {"guard": guard}
    )


def _restore(c: CallContext) -> PreparedCall:
    copy, called_at = copy_name(c.step.name, c.step.run.arn), c.first(Copy.of(c.situation.progress).called_at)
    group = c.situation.details.subnet_group if c.situation.details else ""
    facts = {"copy": {"cluster": copy, "called_at": called_at, "asked_at": c.record.now}}
    restore = c.tools.restores.restore
    return PreparedCall(lambda: restore(copy, c.situation.guard_name, group), Wait.UNTIL_RESTORED, facts)


def _copy_tag(c: CallContext) -> PreparedCall:
    arn = c.situation.observed.copy.arn if c.situation.observed.copy else ""
    return PreparedCall(lambda: c.tools.tags.write(arn, COPY_TAG, c.situation.run), Delegate.REMOVE_COPY)


def _rotation(c: CallContext) -> PreparedCall:
    facts = {"rotation": {"called_at": c.record.now}}
    rotate = c.tools.rotation.rotate
    return PreparedCall(lambda: rotate(c.step.name), Wait.UNTIL_ROTATED, facts, touches=True)


def _pause(c: CallContext) -> PreparedCall:
    pause, facts = c.tools.power.pause, _power(c, PAUSE)
    if c.situation.progress.stopping is None:
        facts["quarantine"] = {"watched_from": format_moment(first_watched_from(c.situation))}
    return PreparedCall(lambda: pause(c.situation.name), Wait.UNTIL_PAUSED, facts, touches=True)


def _resume(c: CallContext) -> PreparedCall:
    resume = c.tools.power.resume
    return PreparedCall(lambda: resume(c.situation.name), Wait.UNTIL_RESUMED, _power(c, RESUME), touches=True)


def _power(c: CallContext, last: str) -> dict[str, dict[str, Any]]:
    return {"power": {"was_paused": _baseline(c).was_paused, "last": last, "at": c.record.now}}


def _baseline(c: CallContext) -> Baseline:
    """The one that is kept already, else the cluster as it is now."""
    if c.situation.observed.baseline is not None:
        return c.situation.observed.baseline
    planned, before = c.situation.planned_cluster, was_paused(c.situation)
    tags = c.situation.details.cluster.tags if c.situation.details else {}
    return Baseline(
        planned.namespace_arn,
        planned.created_at,
        was_paused=c.situation.phase is Phase.PAUSED if before is None else before,
        tagged=APPROVED_TAG in tags,
        run=c.step.run.arn,
        since=c.record.now,
    )


def _tag(c: CallContext) -> PreparedCall:
    arn = c.situation.observed.details.arn if c.situation.observed.details else ""
    return PreparedCall(lambda: c.tools.tags.write(arn, APPROVED_TAG, c.situation.plan_hash), Control.AGAIN)


def _untag(c: CallContext) -> PreparedCall:
    arn = c.situation.observed.details.arn if c.situation.observed.details else ""
    return PreparedCall(lambda: c.tools.tags.remove(arn, APPROVED_TAG), Control.AGAIN)


def _final_tags(c: CallContext) -> PreparedCall:
    arn = c.situation.observed.final.arn if c.situation.observed.final else ""
    tags = {**c.situation.settings.snapshot.tags, RUN_TAG: c.step.run.name}
    return PreparedCall(lambda: c.tools.snapshot_tags.write(arn, tags), Control.AGAIN)


CALLS: dict[Call, Callable[[CallContext], PreparedCall]] = {
    Call.SNAPSHOT: _guard_snapshot,
    Call.RESTORE: _restore,
    Call.TAG_COPY: _copy_tag,
    Call.ROTATE: _rotation,
    Call.PAUSE: _pause,
    Call.RESUME: _resume,
    Call.TAG: _tag,
    Call.UNTAG: _untag,
    Call.TAG_FINAL: _final_tags,
}
"""Every call that this step's function may make; DeleteCluster is not among them."""


CHANGES = frozenset({Call.PAUSE, Call.RESUME, Call.TAG})
"""The calls whose effect on the cluster a rollback undoes: the baseline is kept before the first one."""


def make_call(c: CallContext) -> NextMove:
    """Make the call: what is waited for next, or the move that follows from a refusal.

    Raises:
        Superseded: Another invocation works on the cluster; no call was made.
        RunEnded: The run was stopped; no call was made.
    """
    prepared, touched_at = CALLS[c.call](c), c.first(c.situation.progress.touched_at)
    touched = {"touched_at": touched_at} if prepared.touches else {}
    before = c.record.commit(c.label, c.call, c.tools.executions, **prepared.facts, **touched)
    if c.call in CHANGES and c.situation.observed.baseline is None:
        c.tools.baselines.keep(c.step.name, _baseline(c))
    result = prepared.send()
    c.record.answer(c.call, result, before, prepared.facts)
    if result.outcome is CallOutcome.ACCEPTED:
        _record_begin(c)
        return replace(c.chosen, move=prepared.then)
    if is_refused_while_paused(c.situation, c.call, result):
        c.record.write(c.label, tag={"refused_paused": c.record.now})
        return NextMove(Control.AGAIN, c.call.value, result.text)
    return on_refused_call(replace(c.situation, progress=c.record.progress), c.call, result)


def _record_begin(c: CallContext) -> None:
    """Tell rotate-keys of a rotation at once, in case nothing of this run sees its end."""
    if c.call is Call.ROTATE:
        # the ledger first: whoever finds `begun_at` in the record does not tell it again
        namespace_arn = c.situation.planned_cluster.namespace_arn
        c.tools.rotations.record(c.step.name, RotationRecord(c.step.now, namespace_arn, 0, ended=False))
        c.record.write(c.label, rotation={"begun_at": c.record.now})
