"""Part 3: dana requests deletions, kim answers them, and every deleted cluster has a verified snapshot."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from cli.demo.demo_context import DemoContext
from cli.demo.iam_users import create_user
from cli.errors import CliError
from cli.requests.approvals_client import ApprovalsClient
from cli.runs.run_progress import ClusterProgress, step_label
from steward.domain.workflows import DEPROVISION

REASON = "the warehouse was migrated; these clusters are unused"
QUARANTINE_SPEED = 86_400
"""Virtual seconds per real second while clusters are quarantined: a day per second."""


class DemoUsers:
    """Dana, kim and lee: what each does while the run is watched."""

    def __init__(self, demo: DemoContext) -> None:
        self._demo = demo
        policy = [demo.stack.outputs["ApproversPolicy"]]
        self.dana, self.kim = (
            ApprovalsClient(
                replace(demo.stack, session=create_user(demo.stack, name, policies=policy), clients={})
            )
            for name in ("dana", "kim")
        )
        self.expected = {
            cluster.identifier: cluster.expect[DEPROVISION.name].outcome
            for cluster in demo.fleet.clusters
            if DEPROVISION.name in cluster.expect
        }
        self._answered: set[str] = set()
        self._resumed: set[str] = set()

    def answer(self, rows: list[ClusterProgress]) -> None:
        """Kim answers each open request as the fleet file expects, and ignores those that must expire."""
        waiting = {row.cluster for row in rows if row.step == step_label("approval")} - self._answered
        for request in self.kim.list_requests() if waiting else ():
            if request["status"] != "waiting" or request["cluster"] not in waiting:
                continue
            if not self._answered:
                self._check_four_eyes(request)
            self._answered.add(request["cluster"])
            verb = {"rejected": "reject", "expired": ""}.get(self.expected[request["cluster"]], "approve")
            if verb:
                self.kim.answer(request, verb, "reviewed by kim")

    def resume(self, rows: list[ClusterProgress]) -> None:
        """Lee resumes a quarantined cluster that is still needed."""
        for row in rows:
            needed = self.expected.get(row.cluster) == "still_wanted" and row.cluster not in self._resumed
            if needed and row.step == step_label("quarantine"):
                self._resumed.add(row.cluster)
                self._lee.resume_cluster(ClusterIdentifier=row.cluster)
                self._demo.print_timed(f"lee resumes {row.cluster}, which is still in use.")

    @cached_property
    def _lee(self) -> Any:
        """Lee's Redshift client."""
        stack = self._demo.stack
        lee = create_user(stack, "lee", actions=["redshift:ResumeCluster"])
        return lee.client("redshift", endpoint_url=stack.endpoint)

    def act(self, rows: list[ClusterProgress]) -> None:
        """Called at each read of the run's progress."""
        self.answer(rows)
        self.resume(rows)

    def _check_four_eyes(self, request: dict[str, Any]) -> None:
        """A requester cannot approve the own request."""
        try:
            self.dana.answer(request, "approve", "")
        except CliError as refusal:
            self._demo.print_timed(f"dana cannot approve her own request: {refusal}")
        else:
            self._demo.failures.append(f"{request['cluster']}: dana approved her own request")


def deprovision(demo: DemoContext) -> None:
    """Requests, answers, quarantine, deletion."""
    users = DemoUsers(demo)
    demo.print_timed(
        f"dana requests the deletion of {len(users.expected)} clusters; kim approves or rejects."
    )
    clock = demo.aws.context.clock
    pace, clock_pace = clock.speed, clock.pace
    clock_pace(QUARANTINE_SPEED)
    try:
        run = users.dana.submit(sorted(users.expected), REASON)["execution"]
        report = demo.watch(run, "deprovision", users.act)
    finally:
        clock_pace(pace or QUARANTINE_SPEED)
    demo.judge(DEPROVISION.name, report, _missing_snapshots(demo, report))


def _missing_snapshots(demo: DemoContext, report: dict[str, Any]) -> dict[str, str]:
    """Deleted clusters without an available, encrypted manual snapshot, whatever the report says."""
    redshift = demo.stack.client("redshift")
    there = {each["ClusterIdentifier"] for each in redshift.describe_clusters()["Clusters"]}
    snapshots = redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
    safe = {s["ClusterIdentifier"] for s in snapshots if s["Status"] == "available" and s["Encrypted"]}
    failures = {}
    for line in report["clusters"]:
        name, deleted = line["cluster"], line["outcome"] == "deleted"
        if name not in there and name not in safe:
            failures[name] = "deleted without an available snapshot"
        elif deleted and name in there:
            failures[name] = "reported as deleted but still exists"
    demo.print_timed(f"Clusters with an available, encrypted snapshot: {', '.join(sorted(safe))}")
    return failures
