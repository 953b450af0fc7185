"""Each cluster's current state: key age, role drift, lock and last operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cli import ledger_history
from cli.deployed_stack import DeployedStack
from cli.fleet.operation_document import operation_document
from steward.adapters.clusters import Clusters
from steward.domain.cluster import Cluster
from steward.domain.deployed_settings import parse_settings
from steward.domain.rotate_keys.last_rotation import LastRotation, last_rotation
from steward.domain.rotate_keys.settings import RotationSettings
from steward.domain.sync_roles.arn import role_quota
from steward.domain.sync_roles.drift import drift_of
from steward.domain.sync_roles.settings import RoleSettings, conflicting, goal_of
from steward.domain.watch import Lock
from steward.domain.workflows import ROTATE_KEYS, SYNC_ROLES

DAY = 86_400


@dataclass(frozen=True)
class Drift:
    """A cluster's roles compared with the policy.

    Attributes:
        state: ``in_sync``, ``drifted``, ``conflict`` (rules contradict each other) or ``none``.
        detail: The difference in words.
        evidence: The difference with ARNs, see `steward.domain.sync_roles.drift`.
    """

    state: str
    detail: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ClusterState:
    """One cluster; ages and durations in seconds.

    Attributes:
        keys: When its keys were last rotated; None when it has no keys to rotate.
        max_age: The policy's limit; None when the policy does not select the cluster.
        exclusion: Why the policy does not rotate its keys; empty when it does.
        drift: None when sync-roles is not deployed.
        lock: The lock on it; None when it is free.
        last: The newest operation record of any workflow; empty when there is none.
    """

    cluster: Cluster
    keys: LastRotation | None
    max_age: float | None
    exclusion: str
    drift: Drift | None
    lock: Lock | None
    last: dict[str, Any]

    def age(self, now: datetime) -> float | None:
        return (now - self.keys.at).total_seconds() if self.keys else None

    def is_overdue(self, now: datetime) -> bool:
        age = self.age(now)
        return age is not None and self.max_age is not None and age > self.max_age


def read_fleet(stack: DeployedStack) -> list[ClusterState]:
    """Every cluster of the account and Region, by name."""
    clusters = sorted(Clusters(stack.client("redshift")).all(), key=lambda each: each.identifier)
    names = [each.identifier for each in clusters]
    rotations = stack.last_rotations.of(names)
    locks = {lock.cluster: lock for lock in stack.locks.all()}
    lasts = ledger_history.latest_records(stack, names)
    rotation, roles = _rotation(stack), _roles(stack)
    now = stack.now()
    return [
        ClusterState(
            cluster=each,
            keys=last_rotation(each, rotations.get(each.identifier), now) if each.encrypted else None,
            max_age=rotation.max_age.total_seconds()
            if rotation and not _exclusion_reason(each, rotation)
            else None,
            exclusion=_exclusion_reason(each, rotation),
            drift=_drift(each, roles, stack.region) if roles else None,
            lock=locks.get(each.identifier),
            last=lasts.get(each.identifier, {}),
        )
        for each in clusters
    ]


def _rotation(stack: DeployedStack) -> RotationSettings | None:
    document = stack.settings(ROTATE_KEYS.name)
    return parse_settings(RotationSettings, document) if document else None


def _roles(stack: DeployedStack) -> RoleSettings | None:
    document = stack.settings(SYNC_ROLES.name)
    return parse_settings(RoleSettings, document) if document else None


def _exclusion_reason(cluster: Cluster, settings: RotationSettings | None) -> str:
    """Why the policy does not rotate the cluster's keys; empty when it does."""
    if settings is None:
        return "rotate-keys is not deployed"
    return (
        settings.select.mismatch(cluster.identifier, cluster.tags)
        or settings.exclude.why(cluster.identifier, cluster.tags)
        or ("is not encrypted" if cluster.encrypted is False else "")
        or ("its keys are in a hardware security module" if cluster.hsm else "")
    )


def _drift(cluster: Cluster, settings: RoleSettings, region: str) -> Drift:
    rules = settings.rules_for(cluster.identifier, cluster.tags)
    exclusion = settings.exclude.why(cluster.identifier, cluster.tags)
    if exclusion or not rules:
        return Drift("none", exclusion or "no rule matches it")
    conflict = conflicting(rules)
    if conflict:
        return Drift(
            "conflict", f"rules {conflict[0].name} and {conflict[1].name} set different default roles"
        )
    drift = drift_of(cluster.roles, goal_of(rules, settings, role_quota(region)))
    return Drift("drifted", drift.described, drift.evidence()) if drift else Drift("in_sync")


def cluster_document(state: ClusterState, now: datetime) -> dict[str, Any]:
    cluster, age = state.cluster, state.age(now)
    return {
        "cluster": cluster.identifier,
        "status": cluster.status,
        "availability": cluster.availability,
        "encrypted": cluster.encrypted,
        "keys": {
            "rotated_at": state.keys.at if state.keys else None,
            "source": state.keys.known if state.keys else None,
            "age_seconds": round(age) if age is not None else None,
            "max_age_seconds": round(state.max_age) if state.max_age is not None else None,
            "overdue": state.is_overdue(now),
            "not_selected": state.exclusion or None,
        },
        "roles": {"state": state.drift.state, "detail": state.drift.detail} if state.drift else None,
        "lock": _lock_document(state.lock),
        "last": operation_document(state.last) if state.last else None,
    }


def _lock_document(lock: Lock | None) -> dict[str, Any] | None:
    if lock is None:
        return None
    run = lock.run.rpartition(":")[2]
    return {"workflow": lock.workflow, "since": lock.since, "execution": lock.run, "run": run}
