"""Facts for the tests of `steward.domain.deprovision`: a cluster that may be deleted, with variations."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.blockers import Inspection
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.copies import copy_name
from steward.domain.deprovision.plan import APPROVED_TAG, hash_of, plan_of
from steward.domain.deprovision.planned_cluster import PlannedCluster
from steward.domain.deprovision.progress import Progress, Stopping, Waiting
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.situation import Consent, Observation, Situation
from steward.domain.deprovision.snapshot import Snapshot
from steward.domain.deprovision.stages.deletion import Delete
from steward.domain.deprovision.stages.guard_snapshot import Guard
from steward.domain.deprovision.stages.quarantine import Power
from steward.domain.deprovision.stages.restore_test import Copy
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.facts import CREATED, KEY, NAMESPACE, NOW, cluster

if TYPE_CHECKING:
    from steward.domain.deprovision.moves import NextMove

SETTINGS: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "protected": {"tags": {"tier": ["critical"]}, "identifiers": ["*-ledger"]},
    "approval": {
        "required": True,
        "expires_after_seconds": 3 * 86400,
        "approvers": [],
        "four_eyes": True,
        "federated_roles": [],
    },
    "idle": {"days": 2, "metric": "DatabaseConnections", "threshold": 0},
    "quarantine_seconds": 0,
    "rotate_first": False,
    "restore_test": False,
    "snapshot": {"retention_days": 30, "tags": {"retired-by": "steward"}},
    "waived": {},
    "stack_tags": ["terraform"],
    "max_concurrent": 5,
    "max_per_run": 5,
    "deadline_seconds": 86400,
}

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLANNED = PlannedCluster("analytics", NAMESPACE, format_moment(CREATED), True, KEY, 800_000, 100_000)  # noqa: FBT003  # encrypted


def settings(**changes: Any) -> DeprovisionSettings:
    """The policy's settings with some of them changed."""
    return parse_settings(DeprovisionSettings, {**SETTINGS, **changes})


def details(**changes: Any) -> ClusterDetails:
    """The cluster; what `ClusterDetails` does not have itself is changed in its cluster."""
    own = {key: changes.pop(key) for key in list(changes) if key in ClusterDetails.__dataclass_fields__}
    plain = ClusterDetails(cluster(**changes), "ra3.xlplus", 2, storage_mb=800_000, subnet_group="default")
    return replace(plain, **own)


PLAN = plan_of(details(), settings())
HASH = hash_of(PLAN)
APPROVED = {APPROVED_TAG: HASH}


def snapshot(of: str = "guard", **changes: Any) -> Snapshot:
    """A complete snapshot that proves that the data is safe, taken an hour ago."""
    plain = Snapshot(
        identifier=f"analytics-{of}-run",
        status="available",
        kind="manual",
        cluster="analytics",
        cluster_created_at=PLANNED.created_at,
        created_at=NOW - HOUR,
        encrypted=True,
        kms_key=KEY,
        size_mb=120_000,
        retention_days=30,
        arn=f"arn:aws:redshift:eu-central-1:123456789012:snapshot:analytics/analytics-{of}-run",
        tags={"retired-by": "steward"},
    )
    return replace(plain, **changes)


def consent(status: str = "approved", **changes: Any) -> Consent:
    """Bob's answer."""
    return replace(Consent(status, HASH, NOW + DAY, "bob", ""), **changes)


def observation(**changes: Any) -> Observation:
    """Everything required for the deletion is in place: approved, guarded, tagged."""
    plain = Observation(
        details=details(tags=APPROVED),
        inspection=Inspection(()),
        plan=PLAN,
        guard=snapshot(),
        consent=consent(),
    )
    return replace(plain, **changes)


GUARDED = Guard(NOW - HOUR, NOW - HOUR, verified=True)


RECORDED_AS = {
    "verified": "verified_at",
    "restored": "restored_at",
    "removed": "removed_at",
    "over": "ended_at",
    "fell_back": "fell_back_at",
}
"""What the record calls a fact that a stage reads as a boolean."""


def progress(**done: Any) -> Progress:
    """The record of a run whose guard snapshot is verified; ``done`` holds parts as the stages read them."""
    parts = {"guard": GUARDED, **done}
    if "quarantined_since" in parts:
        parts["quarantine"] = {"since": parts.pop("quarantined_since")}
    return Progress({name: _as_json(part) for name, part in parts.items()})


