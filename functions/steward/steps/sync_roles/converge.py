"""Converge: lock a cluster, describe its roles again, and make at most one call, until they match the policy.

Level-triggered: every entry starts from what is there now, whatever was called before and whoever else
changes roles meanwhile. The record says what is about to be called before it is, so that a call whose answer
was lost is cleared up by looking, and never simply made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from steward.adapters.cluster_roles import ClusterRoles
from steward.adapters.deployed_policy import DeployedPolicy
from steward.domain.call_outcome import CallOutcome, CallResult
from steward.domain.cluster import Cluster
from steward.domain.decision import Decision, refuse, skip
from steward.domain.errors import ClusterStayedBusy, DeadlineExceeded
from steward.domain.events import DRIFT_FOUND, DriftAction, drift_found
from steward.domain.items import RolesItem
from steward.domain.messages import (
    ConvergeAnswer,
    ConvergeEvent,
    ConvergeNext,
    DoneAnswer,
    EndOrAgain,
    SettlingAnswer,
    StepNext,
    WaitInfo,
)
from steward.domain.moments import parse_moment
from steward.domain.operation import Operation, Outcome
from steward.domain.retry_budget import SETTLE_REPEATABLE, within_retry_budget
from steward.domain.sync_roles.calls import (
    Calls,
    calls_of,
    last_progress,
    outage_since,
    with_answer,
    with_call,
)
from steward.domain.sync_roles.evidence import first_evidence, summarize
from steward.domain.sync_roles.plan import ClusterRoleFacts
from steward.domain.sync_roles.settings import RoleSettings
from steward.domain.sync_roles.step import ROLE_PROPAGATION, NextRoleMove, RoleMove, RoleState, next_role_move
from steward.steps.cluster_step import (
    GONE,
    STAYED_BUSY,
    ClusterStep,
    OpeningTools,
    check_running,
    end_operation,
    final_attributes,
    finish_step,
    open_step,
    retry_later,
    step_from_event,
    wait_out_outage,
    write_record,
)

SHORTEST_WAIT = 60
"""Seconds that a wait for roles may at least take, so that a look before the deadline is possible."""


@dataclass(frozen=True)
class Tools(OpeningTools):
    cluster_roles: ClusterRoles
    policy: DeployedPolicy


@dataclass(frozen=True)
class RoleObservation:
    """One cluster as observed in this invocation, and what its record says from now on.

    Attributes:
        kept: Attributes that every update of the record repeats: the evidence, and the number of polls.
        overshoot_seconds: The longest time that the last wait can have continued after the roles had settled.
    """

    step: ClusterStep[RolesItem]
    state: RoleState
    tools: Tools
    kept: Mapping[str, Any]
    overshoot_seconds: int

    def note(self, calls: Calls | None = None, **facts: Any) -> None:
        """Add ``facts`` to the record, with these calls instead of those that it knows."""
        kept = dict(self.kept)
        if calls is not None:
            kept["evidence"] = kept["evidence"] | {"calls": [call.evidence() for call in calls]}
        step = self.step
        write_record(step, self.tools.operations, **kept, **facts)


def converge(event: ConvergeEvent, tools: Tools) -> ConvergeAnswer:
    """Make the next move; ``next`` is ``settling`` (``awaited`` are the roles), ``again`` or ``done``.

    Raises:
        ClusterStayedBusy: The cluster refused for longer than the retry budget, or AWS throttled or did not
            answer for longer than an outage is waited out.
        DeadlineExceeded: The policy's deadline has come.
    """
    step = step_from_event(event, event["item"], tools.clock)
    return open_step(
        step, tools, lambda operation, cluster: _decide(operation, cluster, event["wait"], step, tools)
    )


def _decide(
    operation: Operation, cluster: Cluster, waited: WaitInfo, step: ClusterStep[RolesItem], tools: Tools
) -> ConvergeAnswer:
    look_from = parse_moment(step.item["look_from"]) if step.item["look_from"] else None
    state = RoleState(
        ClusterRoleFacts(cluster, tools.policy.section(RoleSettings)),
        operation,
        calls_of(operation.evidence),
        step.since,
        step.now,
        look_from,
    )
    move = next_role_move(state)
    if move.move is RoleMove.AGAIN:
        return retry_later(move.why, step, tools, move.wait_seconds)
    polls = operation.polls + waited["polls"]
    kept = {"evidence": _evidence(state, step, tools), "polls": polls}
    return _act(move, RoleObservation(step, state, tools, kept, waited["overshoot_seconds"]))


def _evidence(state: RoleState, step: ClusterStep[RolesItem], tools: Tools) -> dict[str, Any]:
    """The evidence with what the first observation found; drift found then is published, once."""
    evidence = dict(state.operation.evidence)
    if "found" in evidence or not state.operation.is_about(state.facts.cluster):
        return evidence
    evidence |= first_evidence(state.facts, step.item["changed"])
    if evidence["drift"]:
        event = drift_found(step.run, step.name, step.now, DriftAction.CORRECTED, evidence)
        tools.events.put(DRIFT_FOUND, event)
    return evidence


def _act(move: NextRoleMove, observation: RoleObservation) -> ConvergeAnswer:
    match move.move:
        case RoleMove.CALL:
            return _call(move, observation)
        case RoleMove.SETTLE:
            observation.note(step="settling", waiting_for=move.why.reason)
            return _wait_for_roles(move.why.reason, move.awaited, observation)
        case RoleMove.LATE:
            observation.note()
            raise DeadlineExceeded(move.why.reason)
    return _end(move.why, move.outcome or Outcome.REFUSED, observation)


def _call(move: NextRoleMove, observation: RoleObservation) -> ConvergeAnswer:
    step, reason = observation.step, move.why.reason
    calls = with_call(observation.state.calls, move.call, reason, step.now)
    check_running(step, observation.tools.executions)
    observation.note(calls, step="calling", called_at=step.now, unanswered_since=step.now)
    result = observation.tools.cluster_roles.modify(step.name, move.call)
    calls = with_answer(calls, result.outcome, result.text)
    if result.outcome is CallOutcome.ACCEPTED:
        begun_at = observation.state.operation.begun_at or step.now
        observation.note(calls, step="settling", begun_at=begun_at, code=move.why.code, reason=reason)
        return _wait_for_roles(reason, (*move.call.add, *move.call.remove), observation)
    observation.note(calls, step="refused")
    return _after_refusal(result, calls, observation)


def _after_refusal(result: CallResult, calls: Calls, observation: RoleObservation) -> EndOrAgain:
    """What to do about a call that was not applied, or may not have been."""
    step, tools, outcome = observation.step, observation.tools, result.outcome
    if outcome is CallOutcome.NOT_FOUND:
        return end_operation(GONE, Outcome.GONE, step, tools)
    if outcome in {CallOutcome.UNSUPPORTED, CallOutcome.DENIED, CallOutcome.REFUSED}:
        why = refuse("role_refused", f"Redshift refuses it: {result.quote}")
        return end_operation(why, Outcome.REFUSED, step, tools)
    if outcome is CallOutcome.INVALID and step.now - calls[-1].first_at >= ROLE_PROPAGATION:
        text = f"Redshift does not accept these roles, so their configuration must be wrong: {result.text}"
        return end_operation(refuse("role_not_taken", text), Outcome.REFUSED, step, tools)
    if outcome.is_outage:
        least = round(SETTLE_REPEATABLE.total_seconds()) if outcome is CallOutcome.LOST else 0
        return wait_out_outage(result, outage_since(calls), step, tools, least)
    if not within_retry_budget(last_progress(calls, step.since), step.now):
        raise ClusterStayedBusy(f"{STAYED_BUSY}: {result.quote}")
    return retry_later(skip(outcome.value, result.text), step, tools)


def _wait_for_roles(reason: str, awaited: Sequence[str], observation: RoleObservation) -> SettlingAnswer:
    """The wait ends at the policy's deadline, which counts from when the run came to the cluster."""
    ends = observation.step.since + observation.state.facts.settings.deadline
    seconds = max(SHORTEST_WAIT, round((ends - observation.step.now).total_seconds()))
    return {
        "next": ConvergeNext.SETTLING,
        "since": observation.step.begun,
        "reason": reason,
        "awaited": list(awaited),
        "deadline_seconds": seconds,
    }


def _end(why: Decision, outcome: Outcome, observation: RoleObservation) -> DoneAnswer:
    step, state = observation.step, observation.state
    summary = summarize(state, observation.kept["evidence"], why)
    facts: dict[str, Any] = {
        **observation.kept,
        **final_attributes(summary.why, outcome),
        "evidence": summary.evidence,
    }
    if state.operation.begun_at is not None:
        facts |= {"ended_at": step.now, "overshoot_seconds": observation.overshoot_seconds}
    finish_step(step, observation.tools, **facts)
    return {"next": StepNext.DONE, "since": step.begun, "reason": summary.why.reason}
