"""What stands in the way of a change to a cluster, whatever the change is; each None when it does not."""

from datetime import timedelta

from steward.domain.cluster import Cluster
from steward.domain.decision import Decision, refuse, skip
from steward.domain.durations import humanize
from steward.domain.selection import Selector
from steward.domain.status import Phase

RECREATED = refuse("recreated", "is not the cluster that was planned: another one was created under its name")


def skip_if_deleting(cluster: Cluster) -> Decision | None:
    """It is being deleted."""
    if cluster.phase is Phase.DELETING:
        return skip("deleting", f"is being deleted: its status is {cluster.described}")
    return None


def skip_if_excluded(cluster: Cluster, exclude: Selector) -> Decision | None:
    """The policy leaves it alone."""
    why = exclude.why(cluster.identifier, cluster.tags)
    return skip("excluded", f"excluded by the policy: {why}") if why else None


def refuse_if_broken(cluster: Cluster) -> Decision | None:
    """A person has to see to it."""
    if cluster.phase is Phase.FAILED:
        return refuse("broken", f"needs attention first: its status is {cluster.described}")
    return None


def skip_if_resizing(cluster: Cluster) -> Decision | None:
    """It takes no changes, for hours or days."""
    if cluster.phase is Phase.RESIZING:
        return skip("resizing", f"is being resized: its status is {cluster.described}")
    return None


def not_ready(cluster: Cluster) -> Decision:
    """Why a cluster is waited for."""
    return skip("waiting", f"is not ready: its status is {cluster.described or 'missing'}")


def give_up_waiting(why: Decision, waited: timedelta) -> Decision:
    """Why a cluster is waited for no longer."""
    return refuse("not_ready", f"{why.reason}, still after {humanize(waited.total_seconds())}")
