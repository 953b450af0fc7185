"""What other runs of deprovision have done to a cluster, or are doing: it decides whether this one begins."""

from collections.abc import Iterable

from steward.domain.decision import Decision, skip
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.nomination import TAG
from steward.domain.deprovision.progress import Progress
from steward.domain.operation import Operation, Outcome


def unended_runs(operations: Iterable[Operation], own: str) -> list[str]:
    """ARNs of the other runs whose operation on the cluster has not ended; they may have been stopped."""
    return [each.run for each in operations if not each.outcome and each.run != own]


def asking_runs(operations: Iterable[Operation], own: str) -> list[str]:
    """As `unended_runs`, those that have asked people: until the answer they need no lock."""
    return unended_runs((each for each in operations if Progress(each.evidence).has_asked), own)


def skip_under_way(run: str) -> Decision:
    return skip("under_way", f"another run is already deprovisioning it, {run}")


def rest_until_the_tag_changes(operations: Iterable[Operation], details: ClusterDetails) -> Decision | None:
    """A cluster that was still wanted is not nominated again by the same tag; None when it never was."""
    for each in operations:
        request = Progress(each.evidence).part("request")
        same = each.is_about(details.cluster) and request.get("tag") == details.cluster.tags.get(TAG)
        if same and each.outcome == Outcome.STILL_WANTED:
            run = each.run.rpartition(":")[2]
            reason = f"{each.reason} (run {run}); it rests until its tag {TAG} changes"
            return skip("still_wanted", reason)
    return None
