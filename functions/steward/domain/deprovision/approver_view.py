"""What an approver should know of a cluster besides the plan: facts as of the inspection, each one line."""

from steward.domain.deprovision.blockers import Inspection
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.costs import MB_A_GB, cost_of_keeping, cost_of_snapshots
from steward.domain.deprovision.settings import DeprovisionSettings, IdleRule
from steward.domain.one_line import one_line

OWNER_WORDS = ("owner", "team", "contact", "mail", "cost", "project")
"""Parts of the tag keys that usually say whom to ask."""

LONGEST_TAGS = 300
IDLENESS = {"in_use", "idleness_unknown"}


def cluster_facts(
    details: ClusterDetails, inspection: Inspection, settings: DeprovisionSettings, snapshot_mb: float
) -> dict[str, str]:
    """By label; ``snapshot_mb`` is the size of the latest complete snapshot, 0 when there is none."""
    region = details.cluster.region
    return {
        "size": _size(details, snapshot_mb),
        "created": details.created_at or "unknown",
        "owner tags": _owner_tags(details),
        "use": _use(inspection, settings.idle),
        "cost of keeping it": cost_of_keeping(details.node_type, details.nodes, region),
        "cost of the snapshots": cost_of_snapshots(snapshot_mb, region),
    }


def _size(details: ClusterDetails, snapshot_mb: float) -> str:
    nodes = f"{details.nodes or 'unknown'} {details.node_type or 'unknown'} nodes"
    data = f"{snapshot_mb / MB_A_GB:,.1f} GB in its latest snapshot" if snapshot_mb else "data size unknown"
    return f"{nodes}, {data}"


def _owner_tags(details: ClusterDetails) -> str:
    tags = sorted(details.cluster.tags.items())
    named = [f"{key}={value}" for key, value in tags if any(word in key.lower() for word in OWNER_WORDS)]
    return one_line(", ".join(named), LONGEST_TAGS) or "none"


def _use(inspection: Inspection, rule: IdleRule | None) -> str:
    """The last connections where there were some, else the evidence of idleness."""
    if rule is None:
        return "not checked: the policy has no idle rule"
    found = [blocker.evidence for blocker in inspection.blockers if blocker.code in IDLENESS]
    idle = f"{rule.metric} was never above {rule.threshold:g} in the last {rule.days} days"
    return one_line("; ".join(found)) or idle
