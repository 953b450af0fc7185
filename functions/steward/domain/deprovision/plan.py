"""What a person approves: exactly this deletion of exactly this cluster, and its hash."""

import hashlib
import json
from typing import Any

from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.settings import DeprovisionSettings

APPROVED_TAG = "steward:deletion-approved"
"""Cluster tag with the plan's hash: without it IAM lets no role of the steward delete the cluster."""

NAMES = {
    "cluster": "it was renamed",
    "arn": "its ARN",
    "namespace_arn": "it is another cluster under the same name",
    "created_at": "it is another cluster under the same name",
    "node_type": "its node type",
    "nodes": "its number of nodes",
    "encrypted": "its encryption",
    "kms_key": "its KMS key",
    "promises": "the policy",
}
"""How a sentence names a part of the plan that has changed."""


def plan_of(details: ClusterDetails, settings: DeprovisionSettings) -> dict[str, Any]:
    """What will be done to what, as JSON: nothing in it can change without a new approval."""
    cluster = details.cluster
    return {
        "cluster": details.name,
        "arn": details.arn,
        "namespace_arn": cluster.namespace_arn,
        "created_at": details.created_at,
        "node_type": details.node_type,
        "nodes": details.nodes,
        "encrypted": cluster.encrypted,
        "kms_key": cluster.kms_key,
        "promises": settings.promises(),
    }


def hash_of(plan: dict[str, Any]) -> str:
    """``sha256:`` and the digest of the plan as canonical JSON (sorted keys, no blanks, ASCII)."""
    text = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs between two plans, in words; empty when nothing does."""
    differing = [key for key in NAMES if before.get(key) != after.get(key)]
    return list(dict.fromkeys(_change(key, before, after) for key in differing))


def _change(key: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if key in {"cluster", "namespace_arn", "created_at", "promises"}:
        return NAMES[key]
    return f"{NAMES[key]} was {before.get(key)} and is {after.get(key)}"