def _as_json(part: Any) -> Any:
    """A part of the record as JSON."""
    if isinstance(part, tuple):
        return list(part)
    facts = part if isinstance(part, dict) else vars(part)
    return {
        RECORDED_AS.get(name, name): _fact(name, fact) for name, fact in facts.items() if fact is not None
    }


def _fact(name: str, fact: Any) -> Any:
    if isinstance(fact, datetime):
        return format_moment(fact)
    return format_moment(NOW) if fact is True and name in RECORDED_AS else fact


def situation(
    policy: dict[str, Any] | None = None,
    observed: dict[str, Any] | None = None,
    done: dict[str, Any] | None = None,
    **changes: Any,
) -> Situation:
    """A cluster that is to be deleted next, with other settings, another observation, another progress.

    The plan is the one of these settings, unless ``run_plan`` is given.
    """
    wanted = settings(**(policy or {}))
    plan = plan_of(details(), wanted)
    consented = {"consent": consent(plan_hash=hash_of(plan))}
    tagged = {"details": details(tags={APPROVED_TAG: hash_of(plan)})}
    plain = Situation(
        planned_cluster=PLANNED,
        run_plan=plan,
        progress=progress(**(done or {})),
        observed=observation(**{"plan": plan} | tagged | consented | (observed or {})),
        settings=wanted,
        now=NOW,
        run="run",
        guard_name="analytics-guard-run",
        final_name="analytics-final-run",
    )
    return replace(plain, **changes)


def open_delete(ago: timedelta = 5 * MINUTE, **changes: Any) -> Delete:
    """DeleteCluster was called and accepted."""
    at = NOW - ago
    return replace(Delete(called_at=at, asked_at=at, accepted_at=at), **changes)


def power(last: str, ago: timedelta = HOUR, *, was_paused: bool = False) -> Power:
    """The run's last call about the cluster's power."""
    return Power(was_paused, last, NOW - ago)


WHY = Stopping(Outcome.REJECTED, "rejected", "the request was rejected by bob")


READY: dict[str, Any] = {}


PAUSED = {"status": "paused", "availability": "Unavailable"}


FRESH = timedelta(seconds=30)


def summary(chosen: NextMove) -> tuple[Any, ...]:
    """Move, code and, if there is one, outcome."""
    brief = (chosen.move, chosen.code)
    return brief if chosen.outcome is None else (*brief, chosen.outcome)


def cluster_with(**changes: Any) -> dict[str, Any]:
    """The cluster looks like this now."""
    return {"details": details(tags={APPROVED_TAG: HASH}, **changes)}


def copy_with(**changes: Any) -> dict[str, Any]:
    """The restore test's copy looks like this now; the cluster as ever."""
    own = {"identifier": copy_name("analytics", "arn"), "created_at": NOW - HOUR, "restore": "completed"}
    return {"copy": details(**{**own, **changes})}


STOPPED = {"stopping": WHY}


def after_waiting_for(code: str) -> dict[str, Any]:
    """The run has waited for this until its retry budget was used up."""
    return {"waiting": Waiting(code, NOW - 20 * MINUTE)}


def tallied(
    call: str,
    ago: timedelta = 20 * MINUTE,
    answer: str = "busy",
    *,
    accepted: int = 0,
    count: int = 9,
    rolling_back: bool = False,
) -> dict[str, Any]:
    """The record counts calls of one kind, the first of them so long ago; the last one was answered so."""
    entry = {"count": count, "accepted": accepted, "first_at": format_moment(NOW - ago), "answer": answer}
    key = f"{call} (rolling back)" if rolling_back else call
    return {"tally": {key: entry | {"text": "Redshift's own words"}}}


GONE = {"details": None, "inspection": None, "plan": None}


def final(**changes: Any) -> dict[str, Any]:
    """The final snapshot looks like this now."""
    return {"final": snapshot("final", created_at=NOW - 5 * MINUTE, **changes)}


TESTED = {"restore_test": True}


MADE = {"copy": Copy(NOW - HOUR, NOW - HOUR)}


RESTORED = {"copy": Copy(NOW - HOUR, NOW - HOUR, restored=True)}
