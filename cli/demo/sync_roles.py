"""Part 2: sync-roles brings every cluster to the declared roles, and reverts a manual change."""

from collections import Counter
from datetime import timedelta

from cli.demo.demo_context import DemoContext
from cli.demo.iam_users import create_user
from local.cloudtrail import current
from steward.domain.workflows import SYNC_ROLES

WITHIN = timedelta(minutes=10)
"""Virtual time within which a manual change must have started a run."""

ROBIN_ACTS_AFTER = timedelta(hours=1)
"""After the second run: a cluster refuses calls for a while after its last change."""

CHANGE = "ModifyClusterIamRoles"
SETTLED = {"synced", "in_sync"}


def sync_roles(demo: DemoContext) -> None:
    """A run, a second run without changes, and a run started by a manual change."""
    demo.print_event("sync-roles, on demand, with the input {}.")
    first = demo.start(SYNC_ROLES.name, {}, "first-sync")
    report = demo.watch(first, "sync-roles", "Each cluster gets the roles that the policy declares for it.")
    demo.judge(SYNC_ROLES.name, report)
    settled = [line["cluster"] for line in report["clusters"] if line["outcome"] in SETTLED]
    _second_run(demo, settled)
    _revert_drift(demo, settled)


def _second_run(demo: DemoContext, settled: list[str]) -> None:
    """A second run must not change clusters that are in sync."""
    demo.print_event("second run of sync-roles: nothing is left to change.")
    before = _changes(demo)
    second = demo.start(SYNC_ROLES.name, {}, "second-sync")
    demo.print_headline(demo.watch(second, "sync-roles, second run", "Nothing is left to change."))
    after = _changes(demo)
    again = [name for name in settled if after[name] != before[name]]
    demo.failures += [f"{name}: the second run of sync-roles changed its roles again" for name in again]


def _revert_drift(demo: DemoContext, settled: list[str]) -> None:
    """Robin detaches a role; CloudTrail's event starts a run that attaches it again and names robin."""
    name, role = next((name, role) for name in settled for role in _roles(demo, name))
    demo.pass_time(ROBIN_ACTS_AFTER)
    demo.print_event(f"robin detaches a role from {name}.")
    robin = create_user(demo.stack, "robin", actions=["redshift:ModifyClusterIamRoles"])
    redshift = robin.client("redshift", endpoint_url=demo.stack.endpoint)
    run = demo.wait_for_start(
        SYNC_ROLES.name,
        WITHIN,
        lambda: redshift.modify_cluster_iam_roles(ClusterIdentifier=name, RemoveIamRoles=[role]),
    )
    if not run:
        demo.failures.append(f"{name}: no run after robin detached a role")
        return
    meaning = f"{name} gets back the role that robin detached."
    report = demo.watch(run, f"sync-roles of {name}, started by CloudTrail's event", meaning)
    for line in report["clusters"]:
        demo.print_event(f"{line['cluster']}: {line['outcome']}, {line['reason']}")
    if "robin" not in str(report["clusters"]):
        demo.failures.append(f"{name}: the report does not name robin, who detached a role")
    if role not in _roles(demo, name):
        demo.failures.append(f"{name}: the role that robin detached was not attached again")


def _roles(demo: DemoContext, name: str) -> list[str]:
    """ARNs of the cluster's roles that are in-sync."""
    cluster = demo.stack.client("redshift").describe_clusters(ClusterIdentifier=name)["Clusters"][0]
    return [role["IamRoleArn"] for role in cluster["IamRoles"] if role["ApplyStatus"] == "in-sync"]


def _changes(demo: DemoContext) -> Counter[str]:
    """ModifyClusterIamRoles calls per cluster, by any caller, from CloudTrail's history."""
    context = demo.aws.context
    records = (entry.record for entry in current().history(context.account, context.region))
    return Counter(r["requestParameters"]["clusterIdentifier"] for r in records if r["eventName"] == CHANGE)
