"""Made-up reports and fleets in the shape of real ones; the same seed gives the same document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

START = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
ACCOUNT, REGION = "123456789012", "eu-central-1"
TEAMS = "analytics billing crm finance fraud hr inventory logistics loyalty marketing orders payments pricing"
TEAMS += " risk sales search shipping supply support web"
KINDS = "prod mart dwh events lake reports staging sandbox ml archive"
KEYS = [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/72fd518f-1a1d-41de-8b9c-fdfab75107e{n}" for n in range(4)]
ROLES = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("spectrum-read", "copy-s3", "ml-train", "unload")]

Line = dict[str, Any]


def names(count: int) -> list[str]:
    """Distinct cluster names."""
    pairs = [f"{team}-{kind}" for kind in KINDS.split() for team in TEAMS.split()]
    return [
        pairs[n % len(pairs)] + (f"-{n // len(pairs) + 1}" if n >= len(pairs) else "") for n in range(count)
    ]


def iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def report(workflow: str, lines: list[Line], ended: datetime, **more: Any) -> dict[str, Any]:
    """A report.json around these lines."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line["outcome"]] = counts.get(line["outcome"], 0) + 1
    told = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in counts.items())
    machine = f"RedshiftSteward-production-{workflow}"
    name = "efdf26bb-f9fd-53c2-8aaa-a22225e0271a"
    return {
        "workflow": workflow,
        "run": name,
        "execution": f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{machine}:{name}",
        "input": {"scheduled_at": iso(START)},
        "status": "done",
        "headline": f"{len(lines)} clusters selected: {told}",
        "started_at": iso(START),
        "ended_at": iso(ended),
        "seconds": round((ended - START).total_seconds()),
        "not_selected": 3,
        "timezone": "Europe/Berlin",
        "clusters": lines,
    } | more


@dataclass
class Timeline:
    """The timeline of one cluster, written step by step."""

    at: datetime
    entries: list[dict[str, str]] = field(default_factory=list)

    def step(self, name: str, **lasts: float) -> Timeline:
        self.entries.append({"step": name, "at": iso(self.at)})
        self.at += timedelta(**lasts)
        return self


@dataclass
class Slots:
    """When a worker is free, for a fixed number of workers."""

    free: list[datetime]

    def take(self) -> datetime:
        self.free.sort()
        return self.free.pop(0)

    def give(self, at: datetime) -> None:
        self.free.append(at)


def rotation(count: int = 24, seed: int = 7, at_once: int = 6) -> dict[str, Any]:
    """A run of rotate-keys with every outcome."""
    chance, lines = Random(seed), []  # noqa: S311  # made-up durations
    slots = Slots([])
    for number, name in enumerate(names(count)):
        if number == 0:
            line, ended = _rotation_line(name, START + timedelta(seconds=4), chance, "canary")
            slots.free = [ended + timedelta(seconds=chance.randint(5, 40)) for _ in range(at_once)]
        elif (left := _not_acted_on(name, number)) is not None:
            line = left
        else:
            line, ended = _rotation_line(name, slots.take(), chance, "main", number)
            slots.give(ended)
        lines.append(line)
    ended = max(slots.free) + timedelta(seconds=9)
    return report("rotate-keys", lines, ended)


def _line(
    name: str, wave: str, outcome: str, code: str, reason: str, timeline: Timeline | None = None
) -> Line:
    line: Line = {"cluster": name, "wave": wave, "kms_key": KEYS[len(name) % 4]}
    line |= {"outcome": outcome, "code": code, "reason": reason}
    if timeline is not None:
        line["timeline"] = timeline.entries
        child = f"execution:RedshiftSteward-production-rotate-keys/EachCluster:{name}"
        line["execution"] = f"arn:aws:states:{REGION}:{ACCOUNT}:{child}"
    return line


NOT_ACTED_ON = {
    5: (
        "skipped",
        "not_due",
        "keys 30 days old, rotated by the steward at 2026-10-22T20:31:09Z; due in 59 days 23 h",
    ),
    8: ("skipped", "paused", "is paused, and the policy says paused: skip"),
    11: ("refused", "unencrypted", "is not encrypted, so it has no keys to rotate; encrypt it first"),
    13: ("skipped", "blackout", 'is in the blackout "year-end close rehearsal" until 2026-12-04T23:00:00Z'),
    16: ("skipped", "maintenance", "is too close to its maintenance: it begins in 34 min"),
    18: ("refused", "key_unusable", f"its KMS key {KEYS[3]} is Disabled; enable the key first"),
}
"""Clusters that the run does not act on: outcome, code and reason, by number modulo 24."""


