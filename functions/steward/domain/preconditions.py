"""Preconditions of every change to a cluster: each answers why it is not met, or None when it is."""

from datetime import timedelta

from steward.domain.cluster import Cluster
from steward.domain.decision import Decision, refuse, skip
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.durations import humanize
from steward.domain.selection import Selector
from steward.domain.status import Phase

RECREATED = refuse("recreated", "is not the cluster that was planned: another one was created under its name")


UNKNOWN_KEY = "unknown"
"""Stands for the KeyState of a KMS key that the steward may not look at."""


def refuse_unreadable(reason: str) -> Decision:
    """What is decided about a cluster of which something could not be read: ``reason`` quotes AWS."""
    return refuse("unreadable", f"was not examined in full, so it is left alone: {reason}")


def skip_if_deleting(cluster: Cluster) -> Decision | None:
    if cluster.phase is Phase.DELETING:
        return skip("deleting", f"is being deleted: its status is {cluster.described}")
    return None


def skip_if_restore_copy(cluster: Cluster) -> Decision | None:
    if is_copy_name(cluster.identifier):
        return skip(
            "restore_copy", "is the copy of a restore test, which deprovision made and deletes itself"
        )
    return None


def skip_if_excluded(cluster: Cluster, exclude: Selector) -> Decision | None:
    """Not met when the policy's ``exclude`` matches; the reason names the pattern or tag."""
    why = exclude.why(cluster.identifier, cluster.tags)
    return skip("excluded", f"excluded by the policy: {why}") if why else None


def refuse_if_broken(cluster: Cluster) -> Decision | None:
    """Not met in a status that ends only when a person acts."""
    if cluster.phase is Phase.FAILED:
        return refuse("broken", f"needs attention first: its status is {cluster.described}")
    return None


def skip_if_resizing(cluster: Cluster) -> Decision | None:
    """Not met during a resize, which can take hours or days."""
    if cluster.phase is Phase.RESIZING:
        return skip("resizing", f"is being resized: its status is {cluster.described}")
    return None


def not_ready(cluster: Cluster) -> Decision:
    """The reason to wait for a cluster."""
    return skip("waiting", f"is not ready: its status is {cluster.described or 'missing'}")


def give_up_waiting(why: Decision, waited: timedelta) -> Decision:
    """The reason to stop waiting: ``why`` still holds after ``waited``."""
    return refuse("not_ready", f"{why.reason}, still after {humanize(waited.total_seconds())}")
