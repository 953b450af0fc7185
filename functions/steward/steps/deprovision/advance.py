"""Advance: observe one cluster, make the next move toward its deletion or back, answer what to wait for.

Level-triggered: each call starts from the record and a fresh observation, so it may be repeated at any time.
"""

from dataclasses import dataclass, replace
from typing import Any

from steward.adapters.inspection import Alarms, Leftovers
from steward.adapters.ledger.operations import CachedHistory, OperationHistory
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.earlier import asking_runs, skip_under_way
from steward.domain.deprovision.findings import LeftBehind
from steward.domain.deprovision.moves import Call, Control, Delegate, Fact, NextMove, RequestTask, Wait
from steward.domain.deprovision.next_move import LABELS, next_move
from steward.domain.deprovision.on_refused_call import on_error, stop_for_errors
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.rollback import end_of, is_over, is_untouched, out_of_sight, put_back
from steward.domain.deprovision.situation import Situation
from steward.domain.deprovision.snapshot import evidence_of
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.quarantine import quarantine_start, was_paused
from steward.domain.deprovision.while_locked import while_locked
from steward.domain.items import DeprovisionItem
from steward.domain.messages import (
    AdvanceAnswer,
    AdvanceEvent,
    AdvanceNext,
    AgainAnswer,
    DoneAnswer,
    ErrorInfo,
    FailedAnswer,
    QuestionAnswer,
    StepNext,
)
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.recovery import ROLL_BACK
from steward.domain.retry_budget import pause_seconds
from steward.steps.cluster_step import (
    ClusterStep,
    LockingTools,
    answer_step,
    answer_while_locked,
    end_operation,
    finish_step,
    step_from_event,
    try_lock,
    write_record,
)
from steward.steps.deprovision.calls import CallContext, CallTools, make_call
from steward.steps.deprovision.earlier_operations import (
    earlier_operations,
    with_earlier_guards,
    with_earlier_rotations,
)
from steward.steps.deprovision.observe import ObservationTools, observe, situation_without_look
from steward.steps.deprovision.observed_step import ObservedStep
from steward.steps.deprovision.record import OperationRecord
from steward.steps.deprovision.record_facts import record_fact, record_rotation, retract_request

LOOK_AGAIN = frozenset({Fact.DELETION_NOT_APPLIED, Fact.GUARD_REUSED})
"""After these the observation is outdated: blockers are not read while a call is open, and now they count;
the guard snapshot is now another one."""

DEFAULT_GROUP = "default"
"""Subnet and parameter groups whose names start so are not the cluster's own."""


@dataclass(frozen=True)
class Tools(LockingTools, ObservationTools, CallTools):
    history: OperationHistory
    leftovers: Leftovers
    alarms: Alarms


def advance(event: AdvanceEvent, tools: Tools) -> AdvanceAnswer:
    """Make the next move."""
    step = step_from_event(event, event["item"], tools.clock)
    tools = replace(tools, history=CachedHistory(tools.history))
    return answer_step(step, lambda: _advance(step, event, tools))


def _advance(step: ClusterStep[DeprovisionItem], event: AdvanceEvent, tools: Tools) -> AdvanceAnswer:
    record = OperationRecord.open(step, tools.operations)
    holder = try_lock(step, tools)
    if holder is not None and not record.progress.has_asked:
        return answer_while_locked(holder, step, tools)
    other = _asking_run(step, record.progress, tools)
    if other:
        return end_operation(skip_under_way(other), Outcome.SKIPPED, step, tools)
    record.reopen()
    if step.run.is_stopped and record.progress.stopping is None and not Delete.of(record.progress).is_open:
        record.write(LABELS[Fact.STOPPED], stopping=ROLL_BACK.as_json())
    stopping = stop_for_errors(record.progress, event["error"])
    if stopping is not None:
        record.write(LABELS[Fact.STOPPED], stopping=stopping.as_json())
        if is_untouched(record.progress):
            return _end(
                end_of(stopping),
                ObservedStep(situation_without_look(step, record.progress, tools), step, record, tools),
            )
    thorough = needs_full_inspection(record.progress)
    situation = observe(step, record.progress, tools, thorough=thorough)
    situation = with_earlier_guards(situation, tools.snapshots, tools.history)
    situation = with_earlier_rotations(situation, step.run.arn, tools.history)
    if thorough and situation.observed.inspection is not None:
        record.evidence["inspected"] = {"at": record.now, **situation.observed.inspection.as_json()}
    holder = holder or _lock_new_name(situation, step, tools)
    return _next(event["error"], ObservedStep(situation, step, record, tools, holder or ""))


