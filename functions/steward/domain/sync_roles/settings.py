"""The policy's section ``sync_roles`` as it is deployed, and what it wants of one cluster."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import ClassVar

from steward.domain.selection import Selector
from steward.domain.sync_roles.arn import is_service_linked, role_name
from steward.domain.sync_roles.attached import AttachedRoles

NONE, KEEP = "none", "keep"
"""What a rule may say of the default role instead of an ARN: there is to be none; it is left as it is."""


class Mode(StrEnum):
    REPORT = "report"
    """Changes nothing, says what differs."""
    ADD = "add"
    """Adds what is missing, removes nothing."""
    EXACT = "exact"
    """Also removes what no rule grants."""


@dataclass(frozen=True)
class RoleRule:
    """One rule: which clusters, which roles, and their default: an ARN, `NONE` or `KEEP`."""

    name: str
    select: Selector
    roles: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class RoleSettings:
    """The whole section.

    Attributes:
        keep: Patterns of roles that are never removed.
        stack_tags: Keys of tags by which infrastructure code other than CloudFormation marks its clusters.
    """

    SECTION: ClassVar = "sync_roles"

    mode: Mode
    rules: tuple[RoleRule, ...]
    exclude: Selector
    keep: tuple[str, ...]
    stack_tags: tuple[str, ...]
    max_removals: int
    max_concurrent: int
    tolerated_failures_percent: float
    deadline: timedelta

    def rules_for(self, identifier: str, tags: Mapping[str, str]) -> tuple[RoleRule, ...]:
        return tuple(rule for rule in self.rules if rule.select.matches(identifier, tags))


@dataclass(frozen=True)
class Goal:
    """How one cluster's roles are to be.

    Attributes:
        roles: All that the matching rules want.
        default: An ARN among them, `NONE` or `KEEP`.
        quota: How many roles the cluster may have.
    """

    roles: frozenset[str]
    default: str
    mode: Mode
    keep: tuple[str, ...]
    max_removals: int
    quota: int

    def is_protected(self, arn: str) -> bool:
        """Whether a role is never removed: AWS's own, or kept by the policy."""
        return is_service_linked(arn) or any(_matches(arn, pattern) for pattern in self.keep)

    def roles_to_remove(self, attached: AttachedRoles) -> tuple[str, ...]:
        """Roles that the cluster has, that no rule grants and that nothing protects."""
        others = attached.staying - self.roles
        return tuple(sorted(arn for arn in others if not self.is_protected(arn)))


def goal_of(rules: Iterable[RoleRule], settings: RoleSettings, quota: int) -> Goal:
    """What the rules want together; rules that contradict each other are `conflicting`, and not asked."""
    rules = tuple(rules)
    roles = frozenset(role for rule in rules for role in rule.roles)
    default = next((rule.default for rule in rules if rule.default != KEEP), KEEP)
    return Goal(roles, default, settings.mode, settings.keep, settings.max_removals, quota)


def conflicting(rules: Iterable[RoleRule]) -> tuple[RoleRule, RoleRule] | None:
    """The first two rules that want different defaults for one cluster; None when they agree."""
    opinions = [rule for rule in rules if rule.default != KEEP]
    other = next((rule for rule in opinions if rule.default != opinions[0].default), None)
    return (opinions[0], other) if other else None


def _matches(arn: str, pattern: str) -> bool:
    return fnmatchcase(arn if pattern.startswith("arn:") else role_name(arn), pattern)
