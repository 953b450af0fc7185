"""The third act: clusters are retired, by two people, and for each that is gone a snapshot is there."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.demo.iam_users import person
from cli.errors import Trouble
from cli.requests.approvals_client import Approvals
from cli.runs.run_progress import step_in_words
from steward.domain.run import DEPROVISION

if TYPE_CHECKING:
    from cli.demo.demo_context import Scene
    from cli.runs.run_progress import Row

REASON = "the warehouse has moved; nobody uses these any more"
DAY_A_SECOND = 86_400
"""Virtual seconds per real second while clusters are in quarantine."""


class Desk:
    """The people at the approvals' URL, and what each request must come to."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        policy = [scene.stack.outputs["ApproversPolicy"]]
        self.dana, self.kim = (
            Approvals(replace(scene.stack, session=person(scene.stack, name, policies=policy), clients={}))
            for name in ("dana", "kim")
        )
        self.expected = {
            cluster.identifier: cluster.expect[DEPROVISION.name].outcome
            for cluster in scene.fleet.clusters
            if DEPROVISION.name in cluster.expect
        }
        self._answered: set[str] = set()
        self._resumed: set[str] = set()

    def answer(self, rows: list[Row]) -> None:
        """Kim answers every request that nobody has answered, and overlooks those that must expire."""
        waiting = {row.cluster for row in rows if row.step == step_in_words("approval")} - self._answered
        for request in self.kim.all() if waiting else ():
            if request["status"] != "waiting" or request["cluster"] not in waiting:
                continue
            if not self._answered:
                self._refused(request)
            self._answered.add(request["cluster"])
            verb = {"rejected": "reject", "expired": ""}.get(self.expected[request["cluster"]], "approve")
            if verb:
                self.kim.answer(request, verb, "looked at by kim")

    def resume(self, rows: list[Row]) -> None:
        """Lee still needs a cluster, and resumes it when it is found paused."""
        for row in rows:
            wanted = self.expected.get(row.cluster) == "still_wanted" and row.cluster not in self._resumed
            if wanted and row.step == step_in_words("quarantine"):
                self._resumed.add(row.cluster)
                self._lee.resume_cluster(ClusterIdentifier=row.cluster)
                self._scene.say(f"lee resumes {row.cluster}, which is still needed")

    @cached_property
    def _lee(self) -> Any:
        """Lee's Redshift client."""
        stack = self._scene.stack
        lee = person(stack, "lee", actions=["redshift:ResumeCluster"])
        return lee.client("redshift", endpoint_url=stack.endpoint)

    def look(self, rows: list[Row]) -> None:
        """What the people do when they look at the run."""
        self.answer(rows)
        self.resume(rows)

    def _refused(self, request: dict[str, Any]) -> None:
        """Whoever asked may not say yes as well."""
        try:
            self.dana.answer(request, "approve", "")
        except Trouble as refusal:
            self._scene.say(f"dana may not approve what she asked for: {refusal}")
        else:
            self._scene.wrong.append(f"{request['cluster']}: dana approved her own request")


def deprovision(scene: Scene) -> None:
    """Dana asks, kim answers, and the days of the quarantine go by."""
    desk = Desk(scene)
    scene.say(f"dana asks for clusters to be retired ({len(desk.expected)}); kim approves and rejects")
    clock = scene.aws.context.clock
    pace, clock_pace = clock.speed, clock.pace
    clock_pace(DAY_A_SECOND)
    try:
        run = desk.dana.start(sorted(desk.expected), REASON)["execution"]
        report = scene.watch(run, "deprovision", desk.look)
    finally:
        clock_pace(pace or DAY_A_SECOND)
    scene.judge(DEPROVISION.name, report, _unproven(scene, report))


def _unproven(scene: Scene, report: dict[str, Any]) -> dict[str, str]:
    """Whatever a report says: a cluster that is gone has an available, encrypted, manual snapshot."""
    redshift = scene.stack.client("redshift")
    there = {each["ClusterIdentifier"] for each in redshift.describe_clusters()["Clusters"]}
    snapshots = redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"]
    safe = {s["ClusterIdentifier"] for s in snapshots if s["Status"] == "available" and s["Encrypted"]}
    wrongs = {}
    for line in report["clusters"]:
        name, deleted = line["cluster"], line["outcome"] == "deleted"
        if name not in there and name not in safe:
            wrongs[name] = "it is gone, and no snapshot of it is available"
        elif deleted and name in there:
            wrongs[name] = "it is said to be deleted, and is still there"
    scene.say(f"clusters with an available, encrypted snapshot of their own: {', '.join(sorted(safe))}")
    return wrongs
