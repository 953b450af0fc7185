"""Telling programs of drift: an event that says what differs and by whose doing, and a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from steward.domain.moments import format_moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from steward.adapters.metrics import Metrics
    from steward.adapters.notices import Events
    from steward.domain.run import Run

FOUND = "Steward Drift Found"
"""``detail-type`` of the event that a cluster's roles differ from the policy."""

METRIC = "RoleDrift"

HEALED, REPORTED = "healed", "reported"
"""What the steward does about it: changes the roles, or leaves them as they are."""


class DriftTools(Protocol):
    """What a step that finds drift may touch besides its own tools."""

    @property
    def events(self) -> Events:
        """Where programs hear of it."""

    @property
    def metrics(self) -> Metrics:
        """Where it is counted."""


def tell(
    run: Run, cluster: str, now: datetime, action: str, about: Mapping[str, Any], tools: DriftTools
) -> None:
    """Tell of one cluster's drift; ``about`` has ``drift``, and ``changed`` if CloudTrail says who did it."""
    detail = {
        "version": 1,
        "cluster": cluster,
        "run": run.name,
        "execution": run.arn,
        "found_at": format_moment(now),
        "action": action,
        **about["drift"],
        "changed": about.get("changed", {}),
    }
    tools.events.put(FOUND, detail)
    tools.metrics.count(METRIC, run.workflow, cluster=cluster, run=run.name)
