"""Finish: keep the evidence of a rotation that has ended, tag the cluster, leave it as it was found.

Level-triggered: every invocation reads the record and does what is still missing, so it can be retried. It
takes nobody's word for the rotation's end: it holds the lock and looks at the cluster itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from steward.adapters.clusters import ClusterPower, Clusters, ClusterTags
from steward.adapters.ledger.last_rotations import LastRotations
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.cluster import Cluster, cluster_arn
from steward.domain.durations import humanize
from steward.domain.errors import AwsUnavailable, ClusterBusy, Superseded
from steward.domain.items import RotationItem
from steward.domain.messages import FinishAnswer, FinishEvent, FinishNext, StatusWaitInfo, StepNext
from steward.domain.moments import format_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.recovery import LEFT_RUNNING, told_as_paused_again
from steward.domain.rotate_keys.finish import end_of_rotation, is_rotation_open, why_too_early
from steward.domain.rotate_keys.last_rotation import TAG, RotationRecord
from steward.domain.status import Phase
from steward.steps.cluster_step import (
    ClusterStep,
    LockingTools,
    claim_record,
    finish_step,
    step_without_retry,
    try_lock,
    write_record,
)
from steward.steps.rotate_keys.find_resumed import find_cluster


@dataclass(frozen=True)
class Tools(LockingTools):
    clusters: Clusters
    tags: ClusterTags
    power: ClusterPower
    rotations: LastRotations


def finish(event: FinishEvent, tools: Tools) -> FinishAnswer:
    """Do what is still missing; the answer's ``next`` is ``pausing`` or ``done``.

    Raises:
        ClusterBusy: The cluster takes no tag or no pause for now, is still being rotated, has the lock of
            another run, or another invocation is at work; the state machine tries again.
        AwsUnavailable: Redshift throttles or does not answer; the state machine waits for the outage's end.
    """
    step = step_without_retry(event, event["item"])
    try:
        return _finish(step, event["wait"], tools)
    except Superseded as error:
        raise ClusterBusy(str(error)) from error


def _finish(step: ClusterStep[RotationItem], watched: StatusWaitInfo, tools: Tools) -> FinishAnswer:
    operation = claim_record(step, tools.operations, tools.clock.now())
    if operation.finished:
        return {"next": StepNext.DONE}
    cluster = _check_turn(operation, step, tools)
    operation = write_record(step, tools.operations, step="finishing")
    if is_rotation_open(operation):
        operation = _record_rotation(operation, step, watched, tools)
    if operation.ended_at is not None and not operation.tagged:
        operation = _tag(operation, cluster, step, tools)
    resumed = cluster if operation.resumed else None
    if resumed is not None and _pause(operation, resumed, step, tools):
        return {"next": FinishNext.PAUSING}
    finish_step(step, tools, step="ended", finished=True, **_paused_again(operation, resumed))
    if resumed is not None and resumed.identifier != operation.cluster:
        tools.locks.release(resumed.identifier, step.run)
    return {"next": StepNext.DONE}


def _paused_again(operation: Operation, cluster: Cluster | None) -> dict[str, str]:
    """What the report says of a cluster that is paused again although it was left running, or renamed."""
    if cluster is None or cluster.phase is not Phase.PAUSED:
        return {}
    reason, name = operation.reason, cluster.identifier
    if operation.abandoned_by and LEFT_RUNNING in reason:
        reason = told_as_paused_again(reason)
    if name != operation.cluster:
        reason += f"; it was paused again under its new name, {name}"
    return {"reason": reason}


def _check_turn(operation: Operation, step: ClusterStep[RotationItem], tools: Tools) -> Cluster | None:
    """The cluster, if it is there under any name.

    Raises:
        ClusterBusy: The lock is not this run's, or there is nothing to complete yet.
    """
    holder = try_lock(step, tools)
    if holder is not None:
        raise ClusterBusy(f"it is locked by another run, {holder}")
    cluster = find_cluster(operation, tools.clusters)[0]
    reason = why_too_early(operation, cluster, tools.clock.now())
    if reason:
        raise ClusterBusy(f"Finish was called too early: {reason}")
    return cluster


def _record_rotation(
    operation: Operation, step: ClusterStep[RotationItem], watched: StatusWaitInfo, tools: Tools
) -> Operation:
    """The record first, the tag later: a tag that cannot be written does not undo a rotation."""
    began = operation.begun_at or step.now
    ended = end_of_rotation(step.now, began, tools.clock.now())
    seconds = round((ended - began).total_seconds())
    tools.rotations.record(operation.cluster, RotationRecord(ended, operation.namespace_arn, seconds))
    odd = watched["odd_status"]
    note = operation.noting(f'it was observed in the undocumented status "{odd}"' if odd else "")
    return write_record(
        step,
        tools.operations,
        note=note or None,
        ended_at=ended,
        outcome=Outcome.ROTATED.value,
        reason=f"rotated in {humanize(seconds)} ({operation.reason})",
        polls=watched["polls"],
        overshoot_seconds=watched["overshoot_seconds"],
    )


def _tag(
    operation: Operation, cluster: Cluster | None, step: ClusterStep[RotationItem], tools: Tools
) -> Operation:
    """Tag the operation's own cluster, under whatever name: another one's keys are not rotated by a tag."""
    if cluster is None:
        missed = (
            f"the tag {TAG} was not written: {operation.cluster} is no longer the cluster that was rotated"
        )
    else:
        missed = _write_tag(operation, cluster.identifier, step, tools)
    return write_record(step, tools.operations, tagged=True, note=operation.noting(missed) or None)


def _write_tag(operation: Operation, name: str, step: ClusterStep[RotationItem], tools: Tools) -> str:
    """What a person should know of it: it has another name, or the tag was refused for good."""
    arn = cluster_arn(step.run.arn, name)
    ended = format_moment(operation.ended_at or step.now)
    result = _call(lambda: tools.tags.write(arn, TAG, ended), step, tools)
    _must_be_an_answer(result, f"the tag {TAG} cannot be written yet")
    if result.outcome is not CallOutcome.ACCEPTED:
        return f"the tag {TAG} could not be written: {result.quote}"
    return "" if name == operation.cluster else f"the tag {TAG} was written under its new name, {name}"


def _call(send: Callable[[], CallResult], step: ClusterStep[RotationItem], tools: Tools) -> CallResult:
    """Only the latest invocation calls, and no other one acts before the answer is written down."""
    write_record(step, tools.operations, step="finishing", unanswered_since=tools.clock.now())
    result = send()
    write_record(step, tools.operations)
    return result


def _must_be_an_answer(result: CallResult, what: str) -> None:
    """Both calls may be repeated, so one without an answer is as good as one that was throttled."""
    if result.outcome.is_outage:
        raise AwsUnavailable(f"{what}: {result.quote}")
    if result.outcome is CallOutcome.BUSY:
        raise ClusterBusy(f"{what}: {result.quote}")


def _pause(operation: Operation, cluster: Cluster, step: ClusterStep[RotationItem], tools: Tools) -> bool:
    """Whether a cluster that was resumed for the rotation is being paused again and not paused yet.

    Raises:
        ClusterBusy: It has a new name, which the state machine's wait does not know; or it is too busy.
    """
    name = cluster.identifier
    renamed = name != operation.cluster
    if cluster.phase is Phase.PAUSED:
        return False
    if renamed and (holder := try_lock(step, tools, name)) is not None:
        raise ClusterBusy(f"{name}, its new name, is locked by another run, {holder}")
    if cluster.phase is not Phase.PAUSING and not _call_pause(operation, name, step, tools):
        return False
    if renamed:
        raise ClusterBusy(f"it is being paused under its new name, {name}")
    return True


def _call_pause(operation: Operation, name: str, step: ClusterStep[RotationItem], tools: Tools) -> bool:
    """Whether the call was accepted; what is refused for good is left to people."""
    result = _call(lambda: tools.power.pause(name), step, tools)
    _must_be_an_answer(result, "it cannot be paused again yet")
    if result.outcome is CallOutcome.ACCEPTED:
        return True
    told = "it" if name == operation.cluster else f"it is {name} now and"
    note = operation.noting(f"{told} could not be paused again: {result.quote}")
    write_record(step, tools.operations, note=note)
    return False
