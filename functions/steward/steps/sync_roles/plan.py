"""Plan: look at the whole fleet once and decide about every cluster that a rule matches, changing nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from steward.adapters.clusters import Clusters
from steward.adapters.documents import Documents
from steward.adapters.iam_roles import IamRoles
from steward.adapters.ledger.drift_runs import DriftRuns
from steward.adapters.ledger.schedule_moments import ScheduleMoments
from steward.adapters.notices import Events
from steward.domain.decision import Action
from steward.domain.deployed_settings import parse_settings
from steward.domain.events import DRIFT_FOUND, DriftAction, drift_found
from steward.domain.plan import candidates, one_wave
from steward.domain.selection import Selector
from steward.domain.sync_roles.arn import parse_role_arn
from steward.domain.sync_roles.change import RoleChange, is_contested, role_change
from steward.domain.sync_roles.check import RoleFacts, conditions_of, problem_of
from steward.domain.sync_roles.plan import ClusterRoleFacts, RoleVerdict, decide_roles, planned_roles
from steward.domain.sync_roles.settings import RoleSettings
from steward.steps.plan_context import PlanContext, delivered_twice, is_ours, plan_context, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from steward.domain.cluster import Cluster
    from steward.domain.plan import Planned

EVERY_CLUSTER = Selector()


@dataclass(frozen=True)
class Tools:
    """What this step may touch."""

    clusters: Clusters
    roles: IamRoles
    drift_runs: DriftRuns
    schedule: ScheduleMoments
    documents: Documents
    events: Events


def plan(event: Mapping[str, Any], tools: Tools) -> dict[str, Any]:
    """Write the plan and the items to S3; answer what the state machine needs to go on.

    Raises:
        BadInput: The execution's input can not be obeyed.
    """
    context, settings = plan_context(event), parse_settings(RoleSettings, event["settings"])
    change = role_change(context.run_input.drift)
    fleet = tools.clusters.all()
    chosen = _chosen(fleet, context, settings)
    look = cache(tools.roles.look)
    planned = [_planned(cluster, settings, change, context, look, tools) for cluster in chosen]
    ours = is_ours(context, tools)
    if not ours:
        planned = delivered_twice(planned)
    waves = one_wave(planned, settings.max_concurrent, settings.tolerated_failures_percent)
    answer = publish(context, planned, waves, len(fleet) - len(chosen), tools)
    if ours and not context.run_input.dry_run:
        _tell_of_what_stays(planned, context, tools)
    return answer


def _chosen(fleet: Sequence[Cluster], context: PlanContext, settings: RoleSettings) -> list[Cluster]:
    named = candidates(fleet, context.run_input, EVERY_CLUSTER)
    if context.run_input.clusters is not None:
        return named
    return [cluster for cluster in named if settings.rules_for(cluster.identifier, cluster.tags)]


def _planned(
    cluster: Cluster,
    settings: RoleSettings,
    change: RoleChange | None,
    context: PlanContext,
    look: Callable[[str], RoleFacts],
    tools: Tools,
) -> Planned:
    own = change if change is not None and change.cluster == cluster.identifier else None
    if own is not None:
        cluster = replace(cluster, roles=own.shown_by(cluster.roles, context.now))
    question = ClusterRoleFacts(cluster, settings, change=own)
    facts = {arn: _facts(arn, cluster.account, look) for arn in question.goal.roles}
    problems = {arn: problem_of(arn, cluster.account, fact) for arn, fact in facts.items()}
    question = replace(question, problems=problems)
    verdict = _decided(question, context, tools)
    conditions = {arn: conditions_of(fact) for arn, fact in facts.items() if conditions_of(fact)}
    return planned_roles(question, verdict, conditions)


def _facts(arn: str, account: str, look: Callable[[str], RoleFacts]) -> RoleFacts:
    """What IAM says, which knows the roles of this account only."""
    return look(arn) if parse_role_arn(arn).account == account else RoleFacts(known=False)


def _decided(question: ClusterRoleFacts, context: PlanContext, tools: Tools) -> RoleVerdict:
    """A run that an event started counts, so that two owners who undo each other's changes are noticed."""
    verdict = decide_roles(question)
    if question.change is None or context.run_input.dry_run or verdict.decision.action is not Action.ACT:
        return verdict
    moments = tools.drift_runs.record(question.cluster.identifier, context.run, context.now)
    return decide_roles(replace(question, contested=is_contested(moments, context.now)))


def _tell_of_what_stays(planned: Sequence[Planned], context: PlanContext, tools: Tools) -> None:
    """Drift that the run will correct is published by the child executions."""
    for each in planned:
        if each.about.get("drift") and not each.acting:
            name, action = each.cluster.identifier, DriftAction.REPORTED
            tools.events.put(DRIFT_FOUND, drift_found(context.run, name, context.now, action, each.about))
