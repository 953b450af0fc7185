"""DeleteCluster with a final snapshot, from the call until the cluster is gone, and what is left of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cli.accept import judge
from cli.accept.calls import Answer
from cli.accept.lab import LOOK_EVERY, LOOK_QUICKLY, Lab, Sighting
from cli.accept.ownership import TAG, tags_of
from cli.accept.pace import WaitExpired
from cli.accept.probes.rotation import events_since
from cli.accept.probes.snapshot import RETENTION, snapshot_in

AT_MOST = timedelta(hours=14)
TAKEN = ("final snapshot", "creating")
FINAL = {"2012", "3005", "3502", "3006"}
OUTCOMES = {"available": "ok", "failed": "failed", "cancelled": "cancelled"}


@dataclass(frozen=True)
class Look:
    """Cluster and final snapshot at one moment."""

    cluster: Sighting
    snapshot: Answer

    @property
    def status(self) -> str:
        """The snapshot's."""
        return str(snapshot_in(self.snapshot).get("Status", ""))

    @property
    def ended(self) -> bool:
        """The cluster is gone, or its final snapshot failed and it is there again."""
        fell_back = self.status in {"failed", "cancelled"} and self.cluster.is_ready
        return not self.cluster.exists or fell_back


def probe(lab: Lab) -> None:
    """Delete the cluster with a final snapshot.

    Raises:
        WaitExpired: It is still there.
    """
    name, snapshot = lab.names.cluster, final_name(lab)
    lab.settle(name)
    neither = lab.change("delete_cluster", name)
    lab.findings.add("delete_without_choice", neither.outcome, neither)
    if neither.accepted:
        raise WaitExpired("DeleteCluster without a final snapshot was accepted, so there is none")
    answer = delete(lab, name, snapshot)
    if not answer.accepted:
        raise answer.error or RuntimeError(answer.code)
    lab.findings.add("delete_response_status", str(answer.cluster.get("ClusterStatus")), answer)
    again = lab.calls.ask("redshift", "delete_cluster", **delete_parameters(name, snapshot))
    lab.findings.add("repeated_delete_error", again.outcome, again)
    seen = _watch(lab, name, snapshot)
    _note(lab, answer, seen)
    if seen[-1].cluster.exists:
        raise WaitExpired(f"the final snapshot is {seen[-1].status}, and the cluster is there again")
    _note_left(lab, name, snapshot, answer)


def final_name(lab: Lab) -> str:
    return lab.names.other("final")


def delete(lab: Lab, cluster: str, snapshot: str, *, at: str = "available") -> Answer:
    """Ask for the deletion with a final snapshot."""
    lab.journal.intend("snapshot", snapshot)
    parameters = delete_parameters(cluster, snapshot)
    del parameters["ClusterIdentifier"]
    return lab.change("delete_cluster", cluster, at=at, **parameters)


def delete_parameters(cluster: str, snapshot: str) -> dict[str, Any]:
    """A deletion whose final snapshot AWS itself deletes after a day."""
    return {
        "ClusterIdentifier": cluster,
        "SkipFinalClusterSnapshot": False,
        "FinalClusterSnapshotIdentifier": snapshot,
        "FinalClusterSnapshotRetentionPeriod": RETENTION,
    }


def _watch(lab: Lab, name: str, snapshot: str) -> list[Look]:
    seen: list[Look] = []
    for _ in lab.pace.looks(f"the end of {name}", AT_MOST, LOOK_EVERY, LOOK_QUICKLY):
        sighting = lab.look(name)
        answer = lab.calls.ask("redshift", "describe_cluster_snapshots", SnapshotIdentifier=snapshot)
        if sighting is not None:
            seen.append(Look(sighting, answer))
            if seen[-1].ended:
                break
    return seen


def _note(lab: Lab, answer: Answer, seen: list[Look]) -> None:
    clusters = [each.cluster for each in seen]
    story = [answer, *judge.answers_by_status(clusters)]
    for status in dict.fromkeys(each.status for each in seen if each.status in TAKEN):
        raw = next(each.snapshot for each in seen if each.status == status)
        lab.findings.add("final_snapshot_status", status, raw)
    ends = [each for each in seen if each.status in OUTCOMES]
    if not ends:
        lab.findings.leave_open("final_snapshot_outcome", "the cluster was gone before its snapshot was seen")
        return
    taken = ends[0]
    lab.findings.add("final_snapshot_outcome", OUTCOMES[taken.status], taken.snapshot)
    lab.findings.add("final_snapshot_duration", taken.cluster.at - answer.at, *story)
    if not seen[-1].cluster.exists:
        lab.findings.add("delete_duration", seen[-1].cluster.at - taken.cluster.at, *story)


def _note_left(lab: Lab, name: str, snapshot: str, answer: Answer) -> None:
    """Tags of the final snapshot, events, and what is known of a cluster that is gone."""
    final = lab.calls.ask("redshift", "describe_cluster_snapshots", SnapshotIdentifier=snapshot)
    tags = tags_of(list(snapshot_in(final).get("Tags") or []))  # type: ignore[call-overload]  # AWS's list
    lab.findings.add("final_snapshot_tags", "copied" if TAG in tags else "none", final)
    since = answer.at - timedelta(minutes=1)
    events, raw = events_since(lab, snapshot, since, "cluster-snapshot")
    ids = [str(each.get("EventId")) for each in events]
    lab.findings.add(
        "final_snapshot_events",
        ", ".join(each for each in dict.fromkeys(ids) if each in FINAL) or "none",
        raw,
    )
    events, raw = events_since(lab, name, since)
    deleted = [str(each.get("EventId")) for each in events if "delete" in str(each.get("Message", ""))]
    lab.findings.add("deleted_event", ", ".join(dict.fromkeys(deleted)) or "none", raw)
    listed = lab.calls.ask("redshift", "describe_cluster_snapshots", ClusterIdentifier=name)
    lab.findings.add("deleted_cluster_snapshots", "list" if listed.accepted else listed.code, listed)