def _not_acted_on(name: str, number: int) -> Line | None:
    found = NOT_ACTED_ON.get(number % 24)
    return None if found is None else _line(name, "", *found)


def _rotation_line(
    name: str, began: datetime, chance: Random, wave: str, number: int = 0
) -> tuple[Line, datetime]:
    timeline, turn = Timeline(began), number % 24
    timeline.step("locked", seconds=2)
    if turn in {3, 14}:
        for _ in range(2):
            timeline.step("calling", seconds=1).step("refused", seconds=1).step("waiting", seconds=45)
    if turn == 6:
        timeline.step("waiting", minutes=19)
    if turn == 9:
        timeline.step("resuming", minutes=6)
    timeline.step("calling", seconds=3)
    if turn == 4:
        return _failure_line(name, timeline)
    begun = timeline.at
    length = timedelta(minutes=chance.uniform(8, 15))
    if turn == 12:
        length = timedelta(minutes=41)
    timeline.step("rotating", seconds=length.total_seconds())
    done = timeline.at
    timeline.step("finishing", seconds=3)
    if turn == 9:
        timeline.step("pausing", minutes=4)
    timeline.step("ended")
    line = _line(name, wave, "rotated", "due", "", timeline)
    minutes = round(length.total_seconds() // 60)
    line["reason"] = f"rotated in {minutes} min (keys were {90 + number % 300} days old)"
    if turn == 12:
        line |= {"outcome": "timed_out", "code": "deadline"}
        line["reason"] = "was still rotating-keys after 40 min, the policy's deadline; the next run continues"
    if turn == 14:
        line["note"] = "came through the undocumented status modifying-keys"
    line |= {"begun_at": iso(begun), "ended_at": iso(done), "seconds": round(length.total_seconds())}
    line |= {"polls": chance.randint(5, 14), "overshoot_seconds": chance.randint(15, 120)}
    line["evidence"] = {
        "status_before": "available",
        "request_id": f"3f1c-{number:04d}",
        "resumed": turn == 9,
    }
    return line, timeline.at


def _failure_line(name: str, timeline: Timeline) -> tuple[Line, datetime]:
    timeline.step("abandoned")
    reason = (
        "RotateEncryptionKey was refused: User: arn:aws:sts::123456789012:assumed-role/steward-start is not "
        "authorized to perform: kms:CreateGrant (AccessDenied); give the function's role access to the key"
    )
    line = _line(name, "main", "failed", "access_denied", reason, timeline)
    line |= {"ended_at": timeline.entries[-1]["at"], "polls": 0}
    line["evidence"] = {"error": "AccessDenied", "request_id": "9c8e-0004"}
    return line, timeline.at


def roles(count: int = 12) -> dict[str, Any]:
    """A run of sync-roles with every kind of drift."""
    lines = [_sync_line(name, number) for number, name in enumerate(names(count))]
    ended = START + timedelta(minutes=11)
    drift = {
        "cluster": lines[0]["cluster"],
        "by": "terraform-ci",
        "at": iso(START),
        "added": [],
        "removed": ROLES[:1],
    }
    return report("sync-roles", lines, ended, input={"drift": drift})


def _sync_line(name: str, number: int) -> Line:
    turn = number % 6
    evidence = {
        "mode": "exact",
        "rule": "analytics",
        "missing": ROLES[:2] if turn in {0, 1, 4} else [],
        "extra": [f"arn:aws:iam::{ACCOUNT}:role/old-etl"] if turn in {1, 3} else [],
        "default": {"wanted": ROLES[0], "was": None if turn == 0 else ROLES[0]},
        "changed_by": [
            {"who": "terraform-ci", "at": iso(START), "call": "ModifyClusterIamRoles", "removed": "copy-s3"}
        ],
    }
    if turn == 2:
        return {
            "cluster": name,
            "wave": "",
            "outcome": "in_sync",
            "code": "in_sync",
            "evidence": {"mode": "exact"},
        } | {"reason": "has the 3 roles that the policy wants, all in-sync"}
    if turn == 3:
        return {"cluster": name, "wave": "", "outcome": "drifted", "code": "paused", "evidence": evidence} | {
            "reason": "is paused and has 1 unexpected role: old-etl"
        }
    timeline = Timeline(START + timedelta(seconds=3 + number * 7)).step("locked", seconds=2)
    if turn == 4:
        timeline.step("adding", minutes=10).step("abandoned")
        return _line(
            name, "main", "timed_out", "stuck", "copy-s3 was still adding after 10 min", timeline
        ) | {
            "evidence": evidence,
            "ended_at": timeline.entries[-1]["at"],
        }
    timeline.step("adding", seconds=70).step("removing", seconds=40 if turn == 1 else 0).step("ended")
    reason = "2 roles added" + (", 1 removed" if turn == 1 else "") + "; all in-sync"
    line = _line(name, "main", "synced", "converged", reason, timeline) | {"evidence": evidence}
    return line | {
        "begun_at": timeline.entries[1]["at"],
        "ended_at": timeline.entries[-1]["at"],
        "seconds": 110,
    }


def deprovision() -> dict[str, Any]:
    """A run of deprovision that lasts ten days."""
    make = [
        _deleted_cluster,
        _wanted_cluster,
        _cluster_with_blockers,
        _cluster_without_answer,
        _cluster_with_rejection,
        _cluster_with_snapshot_failure,
    ]
    lines = [one(name) for one, name in zip(make, names(len(make)), strict=True)]
    asked = {"clusters": names(6), "reason": "replaced by the new lake", "requested_by": "ann@example.com"}
    return report("deprovision", lines, START + timedelta(days=10, hours=5), input=asked)


def _until_approval() -> Timeline:
    return Timeline(START + timedelta(seconds=5)).step("locked", seconds=4).step("inspecting", seconds=30)


def _deprovision_line(name: str, outcome: str, reason: str, timeline: Timeline, **evidence: Any) -> Line:
    line = _line(name, "main", outcome, outcome, reason, timeline)
    return line | {"evidence": evidence, "ended_at": timeline.entries[-1]["at"]}


def _snapshot(name: str, kind: str) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:redshift:{REGION}:{ACCOUNT}:snapshot:{name}/steward-{kind}-{name}",
        "size_mb": 1_843_200,
    } | {"status": "available", "encrypted": True, "retention": "365 days"}


