"""What would stand in the way of the next run: keys, locks, quotas.

Default quotas: Amazon Redshift Management Guide, "Quotas and limits".
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cli.doctor.finding import fail, ok, warn
from cli.runs.executions import describe
from cli.runs.run_progress import RUNNING
from steward.adapters.inspection import SnapshotQuota
from steward.adapters.kms import KmsKeys
from steward.domain.durations import humanize
from steward.domain.moments import parse_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.doctor.finding import Finding, Patient

DAY = 86_400

NODES = 200
"""Nodes of all clusters of an account and Region, unless raised."""

NEARLY = 0.8
"""Share of a quota from which on it is worth a warning."""


def kms_keys(patient: Patient) -> Iterator[Finding]:
    """Whether every cluster's KMS key can be used."""
    users: dict[str, list[str]] = defaultdict(list)
    for cluster in patient.clusters:
        if cluster.kms_key:
            users[cluster.kms_key].append(cluster.identifier)
    keys = KmsKeys(patient.client("kms"))
    states = {key: keys.state(key) for key in sorted(users)}
    for key, state in states.items():
        if state not in {"", "Enabled"}:
            says = f"{key} is {state}; it encrypts {', '.join(sorted(users[key]))}"
            yield fail(
                "KMS keys", says, "enable it, or cancel its deletion, before the data is lost for good"
            )
    hidden = [key for key, state in states.items() if not state]
    if hidden:
        do = "ask their owner for kms:DescribeKey"
        yield warn("KMS keys", f"you can not see the state of {', '.join(hidden)}", do)
    if all(state == "Enabled" for state in states.values()):
        yield ok("KMS keys", f"{len(states)} in use, all enabled")


def locks(patient: Patient) -> Iterator[Finding]:
    """Locks that should long have been given back."""
    stack, now = patient.stack, patient.stack.now()
    ages = [(item, (now - parse_moment(item["since"])).total_seconds()) for item in _scan_locks(patient)]
    held = [(item, age) for item, age in ages if age > DAY]
    for item, age in held:
        cluster, run = item["pk"].partition("#")[2], item["run"]
        who = f"{run.rpartition(':')[2]} ({item['workflow']})"
        says = f"{cluster} has been locked by {who} for {humanize(age)}"
        execution = describe(stack, run)
        if execution is not None and execution.status == RUNNING:
            yield warn("locks", says, f"see what it waits for: steward watch {execution.name}")
        else:
            yield warn(
                "locks", f"{says}, which has ended", "the next run takes it over; start one for this cluster"
            )
    if not held:
        yield ok("locks", "none is older than a day")


def _scan_locks(patient: Patient) -> Iterator[dict[str, str]]:
    asked = {"FilterExpression": "sk = :lock", "ExpressionAttributeValues": {":lock": "LOCK"}}
    while True:
        answer = patient.stack.ledger.scan(**asked)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def quotas(patient: Patient) -> Iterator[Finding]:
    """How much room is left for snapshots and nodes: a deletion needs snapshots, its restore test nodes."""
    redshift = patient.client("redshift")
    pages = redshift.get_paginator("describe_cluster_snapshots").paginate(SnapshotType="manual")
    snapshots = sum(len(page["Snapshots"]) for page in pages)
    yield _room("manual snapshots", snapshots, SnapshotQuota(patient.client("service-quotas")).limit())
    pages = redshift.get_paginator("describe_clusters").paginate()
    nodes = sum(each.get("NumberOfNodes", 1) for page in pages for each in page["Clusters"])
    yield _room("nodes", nodes, NODES, " (AWS's default; yours may have been raised)")


def _room(what: str, used: int, limit: int, known: str = "") -> Finding:
    says = f"{used} of {limit} {what}{known}"
    do = f"delete some that nobody needs, or ask Service Quotas for more {what}"
    if used >= limit:
        return fail("quotas", says, do)
    return warn("quotas", says, do) if used >= NEARLY * limit else ok("quotas", says)
