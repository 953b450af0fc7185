"""What a plan says to the child execution of one cluster: the items that a wave's Distributed Map reads.

Plan writes them to S3; a child's functions get theirs as ``item``, its states read it as ``$child.item``.
"""

from typing import Any, NotRequired, TypedDict


class ClusterItem(TypedDict):
    """One cluster of a plan, as its child execution gets it; ``created_at`` is empty when not known."""

    cluster: str
    namespace_arn: str
    created_at: str


class RotationItem(ClusterItem):
    """In rotate-keys: ``expected_seconds`` is what its last rotation took, 0 when not known."""

    kms_key: str
    expected_seconds: int
    delay_seconds: int


class RolesItem(ClusterItem):
    """In sync-roles.

    Attributes:
        look_from: Before it a look is not believed, because the roles have just been changed; else empty.
        changed: By whom and when, if a change by somebody else started the run.
    """

    look_from: str
    changed: dict[str, Any]


class PlannedItem(ClusterItem):
    """What `steward.domain.deprovision.planned_cluster.PlannedCluster` has."""

    encrypted: bool
    kms_key: str
    storage_mb: float
    previous_mb: float


class RequestInfo(TypedDict):
    """Who wants a cluster deleted and why.

    Attributes:
        nominated: The reason of the plan's decision.
        tag: The cluster's nomination tag at that time, whatever nominated it; None for none.
    """

    requested_by: str
    reason: str
    nominated: str
    tag: NotRequired[str | None]


class DeprovisionItem(PlannedItem):
    """In deprovision: the plan that is approved, the inspection at planning time, and the request.

    Attributes:
        facts: For the approver (`steward.domain.deprovision.approver_view`).
    """

    plan: dict[str, Any]
    inspected: dict[str, Any]
    request: RequestInfo
    facts: NotRequired[dict[str, str]]