APPROVED = {"by": f"arn:aws:sts::{ACCOUNT}:assumed-role/dba/bob", "at": iso(START + timedelta(hours=15))}


def _deleted_cluster(name: str) -> Line:
    timeline = _until_approval().step("approval", hours=15).step("guard snapshot", minutes=44)
    timeline.step("pausing", minutes=5).step("quarantine", days=7).step("resuming", minutes=8)
    timeline.step("key rotation", minutes=22).step("deleting", hours=1, minutes=10).step(
        "final snapshot", minutes=6
    ).step("ended")
    return _deprovision_line(
        name,
        "deleted",
        "was deleted; its final snapshot is available and verified",
        timeline,
        requested_by="ann@example.com",
        approved=APPROVED,
        snapshots=[_snapshot(name, "guard"), _snapshot(name, "final")],
        left_behind=["subnet group default-private", "3 alarms", "2 reserved nodes, paid until 2027-03-31"],
    )


def _wanted_cluster(name: str) -> Line:
    timeline = _until_approval().step("approval", hours=4).step("guard snapshot", minutes=31)
    timeline.step("pausing", minutes=5).step("quarantine", days=3, hours=2).step("ended")
    return _deprovision_line(
        name,
        "still_wanted",
        "was resumed in quarantine by carla@example.com, so it is kept",
        timeline,
        approved=APPROVED,
        resumed_by="carla@example.com",
        snapshots=[_snapshot(name, "guard")],
    )


def _cluster_with_blockers(name: str) -> Line:
    blockers = [
        {
            "blocker": "datashare",
            "evidence": "sales_share is consumed by 210987654321",
            "what_to_do": "deauthorize it",
        },
        {
            "blocker": "integration",
            "evidence": "zero-ETL from aurora-orders",
            "what_to_do": "delete the integration",
        },
        {"blocker": "in use", "evidence": "41 connections in 14 days", "what_to_do": "ask team orders"},
    ]
    reason = "3 blockers: a datashare with a consumer, a zero-ETL integration, 41 connections in 14 days"
    return {"cluster": name, "wave": "", "outcome": "refused", "code": "blocked", "reason": reason} | {
        "evidence": {"blockers": blockers}
    }


def _cluster_without_answer(name: str) -> Line:
    timeline = _until_approval().step("approval", days=5).step("ended")
    return _deprovision_line(name, "expired", "nobody approved within 5 days", timeline, plan_hash="9f2c41d7")


def _cluster_with_rejection(name: str) -> Line:
    timeline = _until_approval().step("approval", hours=20).step("ended")
    return _deprovision_line(
        name, "rejected", "bob rejected it: used by the auditors", timeline, rejected=APPROVED
    )


def _cluster_with_snapshot_failure(name: str) -> Line:
    timeline = _until_approval().step("approval", hours=15).step("guard snapshot", hours=2).step("abandoned")
    reason = "its guard snapshot has the status failed; nothing was deleted, so request the deletion again"
    return _deprovision_line(name, "failed", reason, timeline, approved=APPROVED)
