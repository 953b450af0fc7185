"""Whether one cluster's roles are to be changed now, and why or why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from steward.domain.cluster import Cluster
from steward.domain.decision import Decision, act, refuse, skip
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from steward.domain.owners import owner_of
from steward.domain.plan import Planned
from steward.domain.preconditions import (
    refuse_if_broken,
    refuse_unreadable,
    skip_if_deleting,
    skip_if_excluded,
    skip_if_resizing,
    skip_if_restore_copy,
)
from steward.domain.status import Phase
from steward.domain.sync_roles.arn import role_quota
from steward.domain.sync_roles.change import LAG, RoleChange
from steward.domain.sync_roles.check import unusable
from steward.domain.sync_roles.contest import Limit
from steward.domain.sync_roles.drift import Drift, drift_of
from steward.domain.sync_roles.next_call import is_reached, refusal
from steward.domain.sync_roles.settings import Goal, Mode, RoleRule, RoleSettings, conflicting, goal_of

PAUSED_PHASES = frozenset({Phase.PAUSED, Phase.PAUSING})


@dataclass(frozen=True)
class ClusterRoleFacts:
    """The facts that the decision about one cluster rests on.

    Attributes:
        problems: Why wanted roles cannot be used, by ARN.
        unreadable: Why IAM could not be asked about a wanted role, empty when it could.
        change: What somebody else did, when CloudTrail's event started the run; ``cluster`` shows it already
            (`RoleChange.shown_by`).
        contested: The limit of corrections that one more would exceed; None while there is none.
    """

    cluster: Cluster
    settings: RoleSettings
    problems: Mapping[str, str] = field(default_factory=dict)
    unreadable: str = ""
    change: RoleChange | None = None
    contested: Limit | None = None

    @cached_property
    def rules(self) -> tuple[RoleRule, ...]:
        return self.settings.rules_for(self.cluster.identifier, self.cluster.tags)

    @cached_property
    def goal(self) -> Goal:
        return goal_of(self.rules, self.settings, role_quota(self.cluster.region))

    @cached_property
    def drift(self) -> Drift:
        return drift_of(self.cluster.roles, self.goal)

    @property
    def differences(self) -> str:
        """What differs, who did it when that is known, and whose code may do it again."""
        owner = owner_of(self.cluster.tags, self.settings.stack_tags) if self.drift else ""
        declared = f"it belongs to {owner}, which may declare other roles" if owner else ""
        by = self.change.described if self.change else ""
        return "; ".join(filter(None, [self.drift.described, by, declared]))


@dataclass(frozen=True)
class RoleVerdict:
    """A decision, and the outcome where the decision's action does not say it."""

    decision: Decision
    outcome: Outcome | None = None


def decide_roles(facts: ClusterRoleFacts) -> RoleVerdict:
    """The first rule that has something to say decides; none does when the roles are to be changed."""
    for rule in RULES:
        verdict = rule(facts)
        if verdict is not None:
            return verdict if isinstance(verdict, RoleVerdict) else RoleVerdict(verdict)
    return RoleVerdict(act("drifted" if facts.drift else "settling", facts.differences or SETTLING))


def roles_entry(
    facts: ClusterRoleFacts, verdict: RoleVerdict, conditions: Mapping[str, tuple[str, ...]]
) -> Planned:
    """A cluster of the plan, with what differs and by whose doing."""
    change, ours = facts.change, verdict.decision.code not in NOT_OURS
    wanted = facts.goal.roles
    about = {
        "rules": [rule.name for rule in facts.rules],
        "drift": facts.drift.evidence() if ours and facts.drift else {},
        "changed": change.evidence() if change else {},
        "trusted_under_conditions": {
            arn: list(conditions[arn]) for arn in sorted(wanted & conditions.keys())
        },
    }
    look_from = format_moment(change.at + LAG) if change else ""
    item = {"look_from": look_from, "changed": about["changed"]}
    given = {name: value for name, value in about.items() if value}
    return Planned(facts.cluster, verdict.decision, given, item, verdict.outcome)


