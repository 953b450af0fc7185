"""The people of the third part: what each does, and at which virtual moment.

Nobody polls: each acts a fixed time after an event, the announcement of a request or the pause of a cluster.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from cli.demo.demo_context import DemoContext
from cli.demo.iam_users import create_user
from cli.errors import CliError
from cli.requests.approvals_client import ApprovalsClient
from local.eventbridge import listening
from local.fleet import Expect, Fleet
from steward.domain.approvals.requests import Status
from steward.domain.deprovision.snapshot import GUARD, snapshot_name
from steward.domain.events import APPROVAL_REQUESTED
from steward.domain.workflows import DEPROVISION

Event = dict[str, Any]

PAUSED = {
    "source": ["aws.redshift"],
    "detail": {"eventName": ["PauseCluster"], "errorCode": [{"exists": False}]},
}
"""CloudTrail's event of a call that was not refused."""

REQUESTED = {"detail-type": [APPROVAL_REQUESTED]}

KIM_ANSWERS_AFTER = timedelta(hours=4)
"""After the first request that is open; most of those of one run are announced within minutes."""

LEE_RESUMES_AFTER = timedelta(hours=4)
"""After the pause."""

SAM_EXPORTS_AFTER = timedelta(minutes=30)
"""After the request for the cluster whose snapshot is to find no room."""

KIM_ANSWERS_EARLY_AFTER = timedelta(hours=1)
"""For that cluster alone, while the quota is used up."""

SAM_CLEANS_UP_AFTER = timedelta(hours=3)

VERBS = {"rejected": "reject", "expired": ""}
"""What kim does about a cluster with this expected outcome; she approves all others."""


