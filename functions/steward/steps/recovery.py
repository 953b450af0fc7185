"""Recovery: a run that was stopped has something to finish or to put back, and another run does it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from steward.adapters.documents import Documents
from steward.adapters.executions import Executions, RecoveryRuns
from steward.adapters.ledger.locks import Locks
from steward.adapters.ledger.operations import Operations
from steward.adapters.notices import Events
from steward.domain.authority import ExecutionFacts
from steward.domain.errors import BadInput, ReportIncomplete
from steward.domain.messages import PlanAnswer
from steward.domain.moments import format_moment, parse_moment
from steward.domain.operation import Operation
from steward.domain.plan import MAIN, Wave
from steward.domain.recovery import (
    MOST_TRIES,
    Recovery,
    is_half_done,
    is_recoverable_by_itself,
    is_recovery,
    recovery_lines,
    recovery_of,
)
from steward.domain.run import Run, run_of
from steward.steps.plan_context import PlanContext, publish_lines

MOST_NAMES = 20
"""Names that are tried for a recovery run before somebody has to look who takes them."""

AT_A_TIME = 100
"""Clusters that a recovery run works on side by side: it only watches, or undoes."""


@dataclass(frozen=True)
class PlanRecoveryTools:
    documents: Documents
    events: Events
    executions: Executions
    operations: Operations
    locks: Locks


@dataclass(frozen=True)
class StartRecoveryTools:
    operations: Operations
    locks: Locks
    executions: Executions
    recovery: RecoveryRuns
    documents: Documents


def plan_recovery(context: PlanContext[Any], tools: PlanRecoveryTools) -> PlanAnswer:
    """Publish the plan of a recovery run: the clusters that the stopped run has left half done.

    Raises:
        BadInput: The input names no run of this workflow that has ended.
    """
    stopped = _stopped_run(context, tools)
    plan = tools.documents.find(stopped.plan_key) or {"clusters": [], "started_at": stopped.started_at}
    stopped = Run(stopped.arn, stopped.name, plan["started_at"], stopped.workflow)
    found = operations_of(stopped, plan["clusters"], tools.operations)
    half_done = {name: each for name, each in found.items() if is_half_done(each, stopped.workflow)}
    for name in found.keys() - half_done.keys():
        # it has ended since the stop, in a function that was still at work or in a redrive
        tools.locks.release(name, context.run)
    lines = recovery_lines(plan["clusters"], half_done, stopped)
    items = [item for line in lines for item in _items(line, stopped, tools.documents)]
    waves = [Wave(MAIN, items, AT_A_TIME, 100)] if items else []
    return publish_lines(context, [{**line, "wave": MAIN} for line in lines], waves, 0, tools)


def _stopped_run(context: PlanContext[Any], tools: PlanRecoveryTools) -> Run:
    arn, own = context.run_input.stopped_run, context.run.arn
    if arn.rpartition(":")[0] != own.rpartition(":")[0]:
        raise BadInput(
            f"continue: must be the ARN of an execution of {own.split(':')[6]}, but it is {arn[:200]}"
        )
    found = tools.executions.find(arn)
    if found is None or found.is_running:
        state = "still runs; stop it first" if found else "does not exist"
        raise BadInput(f"continue: the run {arn} {state}")
    return Run(arn, arn.rpartition(":")[2], format_moment(found.started_at), context.run.workflow)


def _items(line: Mapping[str, Any], stopped: Run, documents: Documents) -> list[dict[str, Any]]:
    """The cluster's item of the stopped run, which is the same as it was."""
    wave = documents.find(stopped.wave_key(line["wave"])) or []
    found = [item for item in wave if item["cluster"] == line["cluster"]]
    return [{**item, "delay_seconds": 0, "continues": line["continues"]} for item in found]


def clusters_to_recover(run: Run, plan: Mapping[str, Any], operations: Operations) -> list[str]:
    """Those that the run has left half done; the plan's lines say which run each operation is of."""
    owners = _owners(run, plan)
    found = operations_of(run, plan["clusters"], operations)
    return [
        name
        for name, each in found.items()
        if is_half_done(each, run.workflow) and is_recoverable_by_itself(each, run, owners[name])
    ]


def _owners(run: Run, plan: Mapping[str, Any]) -> dict[str, Run]:
    """The run that each cluster's operation is of, by cluster."""
    return {line["cluster"]: run_of(line, run) for line in plan["clusters"]}


