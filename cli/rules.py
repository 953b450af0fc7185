"""What each rule of a policy is about: which live clusters it takes, which it leaves out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from steward.domain.deprovision_settings import protected_selector
from steward.domain.selection import Selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from infra.policy import Policy
    from steward.domain.cluster import Cluster

NOBODY = Selector()
"""Read as ``exclude`` it excludes no cluster."""


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
    readers = {"rotate_keys": _rotation, "sync_roles": _roles, "deprovision": _deprovision}
    found: list[Rule] = []
    for name, read in readers.items():
        section = getattr(policy, name, None)
        if section is not None:
            found += read(section.settings())
    return found


def _rotation(section: Mapping[str, Any]) -> Iterator[Rule]:
    exclude = Selector.from_dict(section["exclude"])
    yield Rule("rotate_keys.select", "rotates the keys of", Selector.from_dict(section["select"]), exclude)
    preferred = section["canary"].get("select")
    if preferred and section["canary"]["clusters"]:
        yield Rule("rotate_keys.canary.select", "prefers as canaries", Selector.from_dict(preferred), exclude)
    for index, blackout in enumerate(section["blackouts"]):
        about = Selector.from_dict(blackout.get("select") or {})
        says = f'leaves alone in the blackout "{blackout["name"]}"'
        yield Rule(f"rotate_keys.blackouts[{index}]", says, about, exclude)


def _roles(section: Mapping[str, Any]) -> Iterator[Rule]:
    exclude = Selector.from_dict(section["exclude"])
    for index, rule in enumerate(section["rules"]):
        says = f'"{rule["name"]}" wants {len(rule["roles"])} role(s) on'
        yield Rule(f"sync_roles.rules[{index}]", says, Selector.from_dict(rule["select"]), exclude)


def _deprovision(section: Mapping[str, Any]) -> Iterator[Rule]:
    says = "never touches"
    yield Rule("deprovision.protected", says, protected_selector(section["protected"]), protects=True)