class DemoUsers:
    """Dana requests, kim answers, lee resumes a cluster that is still needed, sam takes snapshots.

    Attributes:
        expected: By cluster, how the run must end for it.
    """

    def __init__(self, demo: DemoContext) -> None:
        self._demo = demo
        policies = [demo.stack.outputs["ApproversPolicy"]]
        self.dana, self._kim = (
            ApprovalsClient(
                replace(demo.stack, session=create_user(demo.stack, name, policies=policies), clients={})
            )
            for name in ("dana", "kim")
        )
        self._lee = self._redshift("lee", "redshift:ResumeCluster")
        self._sam = self._redshift(
            "sam",
            "redshift:CopyClusterSnapshot",
            "redshift:DeleteClusterSnapshot",
            "redshift:DescribeClusterSnapshots",
        )
        self.expected = _expectations(demo.fleet)
        self._lock = threading.Lock()
        self._unanswered: set[str] = set()
        self._has_met_four_eyes = False

    @contextmanager
    def reacting(self) -> Iterator[None]:
        """Have everybody react to what happens while the block lasts."""
        with listening(REQUESTED, self._on_request), listening(PAUSED, self._on_pause):
            yield

    def _on_request(self, event: Event) -> None:
        cluster, run = event["detail"]["cluster"], event["detail"]["run"]
        meanwhile = self.expected[cluster].meanwhile if cluster in self.expected else None
        if meanwhile == "takes the snapshot's name":
            self._demo.guard(lambda: self._take_name(cluster, run))
        if meanwhile == "uses up the quota":
            self._demo.at(SAM_EXPORTS_AFTER, lambda: self._use_up_quota(cluster))
            self._demo.at(KIM_ANSWERS_EARLY_AFTER, lambda: self._answer({cluster}))
            self._demo.at(SAM_CLEANS_UP_AFTER, lambda: self._clean_up(cluster))
        elif cluster in self.expected:
            self._answer_later(cluster)

    def _on_pause(self, event: Event) -> None:
        cluster = event["detail"]["requestParameters"]["clusterIdentifier"]
        if cluster in self.expected and self.expected[cluster].meanwhile == "resumes it":
            self._demo.at(LEE_RESUMES_AFTER, lambda: self._resume(cluster))

    def _answer_later(self, cluster: str) -> None:
        with self._lock:
            is_first = not self._unanswered
            self._unanswered.add(cluster)
        if is_first:
            self._demo.at(KIM_ANSWERS_AFTER, self._answer_all)

    def _answer_all(self) -> None:
        with self._lock:
            clusters, self._unanswered = self._unanswered, set()
        self._answer(clusters)

    def _answer(self, clusters: set[str]) -> None:
        """Kim answers the open requests for these clusters as the fleet file expects."""
        requests = {each["cluster"]: each for each in self._kim.list_requests() if _waits(each)}
        done: dict[str, list[str]] = {}
        for cluster in sorted(clusters & requests.keys()):
            verb = VERBS.get(self.expected[cluster].outcome, "approve")
            done.setdefault(verb, []).append(cluster)
            if verb == "approve":
                self._check_four_eyes(requests[cluster])
            if verb:
                self._kim.answer(requests[cluster], verb, "reviewed by kim")
        for verb, names in done.items():
            acts = {"approve": "kim approves", "reject": "kim rejects", "": "nobody answers"}
            self._demo.print_event(f"{acts[verb]} {', '.join(names)}.")

    def _check_four_eyes(self, request: dict[str, Any]) -> None:
        """Once: a requester cannot approve the own request."""
        if self._has_met_four_eyes:
            return
        self._has_met_four_eyes = True
        try:
            self.dana.answer(request, "approve", "")
        except CliError as refusal:
            self._demo.print_event(f"dana cannot approve her own request: {refusal}")
        else:
            self._demo.failures.append(f"{request['cluster']}: dana approved her own request")

    def _resume(self, cluster: str) -> None:
        self._lee.resume_cluster(ClusterIdentifier=cluster)
        self._demo.print_event(f"lee resumes {cluster}, which is still in use.")

    def _take_name(self, cluster: str, run: str) -> None:
        name = snapshot_name(GUARD, cluster, run)
        self._copy_snapshot(cluster, name)
        self._demo.print_event(f"sam has a snapshot of {cluster} under the name of its guard snapshot.")

    def _use_up_quota(self, cluster: str) -> None:
        for number in range(self._demo.fleet.file.snapshot_quota):
            try:
                self._copy_snapshot(cluster, f"export-{number}")
            except ClientError as refusal:
                if refusal.response["Error"]["Code"] != "ClusterSnapshotQuotaExceeded":
                    raise
                break
        self._demo.print_event("sam exports snapshots until the quota of the account is used up.")

    def _clean_up(self, cluster: str) -> None:
        for snapshot in self._snapshots(cluster, "manual"):
            if snapshot["SnapshotIdentifier"].startswith("export-"):
                self._sam.delete_cluster_snapshot(SnapshotIdentifier=snapshot["SnapshotIdentifier"])
        self._demo.print_event("sam deletes the exported snapshots.")

    def _copy_snapshot(self, cluster: str, name: str) -> None:
        source = self._snapshots(cluster, "automated")[0]["SnapshotIdentifier"]
        self._sam.copy_cluster_snapshot(SourceSnapshotIdentifier=source, TargetSnapshotIdentifier=name)

    def _snapshots(self, cluster: str, kind: str) -> list[dict[str, Any]]:
        answer = self._sam.describe_cluster_snapshots(ClusterIdentifier=cluster, SnapshotType=kind)
        return list(answer["Snapshots"])

    def _redshift(self, name: str, *actions: str) -> Any:
        """A new user's Redshift client."""
        session = create_user(self._demo.stack, name, actions=actions)
        return session.client("redshift", endpoint_url=self._demo.stack.endpoint)


def _waits(request: dict[str, Any]) -> bool:
    return bool(request["status"] == Status.WAITING)


def _expectations(fleet: Fleet) -> dict[str, Expect]:
    """By cluster, how the run of deprovision must end for it."""
    found = {each.identifier: each.expect for each in fleet.clusters}
    return {
        cluster: expect[DEPROVISION.name] for cluster, expect in found.items() if DEPROVISION.name in expect
    }
