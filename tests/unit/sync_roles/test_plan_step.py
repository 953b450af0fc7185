"""The step Plan of sync-roles: one look at the fleet, one at each role, and a plan that names everybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from steward.domain.events import DRIFT_FOUND
from steward.domain.sync_roles.check import RoleFacts
from steward.domain.sync_roles.contest import IN_AN_HOUR
from steward.steps.sync_roles.plan import Tools, plan
from tests.support.deployed_policy import FixedPolicy
from tests.support.role_facts import COPY, SETTINGS, UNLOAD, cluster_with, observed, rule

if TYPE_CHECKING:
    from steward.domain.cluster import Cluster
    from steward.domain.run import Run
    from steward.domain.sync_roles.contest import Correction

TRUSTING = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "*"}]
}
ABROAD = "arn:aws:iam::210987654321:role/copy"

TAKEN = {"scheduled_at": "2026-11-21T20:59:00Z"}
"""A moment of the schedule that another run has."""


@dataclass
class World:
    """What stands for AWS: it answers, and remembers what it was asked and told."""

    fleet: list[Cluster]
    settings: dict[str, Any] = field(default_factory=dict)
    looks: Counter[str] = field(default_factory=Counter)
    written: dict[str, Any] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)
    corrections: dict[str, Any] = field(default_factory=dict)

    def all(self) -> list[Cluster]:
        """The fleet."""
        return self.fleet

    def look(self, arn: str) -> RoleFacts:
        """A role that is as it should be."""
        self.looks[arn] += 1
        return RoleFacts(arn, TRUSTING)

    def of(self, cluster: str) -> list[Correction]:
        """Corrections of its roles."""
        return self.corrections.get(cluster, [])

    def take(self, _run: Run, moment: str) -> bool:
        """Whether the moment of the schedule is ours."""
        return moment != TAKEN["scheduled_at"]

    def write(self, key: str, document: Any) -> None:
        """Keep a document, or a cluster's corrections."""
        kept = self.written if "/" in key else self.corrections
        kept[key.rpartition("/")[2]] = document

    def put(self, kind: str, detail: dict[str, Any]) -> None:
        """Keep an event."""
        self.told.append({"kind": kind, **detail})

    def tools(self) -> Tools:
        """All of it."""
        policy: Any = FixedPolicy(sync_roles=self.settings)
        return Tools(policy, *[self] * 7)  # type: ignore[arg-type]  # it stands for each


def planned(
    world: World, document: dict[str, Any] | None = None, arn: str = "arn:run", **policy: Any
) -> dict[str, Any]:
    """The plan document of a run."""
    run = {"arn": arn, "name": "run", "started_at": "2026-11-21T21:00:00Z", "workflow": "sync-roles"}
    world.settings = SETTINGS | policy
    plan({"input": document or {}, "run": run, "now": run["started_at"]}, world.tools())
    return dict(world.written["plan.json"])


def test_each_role_is_looked_at_once_however_many_clusters_want_it() -> None:
    world = World([cluster_with(observed(COPY), identifier=f"c{n}") for n in range(20)])
    document = planned(world)
    assert world.looks == {COPY: 1, UNLOAD: 1}
    assert len(document["clusters"]) == len(world.written["wave-main.json"]) == 20


def test_iam_is_not_asked_about_roles_of_other_accounts() -> None:
    world = World([cluster_with(observed())])
    (line,) = planned(world, rules=[rule("abroad", ABROAD)])["clusters"]
    assert line["code"] == "role_unusable"
    assert world.looks == {}


def test_clusters_that_no_rule_matches_are_only_planned_if_they_are_named() -> None:
    world = World([cluster_with(observed(COPY, UNLOAD)), cluster_with(observed(), identifier="other")])
    rules = [rule("mine", COPY, identifiers=["analytics"])]
    assert planned(world, rules=rules)["not_selected"] == 1
    named = planned(world, {"clusters": ["other"]}, rules=rules)["clusters"]
    assert [(line["cluster"], line["code"]) for line in named] == [("other", "no_rule")]


def test_a_moment_that_another_run_has_changes_nothing() -> None:
    world = World([cluster_with(observed(COPY))])
    (line,) = planned(world, TAKEN)["clusters"]
    assert line["code"] == "delivered_twice"
    assert "wave-main.json" not in world.written
    assert DRIFT_FOUND not in [event["kind"] for event in world.told], "the other run tells of it"


def test_scheduled_runs_that_correct_the_same_roles_again_and_again_stop_and_a_named_cluster_does_not() -> (
    None
):
    world = World([cluster_with(observed(COPY))])

    def action(number: int, document: dict[str, Any]) -> str:
        (line,) = planned(world, document, arn=f"arn:run-{number}")["clusters"]
        return str(line["code"])

    scheduled = {"scheduled_at": "2026-11-21T21:00:00Z"}
    codes = [action(number, scheduled) for number in range(IN_AN_HOUR.corrections + 2)]
    assert codes == ["drifted"] * IN_AN_HOUR.corrections + ["contested"] * 2
    assert action(99, {"clusters": ["analytics"]}) == "drifted"
    assert len(world.corrections["analytics"]) == IN_AN_HOUR.corrections


def test_neither_a_dry_run_nor_a_moment_that_another_run_has_counts_as_a_correction() -> None:
    world = World([cluster_with(observed(COPY))])
    planned(world, TAKEN)
    planned(world, {"dry_run": True})
    assert world.corrections == {}


def test_a_change_is_about_its_own_cluster_only() -> None:
    world = World(
        [cluster_with(observed(COPY, UNLOAD)), cluster_with(observed(COPY, UNLOAD), identifier="other")]
    )
    request = {"clusterIdentifier": "analytics", "removeIamRoles": [UNLOAD]}
    drift = {"by": {}, "at": "2026-11-21T20:59:50Z", "event_id": "e", "request": request}
    lines = {line["cluster"]: line for line in planned(world, {"drift": drift})["clusters"]}
    assert lines["analytics"]["about"]["drift"]["missing"] == [UNLOAD]
    assert lines["other"]["code"] == "in_sync"
    assert "changed" not in lines["other"]["about"]


def test_drift_that_stays_is_told_by_the_plan_and_not_in_a_dry_run() -> None:
    for document, told in (({}, 1), ({"dry_run": True}, 0)):
        world = World([cluster_with(observed(COPY), status="paused")])
        planned(world, document)
        assert [event["kind"] for event in world.told].count(DRIFT_FOUND) == told
