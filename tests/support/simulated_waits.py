"""What ends the wait loops of deprovision, in the simulation."""

from __future__ import annotations

from typing import Any

from steward.domain.status import Phase, statuses


def is_over(loop: str, observed: dict[str, Any], namespace_arn: str) -> bool:
    """The condition that ends a wait for a cluster, as `infra.workflows.deprovision_waits` has it."""
    status = str(observed["ClusterStatus"]).lower()
    ready = status == "available" and observed["ClusterAvailabilityStatus"] == "Available"
    restored = (observed.get("RestoreStatus") or {}).get("Status", "")
    if loop == "until_restored":
        over = status == "deleting" or status in statuses(Phase.FAILED)
        return over or (ready and restored in {"completed", "failed"})
    if loop == "until_copy_gone":
        return ready or status in statuses(Phase.FAILED)
    phases = {Phase.FAILED, Phase.PAUSED} | ({Phase.DELETING} if loop != "until_deleted" else set())
    return (
        ready
        or status in statuses(*phases)
        or (observed.get("ClusterNamespaceArn", "") not in {"", namespace_arn})
    )
