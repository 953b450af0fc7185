"""What a run came to: its report, its calls, and what it left behind."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from steward.domain.events import KINDS
from steward.domain.rotate_keys.last_rotation import TAG
from tests.support.event_shapes import wrong_with

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.recorder import Call


@dataclass(frozen=True)
class Child:
    """The child execution of one cluster."""

    cluster: str
    wave: str
    status: str
    error: str | None
    cause: str | None
    started: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Result:
    """One run, seen from outside.

    Attributes:
        began: When the execution was started.
        report: report.json; empty when there is none.
        page: report.html; empty when there is none.
        calls: All calls since the fleet was seeded, those of other runs included.
        items: The whole ledger.
        turns: How often each cluster's keys have moved on since it was seeded, by rotations that have ended.
        tags: Each cluster's tags now.
        statuses: Each cluster's ClusterStatus now.
    """

    arn: str
    status: str
    error: str | None
    cause: str | None
    output: dict[str, Any]
    began: datetime
    ended: datetime
    report: dict[str, Any]
    plan: dict[str, Any]
    page: str
    calls: list[Call]
    items: list[dict[str, Any]]
    turns: dict[str, int]
    tags: dict[str, dict[str, str]]
    statuses: dict[str, str]
    children: list[Child]

    def line(self, cluster: str) -> dict[str, Any]:
        """The report's line about a cluster; exactly one."""
        (line,) = [line for line in self.report["clusters"] if line["cluster"] == cluster]
        return dict(line)

    def outcome(self, cluster: str) -> str:
        """How it ended for a cluster."""
        return str(self.line(cluster)["outcome"])

    def reason(self, cluster: str) -> str:
        """Why."""
        return str(self.line(cluster)["reason"])

    @property
    def outcomes(self) -> dict[str, str]:
        """How it ended, by cluster."""
        return {line["cluster"]: line["outcome"] for line in self.report["clusters"]}

    @property
    def headline(self) -> str:
        """The run in a sentence."""
        return str(self.report["headline"])

    def to_redshift(self, operation: str = "", cluster: str = "") -> list[Call]:
        """Calls to Redshift, in order: all, or those of an operation, or those about a cluster."""
        return [
            call
            for call in self.calls
            if call.service == "redshift"
            and operation in {"", call.operation}
            and cluster in {"", call.cluster}
        ]

    def changes(self, cluster: str = "") -> list[str]:
        """The changing calls that were carried out, by name and in order."""
        return [
            call.operation for call in self.to_redshift(cluster=cluster) if call.is_change and call.applied
        ]

    def attempts(self, operation: str, cluster: str = "") -> list[str]:
        """What each call of an operation was answered."""
        return [call.answer for call in self.to_redshift(operation, cluster)]

    def rotations(self, cluster: str) -> int:
        """How many rotations were begun by calls."""
        return self.changes(cluster).count("RotateEncryptionKey")

    def polls(self, cluster: str) -> int:
        """How often the cluster was looked at by name."""
        return len(self.to_redshift("DescribeClusters", cluster))

    def moment(self, operation: str, cluster: str) -> datetime:
        """When the first such call was carried out."""
        return next(call.at for call in self.to_redshift(operation, cluster) if call.applied)

    def minutes_until(self, operation: str, cluster: str) -> float:
        """Minutes from the run's start to the first such call that was carried out."""
        return (self.moment(operation, cluster) - self.began) / timedelta(minutes=1)

    @property
    def locks(self) -> dict[str, str]:
        """Locks in the ledger: cluster to the run that holds it."""
        return {_cluster(item): item["run"] for item in self.items if item["sk"] == "LOCK"}

    def operations(self, cluster: str) -> list[dict[str, Any]]:
        """The ledger's operation records of a cluster, the oldest first."""
        found = [item for item in self.items if item["sk"].startswith("OPERATION#")]
        return sorted((item for item in found if _cluster(item) == cluster), key=lambda item: item["sk"])

    def last_rotation(self, cluster: str) -> dict[str, Any] | None:
        """The ledger's record of a cluster's last rotation."""
        records = (item for item in self.items if item["sk"] == "LAST#rotate-keys")
        return next((item for item in records if _cluster(item) == cluster), None)

    def tagged_at(self, cluster: str) -> str | None:
        """The steward's tag on a cluster."""
        return self.tags[cluster].get(TAG)

    @property
    def notices(self) -> list[dict[str, Any]]:
        """What was published to people, without what alarms say."""
        published = [call.parameters for call in self.calls if call.operation == "Publish"]
        return [notice for notice in published if "AlarmName" not in notice["Message"]]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The details of what programs were told of this kind."""
        puts = (call.parameters for call in self.calls if call.operation == "PutEvents")
        entries = [entry for put in puts for entry in put["Entries"] if entry["DetailType"] == kind]
        assert {entry["Source"] for entry in entries} <= {"redshift.steward"}
        return [json.loads(entry["Detail"]) for entry in entries]

    def child(self, cluster: str) -> Child:
        """The child execution of a cluster; exactly one."""
        (child,) = [child for child in self.children if child.cluster == cluster]
        return child


def was_left_alone(result: Result, cluster: str, outcome: str, *words: str) -> None:
    """The cluster was planned and not acted on: the reason says why, and no call was made about it."""
    line = result.line(cluster)
    assert line["outcome"] == outcome
    assert [word for word in words if word not in line["reason"]] == [], line["reason"]
    assert result.to_redshift(cluster=cluster) == [], (
        "planned from the list of all clusters, and never touched"
    )
    assert result.operations(cluster) == []
    assert result.last_rotation(cluster) is None or result.turns[cluster] == 0


def most_at_once(children: list[Child]) -> int:
    """The largest number of child executions that were under way at one moment."""
    steps = [(child.started, 1) for child in children]
    steps += [(child.ended, -1) for child in children if child.ended is not None]
    most = running = 0
    for _, step in sorted(steps):
        running += step
        most = max(most, running)
    return most


def keeps_its_promises(result: Result) -> None:
    """What holds for every run that ended by itself (design: promises)."""
    named = [line["cluster"] for line in result.report["clusters"]]
    planned = [verdict["cluster"] for verdict in result.plan.get("clusters", [])]
    assert sorted(named) == sorted(planned), "the report names every selected cluster once"
    assert all(line["outcome"] and line["reason"] for line in result.report["clusters"])
    assert result.arn not in result.locks.values(), "no lock outlives its run"
    again = result.report["input"].get("force") if isinstance(result.report["input"], dict) else False
    told = [(kind, detail) for kind in KINDS for detail in result.events(kind)]
    wrong = {kind: wrong_with(kind, detail) for kind, detail in told if wrong_with(kind, detail)}
    assert not wrong, f"events that are not of their documented shape: {wrong}"
    twice = [name for name, count in Counter(_rotated(result)).items() if count > 1 and not again]
    assert not twice, f"rotated more than once: {twice}"


def _rotated(result: Result) -> list[str]:
    return [call.cluster for call in result.to_redshift("RotateEncryptionKey") if call.applied]


def _cluster(item: dict[str, Any]) -> str:
    return str(item["pk"]).removeprefix("CLUSTER#")
