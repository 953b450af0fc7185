"""A made-up fleet, as the fleet's page gets it; the same seed gives the same document."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from tests.browser.samples import ACCOUNT, REGION, ROLES, START, iso, names


def fleet(count: int = 24, seed: int = 3) -> dict[str, Any]:
    """A fleet document as ``steward status --html`` builds it."""
    chance = Random(seed)  # noqa: S311  # made-up ages
    gone = [
        _kept_snapshot("finance-legacy", 1_843_200, 41),
        _kept_snapshot("erp-2019", 512_000, 230),
        _kept_snapshot("poc-lake", 96_000, 12),
    ]
    return {
        "at": iso(START),
        "account": ACCOUNT,
        "region": REGION,
        "stack": "RedshiftSteward-production",
        "timezone": "Europe/Berlin",
        "not_selected": 3,
        "clusters": [_member(name, number, chance) for number, name in enumerate(names(count))],
        "snapshots": gone,
    }


def _kept_snapshot(cluster: str, megabytes: int, age: int) -> dict[str, Any]:
    name = f"steward-final-{cluster}"
    about = {"identifier": name, "cluster": cluster, "kind": "manual", "size_mb": megabytes, "age_days": age}
    return about | {
        "created_at": iso(START - timedelta(days=age)),
        "retention_days": 365 if age < 100 else -1,
    }


def _member(name: str, number: int, chance: Random) -> dict[str, Any]:
    turn, age = number % 24, chance.uniform(1, 88)
    member: dict[str, Any] = {
        "identifier": name,
        "status": "available",
        "encrypted": True,
        "max_age_days": 90,
    }
    member |= {"rotated_by": "the steward", "drift": {}, "lock": None, "snapshots": []}
    if turn in {4, 12}:
        age = 97.0 if turn == 4 else 700.0
        member["why_not"] = "failed on its last run: kms:CreateGrant is missing" if turn == 4 else "is paused"
    if turn == 12:
        member["status"] = "paused"
    if turn == 11:
        return {
            "identifier": name,
            "status": "available",
            "encrypted": False,
            "max_age_days": 90,
            "drift": None,
        }
    if turn == 7:
        member["drift"] = {"added": [f"arn:aws:iam::{ACCOUNT}:role/old-etl"], "removed": ROLES[:2]}
    if turn == 9:
        member["drift"] = {"added": [], "removed": [], "default": {"is": "none", "wanted": ROLES[0]}}
    if turn == 15:
        member["drift"] = {"unknown": "iam:GetRole was refused for ml-train"}
    if turn == 17:
        member["lock"] = {"workflow": "rotate-keys", "run": "efdf26bb", "since": iso(START)}
        member["status"] = "rotating-keys"
    if turn % 5 == 0:
        member["snapshots"] = [_kept_snapshot(name, chance.randint(1, 900) * 1024, chance.randint(3, 80))]
    at = START - timedelta(days=age)
    outcome = "failed" if turn == 4 else "skipped" if turn == 12 else "rotated"
    last = {"workflow": "rotate-keys", "run": "efdf26bb", "outcome": outcome, "at": iso(at)}
    return member | {"key_age_days": age, "last_rotated_at": iso(at), "last": last}
