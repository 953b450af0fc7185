"""The second act: every cluster's roles come to the declared state, and back to it when somebody meddles."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from cli.demo.demo_context import LOOK_EVERY
from cli.demo.iam_users import person
from local.cloudtrail import current
from steward.domain.workflows import SYNC_ROLES

if TYPE_CHECKING:
    from cli.demo.demo_context import Scene

PATIENCE = 60
"""Real seconds in which a change by somebody else must have led to a run."""

CHANGE = "ModifyClusterIamRoles"
SETTLED = {"synced", "in_sync"}


def sync_roles(scene: Scene) -> None:
    """A run on demand, a second one that finds nothing to do, and a role that somebody detaches."""
    scene.say("sync-roles, on demand, with the input {}")
    report = scene.watch(scene.start(SYNC_ROLES.name, {}, "first-sync"), "sync-roles")
    scene.judge(SYNC_ROLES.name, report)
    settled = [line["cluster"] for line in report["clusters"] if line["outcome"] in SETTLED]
    _again(scene, settled)
    _heal(scene, settled)


def _again(scene: Scene, settled: list[str]) -> None:
    """A second run makes no call for a cluster whose roles are as declared."""
    scene.say("a second run of sync-roles has nothing to do")
    before = _changes(scene)
    report = scene.watch(scene.start(SYNC_ROLES.name, {}, "second-sync"), "The second run: sync-roles")
    scene.console.print(report["headline"], markup=False, soft_wrap=True)
    after = _changes(scene)
    again = [name for name in settled if after[name] != before[name]]
    scene.wrong += [f"{name}: the second run of sync-roles changed its roles again" for name in again]


def _heal(scene: Scene, settled: list[str]) -> None:
    """Somebody detaches a role; CloudTrail's event starts a run that attaches it, and says who it was."""
    name, role = next((name, role) for name in settled for role in _roles(scene, name))
    scene.say(f"robin detaches a role from {name}")
    robin = person(scene.stack, "robin", actions=["redshift:ModifyClusterIamRoles"])
    redshift = robin.client("redshift", endpoint_url=scene.stack.endpoint)
    runs = len(scene.executions(SYNC_ROLES.name))
    redshift.modify_cluster_iam_roles(ClusterIdentifier=name, RemoveIamRoles=[role])
    deadline = time.monotonic() + PATIENCE
    while len(executions := scene.executions(SYNC_ROLES.name)) == runs and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)
    report = scene.watch(str(executions[0]["executionArn"]), f"CloudTrail's event: sync-roles of {name}")
    for line in report["clusters"]:
        told = f"  {line['cluster']}: {line['outcome']}, {line['reason']}"
        scene.console.print(told, markup=False, soft_wrap=True)
    if len(executions) == runs or "robin" not in str(report["clusters"]):
        scene.wrong.append(f"{name}: nobody noticed that robin detached a role")
    if role not in _roles(scene, name):
        scene.wrong.append(f"{name}: the role that robin detached was not attached again")


def _roles(scene: Scene, name: str) -> list[str]:
    """The roles that a cluster has, in sync."""
    cluster = scene.stack.client("redshift").describe_clusters(ClusterIdentifier=name)["Clusters"][0]
    return [role["IamRoleArn"] for role in cluster["IamRoles"] if role["ApplyStatus"] == "in-sync"]


def _changes(scene: Scene) -> Counter[str]:
    """How often the roles of each cluster have been changed, by anybody, as CloudTrail keeps it."""
    context = scene.aws.context
    records = (entry.record for entry in current().history(context.account, context.region))
    return Counter(r["requestParameters"]["clusterIdentifier"] for r in records if r["eventName"] == CHANGE)