def _lock_new_name(situation: Situation, step: ClusterStep[DeprovisionItem], tools: Tools) -> str | None:
    """Of a cluster that was renamed and has something to be put back: another run may be at work on it."""
    if not situation.new_name or was_paused(situation) is None:
        return None
    return try_lock(step, tools, situation.new_name)


def _asking_run(step: ClusterStep[DeprovisionItem], progress: Progress, tools: Tools) -> str:
    """Another run that waits for people about this cluster, and so may have no lock; empty for none.

    It matters before this run asks or changes anything: from then on others leave the cluster to it.
    """
    if progress.has_asked or progress.has_begun or step.run.is_stopped:
        return ""
    runs = asking_runs(earlier_operations(step.name, tools.history), step.run.arn)
    return next(filter(tools.executions.is_running, runs), "")


def needs_full_inspection(progress: Progress) -> bool:
    """Whether dependents and usage are read: before anything is done, and in quarantine.

    The minutes in between change nothing, and `delete` reads them again right before the call.
    """
    return not Guard.of(progress).is_decided or quarantine_start(progress) is not None


def _next(error: ErrorInfo, c: ObservedStep[Tools]) -> AdvanceAnswer:
    """Record facts until there is something to do or to wait for; ``error`` concerns the first move only."""
    while True:
        chosen = next_move(c.situation)
        if error:
            chosen, error = on_error(c.situation, chosen, error), {}
        if c.holder:
            chosen = while_locked(c.situation, chosen, c.holder)
        if not isinstance(chosen.move, Fact):
            return _act(chosen, c)
        record_fact(c.situation, chosen, c.record)
        record_rotation(c.situation, chosen, c.step, c.tools.rotations)
        retract_request(chosen, c.step, c.tools.requests)
        if chosen.move in LOOK_AGAIN:
            return _again(chosen.reason, 0, c)
        c = replace(c, situation=replace(c.situation, progress=c.record.progress))


def _act(chosen: NextMove, c: ObservedStep[Tools]) -> AdvanceAnswer:
    if not isinstance(chosen.move, Call):
        return _answer(chosen, c)
    followed = make_call(CallContext(chosen, c.situation, c.step, c.record, c.tools))
    c = replace(c, situation=replace(c.situation, progress=c.record.progress))
    if not isinstance(followed.move, Fact):
        return _answer(followed, c)
    record_fact(c.situation, followed, c.record)
    return _again(followed.reason, 0, c)


def _answer(chosen: NextMove, c: ObservedStep[Tools]) -> AdvanceAnswer:
    if chosen.move is Control.END:
        return _end(chosen, c)
    _record_move(chosen, c)
    if isinstance(chosen.move, RequestTask):
        return _question(chosen.move, chosen, c)
    if isinstance(chosen.move, Wait | Delegate):
        return {
            "next": chosen.move,
            "since": c.step.begun,
            "reason": chosen.reason,
            "copy": copy_name(c.step.name, c.step.run.arn),
            "snapshot": c.situation.guard_name,
            "final": c.situation.final_name,
        }
    return _again(chosen.reason, chosen.seconds or pause_seconds(c.step.name, c.step.attempt), c)


def _again(reason: str, seconds: int, c: ObservedStep[Tools]) -> AgainAnswer:
    return {"next": StepNext.AGAIN, "since": c.step.begun, "reason": reason, "wait_seconds": seconds}


def _record_move(chosen: NextMove, c: ObservedStep[Tools]) -> None:
    """The functions that delete do not end what is waited for: between two of their calls it goes on."""
    label = LABELS[chosen.move]
    if chosen.move is Delegate.DELETE:
        c.record.write(label, left_behind=_leftovers(c.situation, c.tools))
    elif chosen.move is Delegate.REMOVE_COPY:
        c.record.write(label)
    elif chosen.move is RequestTask.ASK:
        c.record.write(label, waiting=_waiting(chosen, c.situation), question={"asked_at": c.record.now})
        if not c.record.progress.has_begun:
            c.tools.locks.release(c.step.name, c.step.run, c.step.now)
    else:
        c.record.write(label, waiting=_waiting(chosen, c.situation))