NOT_OURS = frozenset({"deleting", "excluded", "no_rule", "conflicting_defaults"})
"""Codes of decisions after which there is nothing to say about how the roles should be."""

SETTLING = "its roles will match the policy once pending changes have settled"
IN_SYNC = skip("in_sync", "its roles match the policy")


def _skip_if_deleting(q: ClusterRoleFacts) -> Decision | None:
    return skip_if_deleting(q.cluster)


def _skip_if_restore_copy(q: ClusterRoleFacts) -> Decision | None:
    return skip_if_restore_copy(q.cluster)


def _skip_if_excluded(q: ClusterRoleFacts) -> Decision | None:
    return skip_if_excluded(q.cluster, q.settings.exclude)


def _skip_without_rule(q: ClusterRoleFacts) -> Decision | None:
    if q.rules:
        return None
    return skip("no_rule", "no rule of sync_roles matches it, so its roles are not managed")


def _refuse_conflicting_rules(q: ClusterRoleFacts) -> Decision | None:
    found = conflicting(q.rules)
    if found is None:
        return None
    one, other = found
    return refuse(
        "conflicting_defaults",
        f'the rules "{one.name}" and "{other.name}" both match it and declare different default roles:'
        f" {one.default} and {other.default}; set `default: keep` in one of them",
    )


def _skip_if_paused(q: ClusterRoleFacts) -> Decision | None:
    """Its drift is reported, but it is never resumed for its roles."""
    if q.cluster.phase not in PAUSED_PHASES:
        return None
    roles = f"its roles differ: {q.differences}" if q.drift else IN_SYNC.reason
    return skip("paused", f"is {q.cluster.phase}, and is not resumed to change its roles; {roles}")


def _refuse_unusable_roles(q: ClusterRoleFacts) -> Decision | None:
    why = unusable(q.goal.roles, q.problems)
    return refuse("role_unusable", why) if why else None


def _refuse_unreachable_goal(q: ClusterRoleFacts) -> Decision | None:
    return refusal(q.cluster.roles, q.goal)


def _skip_if_in_sync(q: ClusterRoleFacts) -> RoleVerdict | None:
    arrived = q.settings.mode is Mode.REPORT or is_reached(q.cluster.roles, q.goal)
    return RoleVerdict(IN_SYNC, Outcome.IN_SYNC) if arrived and not q.drift else None


def _report_drift(q: ClusterRoleFacts) -> RoleVerdict | None:
    if q.settings.mode is not Mode.REPORT:
        return None
    why = skip("drifted", f"the policy says mode: report; {q.differences}")
    return RoleVerdict(why, Outcome.DRIFTED)


def _refuse_if_unreadable(q: ClusterRoleFacts) -> Decision | None:
    return refuse_unreadable(q.unreadable) if q.unreadable else None


def _leave_contested_roles(q: ClusterRoleFacts) -> RoleVerdict | None:
    if q.contested is None:
        return None
    why = skip(
        "contested",
        f"its roles were corrected {q.contested.described} and changed back each time; "
        f"unchanged until those corrections are older, because two owners disagree; {q.differences}",
    )
    return RoleVerdict(why, Outcome.DRIFTED)


def _refuse_if_broken(q: ClusterRoleFacts) -> Decision | None:
    return refuse_if_broken(q.cluster)


def _skip_if_resizing(q: ClusterRoleFacts) -> Decision | None:
    return skip_if_resizing(q.cluster)


RULES: tuple[Callable[[ClusterRoleFacts], Decision | RoleVerdict | None], ...] = (
    _skip_if_deleting,
    _skip_if_restore_copy,
    _skip_if_excluded,
    _skip_without_rule,
    _refuse_conflicting_rules,
    _skip_if_paused,
    _refuse_unusable_roles,
    _refuse_unreachable_goal,
    _skip_if_in_sync,
    _report_drift,
    _refuse_if_unreadable,
    _leave_contested_roles,
    _refuse_if_broken,
    _skip_if_resizing,
)
"""In order: what is not ours, not wanted, cannot be, need not be, is not possible now."""
