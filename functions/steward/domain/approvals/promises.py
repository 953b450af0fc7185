"""The policy's settings that decide what an approval costs: shown before everything else."""

from collections.abc import Mapping
from typing import Any

from steward.domain.durations import humanize


def effective_settings(plan: Mapping[str, Any]) -> dict[str, str]:
    """Retention first: by label, from the part of a plan that comes from the policy."""
    promises = plan.get("promises") or {}
    if not promises:
        return {}
    days, paused = promises.get("snapshot_retention_days", 0), promises.get("quarantine_seconds", 0)
    return {
        "snapshots are kept": "forever"
        if days < 0
        else f"{days} day{'' if days == 1 else 's'}, then the data is gone for good",
        "quarantine": f"paused for {humanize(paused)} before it is deleted" if paused else "none",
        "keys rotated before": "yes" if promises.get("rotate_first") else "no",
        "restore tested before": "yes" if promises.get("restore_test") else "no",
    }