def _waiting(chosen: NextMove, situation: Situation) -> dict[str, Any]:
    """Since when the same code has been waited for; any other move resets it."""
    if chosen.move is not Control.AGAIN:
        return {"code": "", "since": "", "looks": 0}
    before = situation.progress.waiting
    goes_on = before.code == chosen.code and before.since is not None
    since = before.since if goes_on and before.since else situation.now
    looks = before.looks + 1 if goes_on else 1
    return {"code": chosen.code, "since": format_moment(since), "looks": looks, "reason": chosen.reason}


def _question(question: RequestTask, chosen: NextMove, c: ObservedStep[Tools]) -> QuestionAnswer:
    inspection = c.situation.observed.inspection
    waived = inspection.waived if inspection else ()
    return {
        "next": question,
        "since": c.step.begun,
        "reason": chosen.reason,
        "timeout_seconds": max(1, chosen.seconds),
        "blockers_waived": [blocker.as_json() for blocker in waived],
    }


def _leftovers(situation: Situation, tools: Tools) -> list[str]:
    details = situation.details
    if details is None:
        return []
    own = tuple(group for group in details.parameter_groups if not group.startswith(DEFAULT_GROUP))
    subnets = details.subnet_group
    left = LeftBehind(
        scheduled_actions=tools.leftovers.scheduled_actions(details.name),
        alarms=tools.alarms.about(details.name),
        reserved_nodes=tools.leftovers.reserved_nodes(details.node_type),
        subnet_group="" if subnets.startswith(DEFAULT_GROUP) else subnets,
        parameter_groups=own,
        managed_password=details.managed_password,
        node_type=details.node_type,
    )
    return left.sentences()


def _end(chosen: NextMove, c: ObservedStep[Tools]) -> DoneAnswer | FailedAnswer:
    """Record the outcome, close the request, release the lock."""
    outcome = chosen.outcome or Outcome.FAILED
    _record_proof(outcome, c)
    undone = put_back(c.record.progress) + out_of_sight(c.situation)
    facts = c.record.last_entry(replace(chosen, outcome=outcome, reason=chosen.reason + undone))
    _forget_baseline(chosen, c)
    c.tools.requests.close(c.step.run, c.step.name, c.step.now, outcome.value)
    finish_step(c.step, c.tools, **facts)
    if c.situation.new_name:
        c.tools.locks.release(c.situation.new_name, c.step.run)
    if not outcome.is_failure:
        return {"next": StepNext.DONE, "since": c.step.begun, "reason": chosen.reason}
    return {
        "next": AdvanceNext.FAILED,
        "since": c.step.begun,
        "reason": chosen.reason,
        "error": chosen.code,
        "cause": f"{c.step.name} {chosen.reason}{undone}",
    }


def _forget_baseline(chosen: NextMove, c: ObservedStep[Tools]) -> None:
    """The write before shows that no other invocation, and so no other run, is at work on the cluster."""
    baseline, new_name = c.situation.observed.baseline, c.situation.new_name
    if baseline is not None and is_over(c.situation, baseline, chosen):
        write_record(c.step, c.tools.operations)
        c.tools.baselines.forget(c.step.name, baseline)
    elif baseline is not None and new_name:
        c.tools.baselines.keep(new_name, baseline)  # a later run looks for it under that name


def _record_proof(outcome: Outcome, c: ObservedStep[Tools]) -> None:
    """The final snapshot as it is now, and who approved which plan."""
    final, consent = c.situation.observed.final, c.situation.observed.consent
    if final is not None and Delete.of(c.situation.progress).called_at is not None:
        verified = {"verified_at": c.record.now} if outcome is Outcome.DELETED else {}
        c.record.evidence["final"] = evidence_of(final) | verified
    if consent is not None:
        approval = {"status": consent.status, "by": consent.by, "plan_hash": consent.plan_hash}
        c.record.evidence["approval"] = approval
