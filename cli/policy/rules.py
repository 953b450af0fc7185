"""What each rule of a policy is about: which live clusters it takes, which it leaves out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steward.domain.deprovision.nomination import TAG
from steward.domain.deprovision.settings import protected_selector
from steward.domain.selection import ANY_VALUE, Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from policy import Policy, RotateKeys
    from policy.deprovision import Deprovision
    from policy.sections import Exclude, Select
    from policy.sync_roles import SyncRoles
    from steward.domain.cluster import Cluster

NOBODY = Selector()
"""Read as ``exclude`` it excludes no cluster, read as ``select`` it takes every one."""


@dataclass(frozen=True)
class Rule:
    """One place of the policy that names clusters.

    Attributes:
        field: Where it stands, as the policy's own errors write it.
        says: What it does to the clusters that it takes.
        protects: ``select`` is read as ``exclude`` is: a single matching tag or pattern is enough.
    """

    field: str
    says: str
    select: Selector
    exclude: Selector = NOBODY
    protects: bool = False

    def left_out(self, cluster: Cluster) -> str | None:
        """Why the rule is not about a cluster; None when it is."""
        name, tags = cluster.identifier, cluster.tags
        if self.protects:
            return None if self.select.why(name, tags) else "nothing protects it"
        excluded = self.exclude.why(name, tags)
        return self.select.mismatch(name, tags) or (f"excluded: {excluded}" if excluded else None)

    def taken(self, cluster: Cluster) -> str:
        """Why a protected cluster is one; empty for every other rule."""
        return (self.select.why(cluster.identifier, cluster.tags) or "") if self.protects else ""


@dataclass(frozen=True)
class Selection:
    """What a rule means for the clusters there are, with the reason for each that it leaves out."""

    rule: Rule
    taken: list[Cluster]
    left_out: list[tuple[Cluster, str]]


def select(rule: Rule, clusters: Iterable[Cluster]) -> Selection:
    """Hold a rule against live clusters."""
    whys = [(cluster, rule.left_out(cluster)) for cluster in clusters]
    return Selection(
        rule, [c for c, why in whys if why is None], [(c, why) for c, why in whys if why is not None]
    )


def rules_of(policy: Policy) -> list[Rule]:
    """Every rule of the policy, in the order of its sections."""
    rules = list(_rotation(policy.rotate_keys))
    if policy.sync_roles is not None:
        rules += _roles(policy.sync_roles)
    if policy.deprovision is not None:
        rules += _deprovision(policy.deprovision)
    return rules


def _selector(part: Select | Exclude | None) -> Selector:
    return part.selector() if part else NOBODY


def _rotation(section: RotateKeys) -> Iterator[Rule]:
    exclude = _selector(section.exclude)
    yield Rule("rotate_keys.select", "rotates the keys of", _selector(section.select), exclude)
    if section.canary.select and section.canary.clusters:
        preferred = _selector(section.canary.select)
        yield Rule("rotate_keys.canary.select", "prefers as canaries", preferred, exclude)
    for index, blackout in enumerate(section.blackouts):
        says = f'leaves alone in the blackout "{blackout.name}"'
        yield Rule(f"rotate_keys.blackouts[{index}]", says, _selector(blackout.select), exclude)


def _roles(section: SyncRoles) -> Iterator[Rule]:
    exclude = _selector(section.exclude)
    for index, rule in enumerate(section.rules):
        says = f'"{rule.name}" is about the roles of'
        yield Rule(f"sync_roles.rules[{index}]", says, _selector(rule.select), exclude)


def _deprovision(section: Deprovision) -> Iterator[Rule]:
    protected = protected_selector(section.protected.selector())
    yield Rule("deprovision.protected", "never touches", protected, protects=True)
    nominated = Selector({TAG: (ANY_VALUE,)})
    yield Rule("deprovision", f"retires, by their tag {TAG},", nominated, protected)
