"""Plan: describe the whole fleet once and decide about every cluster with a rule; nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from steward.adapters.clusters import Clusters
from steward.adapters.iam_roles import IamRoles
from steward.adapters.ledger.corrections import Corrections
from steward.adapters.reading import Unreadable, read_each, require
from steward.domain.cluster import Cluster
from steward.domain.decision import Action
from steward.domain.events import DRIFT_FOUND, DriftAction, drift_found
from steward.domain.messages import PlanAnswer, PlanEvent
from steward.domain.plan import Planned, candidates, one_wave
from steward.domain.selection import Selector
from steward.domain.sync_roles.arn import parse_role_arn
from steward.domain.sync_roles.change import role_change
from steward.domain.sync_roles.check import RoleFacts, conditions_of, problem_of
from steward.domain.sync_roles.contest import correction, counts, limit_exceeded_by, with_correction
from steward.domain.sync_roles.plan import ClusterRoleFacts, RoleVerdict, decide_roles, roles_entry
from steward.domain.sync_roles.settings import RoleSettings
from steward.steps.plan_context import (
    DELIVERED_TWICE,
    PlanContext,
    PlanTools,
    plan_context,
    publish,
    skip_if_delivered_twice,
)

EVERY_CLUSTER = Selector()
NOT_KNOWN = RoleFacts(known=False)


@dataclass(frozen=True)
class Tools(PlanTools):
    clusters: Clusters
    roles: IamRoles
    corrections: Corrections


def plan(event: PlanEvent, tools: Tools) -> PlanAnswer:
    """Write the plan and the items to S3; answer what the state machine needs to go on.

    Raises:
        BadInput: The execution's input cannot be obeyed.
    """
    context = plan_context(event, RoleSettings, tools.policy)
    fleet = require(tools.clusters.all)
    chosen = _select(fleet, context)
    facts = [_facts(cluster, context) for cluster in chosen]
    roles = _look_up(facts, tools)
    decided = [_decide(each, roles, context, tools) for each in facts]
    planned = skip_if_delivered_twice(context, decided, tools)
    _record_corrections(planned, facts, context, tools)
    settings = context.settings
    waves = one_wave(planned, settings.max_concurrent, settings.tolerated_failures_percent)
    answer = publish(context, planned, waves, len(fleet) - len(chosen), tools)
    if not context.run_input.dry_run:
        _publish_remaining_drift(planned, context, tools)
    return answer


def _select(fleet: Sequence[Cluster], context: PlanContext[RoleSettings]) -> list[Cluster]:
    named = candidates(fleet, context.run_input, EVERY_CLUSTER)
    if context.run_input.clusters is not None:
        return named
    return [cluster for cluster in named if context.settings.rules_for(cluster.identifier, cluster.tags)]


def _facts(cluster: Cluster, context: PlanContext[RoleSettings]) -> ClusterRoleFacts:
    """Without what IAM says."""
    change = role_change(context.run_input.drift)
    if change is not None and change.cluster != cluster.identifier:
        change = None
    if change is not None:
        cluster = replace(cluster, roles=change.apply_to(cluster.roles, context.now))
    return ClusterRoleFacts(cluster, context.settings, change=change)


def _look_up(facts: Sequence[ClusterRoleFacts], tools: Tools) -> Mapping[str, RoleFacts | Unreadable]:
    """What IAM says of each wanted role; it knows those of this account only."""
    wanted = ((arn, each.cluster.account) for each in facts for arn in each.goal.roles)
    own = (arn for arn, account in wanted if parse_role_arn(arn).account == account)
    return read_each(own, tools.roles.look)


def _decide(
    facts: ClusterRoleFacts,
    looked_up: Mapping[str, RoleFacts | Unreadable],
    context: PlanContext[RoleSettings],
    tools: Tools,
) -> Planned:
    account, wanted = facts.cluster.account, sorted(facts.goal.roles)
    found = {arn: looked_up.get(arn, NOT_KNOWN) for arn in wanted}
    roles = {arn: role for arn, role in found.items() if isinstance(role, RoleFacts)}
    unreadable = next((role.reason for role in found.values() if isinstance(role, Unreadable)), "")
    problems = {arn: problem_of(arn, account, role) for arn, role in roles.items()}
    facts = replace(facts, problems=problems, unreadable=unreadable)
    conditions = {arn: conditions_of(role) for arn, role in roles.items() if conditions_of(role)}
    return roles_entry(facts, _verdict(facts, context, tools), conditions)


def _verdict(facts: ClusterRoleFacts, context: PlanContext[RoleSettings], tools: Tools) -> RoleVerdict:
    """A run that nobody asked for counts, so that two owners who undo each other's changes are noticed."""
    verdict = decide_roles(facts)
    if not facts.drift or not counts(context.run_input) or verdict.decision.action is not Action.ACT:
        return verdict
    earlier = tools.corrections.of(facts.cluster.identifier)
    contested = limit_exceeded_by(earlier, correction(context.run.arn, context.now, facts.drift))
    return decide_roles(replace(facts, contested=contested))


def _record_corrections(
    planned: Sequence[Planned],
    facts: Sequence[ClusterRoleFacts],
    context: PlanContext[RoleSettings],
    tools: Tools,
) -> None:
    """So that the next run knows how often this one and those before it have corrected the same roles."""
    if not counts(context.run_input):
        return
    for each, about in zip(planned, facts, strict=True):
        if each.acting and about.drift:
            name, this = each.cluster.identifier, correction(context.run.arn, context.now, about.drift)
            tools.corrections.write(name, with_correction(tools.corrections.of(name), this))


def _publish_remaining_drift(
    planned: Sequence[Planned], context: PlanContext[RoleSettings], tools: Tools
) -> None:
    """Events for drift that this run leaves; drift that it will correct is published by the child."""
    for each in planned:
        if each.about.get("drift") and not each.acting and each.decision is not DELIVERED_TWICE:
            name, action = each.cluster.identifier, DriftAction.REPORTED
            event = drift_found(context.run, name, context.now, action, each.about)
            tools.events.put(DRIFT_FOUND, event)
