"""The rules of a policy that select clusters, and which live clusters each selects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy import Policy, RotateKeys
from policy.deprovision import Deprovision
from policy.sections import Exclude, Select
from policy.sync_roles import SyncRoles
from steward.domain.cluster import Cluster
from steward.domain.deprovision.nomination import TAG
from steward.domain.deprovision.settings import protected_selector
from steward.domain.selection import ANY_VALUE, Selector

ABSENT = Selector()
"""An absent selector: as ``exclude`` it matches no cluster, as ``select`` every one."""


@dataclass(frozen=True)
class Rule:
    """One field of the policy that selects clusters.

    Attributes:
        field: Its path in the file, as policy errors write it.
        description: What the policy does to selected clusters; continues the field's name.
        protects: One matching tag or pattern is enough, as in ``exclude``.
    """

    field: str
    description: str
    select: Selector
    exclude: Selector = ABSENT
    protects: bool = False

    def mismatch(self, cluster: Cluster) -> str | None:
        """Why the rule does not select the cluster; None when it does."""
        name, tags = cluster.identifier, cluster.tags
        if self.protects:
            return None if self.select.why(name, tags) else "nothing protects it"
        excluded = self.exclude.why(name, tags)
        return self.select.mismatch(name, tags) or (f"excluded: {excluded}" if excluded else None)

    def protection(self, cluster: Cluster) -> str:
        """Why the cluster is protected; empty for other rules."""
        return (self.select.why(cluster.identifier, cluster.tags) or "") if self.protects else ""


@dataclass(frozen=True)
class Selection:
    """What a rule selects among live clusters, and why not the others."""

    rule: Rule
    selected: list[Cluster]
    not_selected: list[tuple[Cluster, str]]


def select(rule: Rule, clusters: Iterable[Cluster]) -> Selection:
    reasons = [(cluster, rule.mismatch(cluster)) for cluster in clusters]
    return Selection(
        rule,
        [c for c, reason in reasons if reason is None],
        [(c, reason) for c, reason in reasons if reason is not None],
    )


def rules_of(policy: Policy) -> list[Rule]:
    """Every selecting field of the policy, in the order of its sections."""
    rules = list(_rotate_keys(policy.rotate_keys))
    if policy.sync_roles is not None:
        rules += _sync_roles(policy.sync_roles)
    if policy.deprovision is not None:
        rules += _deprovision(policy.deprovision)
    return rules


def _selector(part: Select | Exclude | None) -> Selector:
    return part.selector() if part else ABSENT


def _rotate_keys(section: RotateKeys) -> Iterator[Rule]:
    exclude = _selector(section.exclude)
    yield Rule("rotate_keys.select", "rotates the keys of", _selector(section.select), exclude)
    if section.canary.select and section.canary.clusters:
        preferred = _selector(section.canary.select)
        yield Rule("rotate_keys.canary.select", "prefers as canaries", preferred, exclude)
    for index, blackout in enumerate(section.blackouts):
        description = f'suspends, in the blackout "{blackout.name}",'
        yield Rule(f"rotate_keys.blackouts[{index}]", description, _selector(blackout.select), exclude)


def _sync_roles(section: SyncRoles) -> Iterator[Rule]:
    exclude = _selector(section.exclude)
    for index, rule in enumerate(section.rules):
        description = f'"{rule.name}" grants roles to'
        yield Rule(f"sync_roles.rules[{index}]", description, _selector(rule.select), exclude)


def _deprovision(section: Deprovision) -> Iterator[Rule]:
    protected = protected_selector(section.protected.selector())
    yield Rule("deprovision.protected", "never changes", protected, protects=True)
    nominated = Selector({TAG: (ANY_VALUE,)})
    yield Rule("deprovision", f"nominates, by their tag {TAG},", nominated, protected)
