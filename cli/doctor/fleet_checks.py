"""Checks of the fleet that the next run depends on: KMS keys, locks, quotas.

Default quotas: Amazon Redshift Management Guide, "Quotas and limits".
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from cli.doctor.check_context import CheckContext, Finding, fail, ok, warn
from cli.runs.executions import describe_execution
from cli.runs.run_progress import RUNNING
from steward.adapters.inspection import SnapshotQuota
from steward.adapters.kms import KmsKeys
from steward.domain.durations import humanize

A_DAY = timedelta(days=1)

NODES = 200
"""Default quota of nodes per account and Region."""

WARN_SHARE = 0.8


def check_kms_keys(context: CheckContext) -> Iterator[Finding]:
    users: dict[str, list[str]] = defaultdict(list)
    for cluster in context.clusters:
        if cluster.kms_key:
            users[cluster.kms_key].append(cluster.identifier)
    keys = KmsKeys(context.client("kms"))
    states = {key: keys.state(key) for key in sorted(users)}
    for key, state in states.items():
        if state not in {"", "Enabled"}:
            detail = f"{key} is {state}; it encrypts {', '.join(sorted(users[key]))}"
            yield fail(
                "KMS keys", detail, "enable it or cancel its deletion before the data is permanently lost"
            )
    hidden = [key for key, state in states.items() if not state]
    if hidden:
        fix = "ask the keys' owner for kms:DescribeKey"
        yield warn("KMS keys", f"cannot read the state of {', '.join(hidden)}", fix)
    if all(state == "Enabled" for state in states.values()):
        yield ok("KMS keys", f"{len(states)} in use, all enabled")


def check_locks(context: CheckContext) -> Iterator[Finding]:
    """Locks held for more than a day."""
    stack, now = context.stack, context.stack.now()
    old = [lock for lock in stack.locks.all() if now - lock.since > A_DAY]
    for lock in old:
        run = lock.run.rpartition(":")[2]
        age = humanize((now - lock.since).total_seconds())
        detail = f"{lock.cluster} has been locked by {run} ({lock.workflow}) for {age}"
        execution = describe_execution(stack, lock.run)
        if execution is not None and execution.status == RUNNING:
            yield warn("locks", detail, f"check what it is waiting for: steward watch {run}")
        else:
            fix = "start a run for this cluster; it takes the lock over"
            yield warn("locks", f"{detail}; that run has ended", fix)
    if not old:
        yield ok("locks", "none is older than a day")


def check_quotas(context: CheckContext) -> Iterator[Finding]:
    """Free quota: a deletion needs manual snapshots, its restore test needs nodes."""
    redshift = context.client("redshift")
    pages = redshift.get_paginator("describe_cluster_snapshots").paginate(SnapshotType="manual")
    snapshots = sum(len(page["Snapshots"]) for page in pages)
    yield _quota_finding(
        "manual snapshots", snapshots, SnapshotQuota(context.client("service-quotas")).limit()
    )
    pages = redshift.get_paginator("describe_clusters").paginate()
    nodes = sum(each.get("NumberOfNodes", 1) for page in pages for each in page["Clusters"])
    yield _quota_finding("nodes", nodes, NODES, " (AWS's default; yours may be higher)")


def _quota_finding(what: str, used: int, limit: int, known: str = "") -> Finding:
    detail = f"{used} of {limit} {what}{known}"
    fix = f"delete unused {what}, or request an increase in Service Quotas"
    if used >= limit:
        return fail("quotas", detail, fix)
    return warn("quotas", detail, fix) if used >= WARN_SHARE * limit else ok("quotas", detail)
