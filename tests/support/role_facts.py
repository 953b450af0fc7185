"""Facts for the tests of roles: a cluster with roles, a goal, a policy, a question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from steward.domain.deployed_settings import parse_settings
from steward.domain.sync_roles.attached import IN_SYNC, AttachedRoles
from steward.domain.sync_roles.plan import ClusterRoleFacts
from steward.domain.sync_roles.settings import Goal, Mode, RoleSettings
from tests.support.facts import cluster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.cluster import Cluster

ACCOUNT = "arn:aws:iam::123456789012:role/"
COPY, UNLOAD, OLD = (f"{ACCOUNT}{name}" for name in ("copy", "unload", "old"))
LINKED = f"{ACCOUNT}aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift"
KEPT = f"{ACCOUNT}kept-1"

SETTINGS: dict[str, Any] = {
    "mode": "exact",
    "rules": [{"name": "standard", "select": {}, "roles": [COPY, UNLOAD], "default": "keep"}],
    "exclude": {"tags": {}, "identifiers": ["tmp-*"]},
    "keep": ["kept-*"],
    "stack_tags": ["terraform"],
    "max_removals": 2,
    "max_concurrent": 10,
    "tolerated_failures_percent": 20,
    "deadline_seconds": 3600,
}


def settings(**changes: Any) -> RoleSettings:
    """The policy's section with some of it changed."""
    return parse_settings(RoleSettings, {**SETTINGS, **changes})


def rule(name: str, *roles: str, default: str = "keep", **select: Any) -> dict[str, Any]:
    """A rule as the state machine carries it."""
    return {"name": name, "select": select, "roles": list(roles), "default": default}


def observed(*in_sync: str, default: str = "", **statuses: str) -> AttachedRoles:
    """A look: these roles in-sync; by keyword a role's name and its ApplyStatus."""
    others = {f"{ACCOUNT}{name}": status for name, status in statuses.items()}
    return AttachedRoles(dict.fromkeys(in_sync, IN_SYNC) | others, default)


def goal(*roles: str, **changes: Any) -> Goal:
    """Exactly these roles, with room for fifty."""
    plain = Goal(frozenset(roles), "keep", Mode.EXACT, ("kept-*",), 9, 50)
    return replace(plain, **changes)


def cluster_with(roles: AttachedRoles, **changes: Any) -> Cluster:
    """The plain cluster with these roles."""
    return cluster(roles=roles, **changes)


def role_facts(
    roles: AttachedRoles,
    policy: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
    **changes: Any,
) -> ClusterRoleFacts:
    """Are the roles of the plain cluster to be changed? ``about`` are facts of the cluster."""
    return replace(
        ClusterRoleFacts(cluster_with(roles, **(about or {})), settings(**(policy or {}))), **changes
    )
