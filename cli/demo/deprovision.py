"""Part 3: dana requests deletions, kim answers them, and every deleted cluster has a verified snapshot."""

from typing import Any

from cli.demo.demo_context import DemoContext
from cli.demo.users import DemoUsers
from steward.domain.workflows import DEPROVISION

REASON = "the warehouse was migrated; these clusters are unused"

MEANING = (
    "A snapshot, hours of quarantine, and a final snapshot: only then is a cluster deleted. "
    "Time jumps from one due moment to the next."
)


def deprovision(demo: DemoContext) -> None:
    """Requests, answers, quarantine, deletion."""
    users = DemoUsers(demo)
    demo.print_event(f"dana requests the deletion of {len(users.expected)} clusters.")
    with users.reacting():
        run = users.dana.submit(sorted(users.expected), REASON)["execution"]
        report = demo.watch(run, "deprovision", MEANING)
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
    saved = ", ".join(sorted(safe - there))
    demo.print_event(f"deleted, each with an available, encrypted snapshot: {saved}")
    return failures
