"""Start: lock a cluster, describe it again, decide again, and make at most one call.

The record says what is about to be done before it is done, so that a retry, a lost answer or a redrive finds
out what happened instead of doing it twice.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from steward.adapters.clusters import ClusterPower, KeyRotation
from steward.adapters.deployed_policy import DeployedPolicy
from steward.adapters.ledger.last_rotations import LastRotations
from steward.adapters.ledger.operations import OperationHistory
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.cluster import Cluster
from steward.domain.decision import Action, Decision, refuse, skip
from steward.domain.errors import CallRefused, ClusterStayedBusy
from steward.domain.items import RotationItem
from steward.domain.messages import (
    AgainAnswer,
    EndOrAgain,
    ResumingAnswer,
    RotatingAnswer,
    StartAnswer,
    StartEvent,
    StartNext,
)
from steward.domain.operation import Operation, Outcome
from steward.domain.preconditions import RECREATED
from steward.domain.recovery import STOPPED
from steward.domain.retry_budget import (
    LONGEST_OUTAGE_PAUSE,
    OUTAGE_BUDGET,
    outage_pause,
    within_retry_budget,
)
from steward.domain.rotate_keys.decide import Overrides, RotationFacts, decide
from steward.domain.rotate_keys.earlier_rotations import newest_rotation
from steward.domain.rotate_keys.finish import is_rotation_open, is_to_be_paused_only
from steward.domain.rotate_keys.last_rotation import RotationRecord, last_rotation
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.rotate_keys.step import (
    LOST_ANSWER,
    UNKNOWN,
    NextRotationMove,
    RotationMove,
    next_rotation_move,
)
from steward.steps.cluster_step import (
    GONE,
    STAYED_BUSY,
    ClusterStep,
    OpeningTools,
    after_outage,
    commit_call,
    end_operation,
    final_attributes,
    open_step,
    retry_later,
    step_from_event,
    wait_out_outage,
    write_record,
)
from steward.steps.rotate_keys.find_resumed import find_resumed
from steward.steps.rotations import earlier_rotations

NO_ANSWER = "AWS was called for half a day: no answer came, and nothing was seen to begin"
RENAMED = "was renamed to {name} before its keys were rotated; a run that plans it under that name does it"
UNSEEN = (
    "; it was paused before this run, and a cluster that does not say which one it is may be this one,"
    " renamed: pause that again"
)
NOT_APPLIED = "RotateEncryptionKey had no answer, and no rotation began; it is called again later"


@dataclass(frozen=True)
class Tools(OpeningTools):
    rotation: KeyRotation
    power: ClusterPower
    rotations: LastRotations
    policy: DeployedPolicy
    history: OperationHistory


def start(event: StartEvent, tools: Tools) -> StartAnswer:
    """Make the next move; ``next`` is ``rotating``, ``resuming``, ``again``, ``finish`` or ``done``.

    Raises:
        CallRefused: IAM denies the call, or AWS refuses it with an unexpected code.
        ClusterStayedBusy: The cluster refused for longer than the retry budget, or AWS throttled or did not
            answer for longer than an outage is waited out.
    """
    step = step_from_event(event, event["item"], tools.clock)
    overrides = Overrides(**event["overrides"])
    return open_step(
        step,
        tools,
        lambda operation, cluster: _decide(operation, cluster, overrides, step, tools),
        lambda operation: _gone(operation, step, tools),
    )


def _gone(operation: Operation, step: ClusterStep[RotationItem], tools: Tools) -> EndOrAgain | ResumingAnswer:
    """What is no longer under its name; Finish pauses a cluster that was resumed and has a new name."""
    found, unseen = find_resumed(operation, tools.clusters)
    if found is None:
        why = skip(GONE.code, GONE.reason + (UNSEEN if unseen else ""))
        return end_operation(why, Outcome.GONE, step, tools)
    why = refuse("renamed", RENAMED.format(name=found.identifier))
    if not operation.outcome and not is_rotation_open(operation):
        write_record(step, tools.operations, **final_attributes(why, Outcome.REFUSED))
    return {"next": StartNext.FINISH, "since": step.begun, "reason": why.reason}


def _decide(
    operation: Operation,
    cluster: Cluster,
    overrides: Overrides,
    step: ClusterStep[RotationItem],
    tools: Tools,
) -> StartAnswer:
    if step.run.is_stopped and is_to_be_paused_only(operation):
        return {"next": StartNext.FINISH, "since": step.begun, "reason": operation.reason}
    last = last_rotation(cluster, _newest_rotation(cluster, step, tools), step.now)
    facts = RotationFacts(cluster, last, tools.policy.section(RotationSettings), overrides, step.now)
    move = next_rotation_move(facts, operation, step.since, step.attempt)
    if step.run.is_stopped and move.move in {RotationMove.RESUME, RotationMove.ROTATE}:
        move = NextRotationMove(RotationMove.STOP, STOPPED)
    return _act(move, facts, operation, step, tools)


def _newest_rotation(
    cluster: Cluster, step: ClusterStep[RotationItem], tools: Tools
) -> RotationRecord | None:
    """Also one that another run began and did not tell of; from now on every plan knows of it."""
    kept = tools.rotations.of([step.name]).get(step.name)
    earlier = earlier_rotations(step.name, tools.history)
    newest = newest_rotation(kept, earlier, step.run.arn, lambda rotation: rotation.is_about(cluster))
    if newest is not None and newest != kept:
        tools.rotations.record(step.name, newest)
    return newest


def _act(
    move: NextRotationMove,
    facts: RotationFacts,
    operation: Operation,
    step: ClusterStep[RotationItem],
    tools: Tools,
) -> StartAnswer:
    match move.move:
        case RotationMove.STOP:
            _settle_call(move.decision, operation, step, tools)
            return _end(move.decision, operation, step, tools)
        case RotationMove.AGAIN:
            answer = retry_later(move.decision, step, tools, move.wait_seconds)
            return after_outage(answer) if move.decision is LOST_ANSWER else answer
        case RotationMove.WATCH:
            return _watch(move.decision, operation, step, tools)
        case RotationMove.RESUME:
            return _resume(facts, operation, step, tools)
        case RotationMove.ROTATE:
            return _rotate(facts, operation, step, tools)


def _rotate(
    facts: RotationFacts, operation: Operation, step: ClusterStep[RotationItem], tools: Tools
) -> StartAnswer:
    since = operation.outage_since or operation.called_at or step.now
    if operation.called_at is not None and not within_retry_budget(since, step.now):
        return _forget_lost_call(since, step, tools)
    _commit(since, step, tools, step="calling", called_at=step.now)
    late = _end_if_late(facts, operation, step, tools, called_at=None)
    if late is not None:
        return late
    result = tools.rotation.rotate(step.name)
    if result.outcome is CallOutcome.ACCEPTED:
        return _record_begin(step.now, decide(facts), step, tools)
    if result.outcome is CallOutcome.LOST:
        return after_outage(retry_later(skip("lost_answer", result.text), step, tools))
    write_record(step, tools.operations, step="refused", called_at=None, answer=result.quote)
    return _after_refusal(result, since, operation, step, tools)


def _commit(since: datetime, step: ClusterStep[RotationItem], tools: Tools, /, **values: Any) -> None:
    """As `commit_call`, unless an outage since ``since`` is over its budget, and nothing else has noticed it.

    After an answer `wait_out_outage` notices it, and quotes that.
    """
    if step.now - since >= OUTAGE_BUDGET + timedelta(seconds=LONGEST_OUTAGE_PAUSE):
        raise ClusterStayedBusy(NO_ANSWER)
    commit_call(step, tools, outage_since=since, **values)


def _forget_lost_call(since: datetime, step: ClusterStep[RotationItem], tools: Tools) -> AgainAnswer:
    """It was not applied, as looking has shown; the pause may be longer than a rotation."""
    write_record(step, tools.operations, called_at=None)
    if step.now - since >= OUTAGE_BUDGET:
        raise ClusterStayedBusy(NO_ANSWER)
    seconds = outage_pause(since, step.now)
    return after_outage(retry_later(skip("lost_answer", NOT_APPLIED), step, tools, seconds))


def _resume(
    facts: RotationFacts, operation: Operation, step: ClusterStep[RotationItem], tools: Tools
) -> StartAnswer:
    """Resuming twice is harmless, so an answer that is lost is simply asked for again."""
    since = operation.outage_since or step.now
    _commit(since, step, tools, step="resuming", resumed=True)
    late = _end_if_late(facts, operation, step, tools, resumed=operation.resumed)
    if late is not None:
        return late
    result = tools.power.resume(step.name)
    if result.outcome is CallOutcome.ACCEPTED:
        write_record(step, tools.operations, outage_since=None)
        why = "was paused; resumed to rotate its keys"
        return {"next": StartNext.RESUMING, "since": step.begun, "reason": why}
    if result.outcome is not CallOutcome.LOST:
        # it is as paused as before, so nobody has to pause it again
        resumed = operation.resumed
        write_record(step, tools.operations, step="refused", resumed=resumed, answer=result.quote)
    return _after_refusal(result, since, operation, step, tools)


def _after_refusal(
    result: CallResult,
    since: datetime,
    operation: Operation,
    step: ClusterStep[RotationItem],
    tools: Tools,
) -> StartAnswer:
    """What to do about a call that was certainly not applied (or may be repeated).

    ``since`` is when the outage began, if this is one.
    """
    if result.outcome.is_outage:
        return wait_out_outage(result, since, step, tools)
    write_record(step, tools.operations, outage_since=None)
    if result.outcome is CallOutcome.NOT_FOUND:
        return _gone(operation, step, tools)
    if result.outcome in {CallOutcome.DENIED, CallOutcome.REFUSED}:
        # a failure, so that the other clusters are spared: the same call would be refused for them, too
        raise CallRefused(result.quote)
    if result.outcome.is_final:
        why = refuse("unsupported", f"Redshift refuses the call for good: {result.quote}")
        return _end(why, operation, step, tools)
    if not within_retry_budget(step.since, step.now):
        raise ClusterStayedBusy(f"{STAYED_BUSY}: {result.quote}")
    return retry_later(skip(result.outcome.value, result.text), step, tools)


def _watch(
    why: Decision, operation: Operation, step: ClusterStep[RotationItem], tools: Tools
) -> RotatingAnswer:
    """How long a rotation that somebody else began has been going on, nobody knows."""
    ours = operation.begun_at or operation.called_at
    answer = _record_begin(ours or step.now, why, step, tools)
    spent = (step.now - ours).total_seconds() if ours else answer["expected_seconds"]
    answer["expected_seconds"] = max(0, round(answer["expected_seconds"] - spent))
    return answer


def _record_begin(
    begun_at: datetime, why: Decision, step: ClusterStep[RotationItem], tools: Tools
) -> RotatingAnswer:
    """Record the begin before the end is known, so that a run after this one does not rotate again."""
    seconds = step.item["expected_seconds"]
    record = RotationRecord(begun_at, step.item["namespace_arn"], seconds, ended=False)
    tools.rotations.record(step.name, record)
    done = {"begun_at": begun_at, "code": why.code, "reason": why.reason, "outage_since": None}
    write_record(step, tools.operations, step="rotating", **done)
    return {
        "next": StartNext.ROTATING,
        "since": step.begun,
        "reason": why.reason,
        "expected_seconds": seconds,
    }


def _settle_call(why: Decision, operation: Operation, step: ClusterStep[RotationItem], tools: Tools) -> None:
    """Count a rotation that nobody can rule out, so that no later run repeats it; forget any other call."""
    if operation.called_at is None or why is RECREATED:
        return
    if why is UNKNOWN:
        record = RotationRecord(operation.called_at, step.item["namespace_arn"], 0, ended=False)
        tools.rotations.record(step.name, record)
    else:
        write_record(step, tools.operations, called_at=None)


def _end_if_late(
    facts: RotationFacts, operation: Operation, step: ClusterStep[RotationItem], tools: Tools, **undone: Any
) -> EndOrAgain | ResumingAnswer | None:
    """Decide once more by the clock, right before a call: reads and writes can outlast a change window.

    ``undone`` are the attributes that take back what the record says of the call.
    """
    why = decide(replace(facts, now=max(facts.now, tools.clock.now())))
    if why.action is Action.ACT:
        return None
    write_record(step, tools.operations, step="refused", **undone)
    return _end(why, operation, step, tools)


def _end(
    why: Decision, operation: Operation, step: ClusterStep[RotationItem], tools: Tools
) -> EndOrAgain | ResumingAnswer:
    """End without a rotation; a cluster that was resumed is first paused again by Finish."""
    outcome = Outcome.SKIPPED if why.action is Action.SKIP else Outcome.REFUSED
    if operation.resumed:
        write_record(step, tools.operations, **final_attributes(why, outcome))
        return {"next": StartNext.FINISH, "since": step.begun, "reason": why.reason}
    return end_operation(why, outcome, step, tools)