def operations_of(run: Run, lines: list[Mapping[str, Any]], operations: Operations) -> dict[str, Operation]:
    """The operations of the plan's clusters: the run's own, or in a recovery run those of the stopped run."""
    found: dict[str, Operation] = {}
    for owner in dict.fromkeys(run_of(line, run) for line in lines):
        names = [line["cluster"] for line in lines if run_of(line, run) == owner]
        found |= operations.of_run(owner, names)
    return found


def planned_recovery(run: Run, plan: Mapping[str, Any], now: str, operations: Operations) -> dict[str, str]:
    """The name of the recovery run that starts once ``run`` has ended, by each cluster it is for."""
    return dict.fromkeys(clusters_to_recover(run, plan, operations), recovery_of(run, now).name)


def handed_over_clusters(run: Run, run_input: Any, documents: Documents, executions: Executions) -> list[str]:
    """The clusters whose locks a recovery run was given before it had a plan.

    It may never get one: the stopped run was redriven, so that the recovery is refused.
    """
    arn = run_input.get("continue") if isinstance(run_input, dict) else None
    if not isinstance(arn, str) or arn.rpartition(":")[0] != run.arn.rpartition(":")[0]:
        return []
    found = executions.find(arn)
    if found is None:
        return []
    stopped = Run(arn, arn.rpartition(":")[2], format_moment(found.started_at), run.workflow)
    plan = documents.find(stopped.plan_key) or {"clusters": []}
    return [line["cluster"] for line in plan["clusters"]]


def start_recovery(run: Run, plan: Mapping[str, Any], now: str, tools: StartRecoveryTools) -> Recovery:
    """Start the run that recovers ``run``, if there is anything to recover; it can be called again.

    The records are written first, so that a function which is still at work on one loses its claim to it;
    then the locks are handed over, so that no other run gets in between. One that ended without a plan (it
    was stopped, or an outage ended it) has recovered nothing: another one is started, a few times.

    Raises:
        ReportIncomplete: Other executions have taken its names.
    """
    owners = _owners(run, plan)
    half_done, moment = clusters_to_recover(run, plan, tools.operations), parse_moment(now)
    if not half_done or tools.executions.is_running(run.arn):
        return Recovery()  # a run that was redriven meanwhile goes on by itself
    tried = _tried_recoveries(run, now, tools)
    failed, recovery = tuple(each.name for each in tried.failed), tried.recovery
    if recovery is None:
        found = operations_of(run, plan["clusters"], tools.operations)
        return Recovery(failed=failed, given_up={name: found[name] for name in half_done})
    if not tried.is_started:
        for name in half_done:
            tools.operations.update(owners[name], name, moment, stopped_at=moment)
            for holder in (run, *tried.failed):
                tools.locks.take(name, recovery, moment, instead_of=holder.arn)
        tools.recovery.start(recovery, run.arn)
    return Recovery(dict.fromkeys(half_done, recovery.name), failed, is_open=not tried.has_plan)


@dataclass(frozen=True)
class _Tried:
    """The runs that recover a run: those without a plan at their end, and the one that counts, if any."""

    failed: list[Run]
    recovery: Run | None = None
    is_started: bool = False
    has_plan: bool = False


def _tried_recoveries(run: Run, now: str, tools: StartRecoveryTools) -> _Tried:
    """What became of the runs that recover ``run``, which ended at ``now``; it starts none.

    Raises:
        ReportIncomplete: Their names belong to other executions.
    """
    failed: list[Run] = []
    for taken in range(MOST_NAMES):
        recovery = recovery_of(run, now, taken)
        found = tools.executions.find(recovery.arn)
        if found is None:
            return _Tried(failed, recovery)
        if is_recovery(found, run, parse_moment(now)):
            has_plan = _has_plan(recovery, found, tools.documents)
            if has_plan or found.is_running:
                return _Tried(failed, recovery, is_started=True, has_plan=has_plan)
            failed.append(recovery)
            if len(failed) == MOST_TRIES:
                return _Tried(failed)
    raise ReportIncomplete(
        f"the names of the recovery run of {run.name} belong to other executions, such as {recovery.arn}:"
        " find out in CloudTrail who started them"
    )


def _has_plan(recovery: Run, found: ExecutionFacts, documents: Documents) -> bool:
    """Whether it has published its plan: then its own end is recovered, whatever becomes of it."""
    began = replace(recovery, started_at=format_moment(found.started_at))
    return documents.find(began.plan_key) is not None
