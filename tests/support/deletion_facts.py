"""Facts for the tests of `steward.domain.deprovision`: a cluster that may go, changed where a rule looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.blockers import Inspection
from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.moves import APPROVED_TAG, Consent, Observation, Situation
from steward.domain.deprovision.plan import hash_of, plan_of
from steward.domain.deprovision.progress import Delete, Guard, Power, Progress, Stopping
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import PlannedCluster, Snapshot
from steward.domain.moments import format_moment
from steward.domain.operation import Outcome
from tests.support.facts import CREATED, KEY, NAMESPACE, NOW, cluster

SETTINGS: dict[str, Any] = {
    "timezone": "Europe/Berlin",
    "protected": {"tags": {"tier": ["critical"]}, "identifiers": ["*-ledger"]},
    "approval": {"required": True, "expires_after_seconds": 3 * 86400, "approvers": [], "four_eyes": True},
    "idle": {"days": 2, "metric": "DatabaseConnections", "threshold": 0},
    "quarantine_seconds": 0,
    "rotate_first": False,
    "restore_test": False,
    "snapshot": {"retention_days": 30, "tags": {"retired-by": "steward"}},
    "waived": {},
    "max_concurrent": 5,
    "max_per_run": 5,
    "deadline_seconds": 86400,
}

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUBJECT = PlannedCluster("analytics", NAMESPACE, format_moment(CREATED), True, KEY, 800_000, 100_000)  # noqa: FBT003  # encrypted


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
        cluster_created_at=SUBJECT.created_at,
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


def observed(**changes: Any) -> Observation:
    """All is as it must be for the deletion: approved, guarded, tagged."""
    plain = Observation(
        details=details(tags=APPROVED),
        inspection=Inspection(()),
        plan=PLAN,
        guard=snapshot(),
        consent=consent(),
    )
    return replace(plain, **changes)


GUARDED = Guard(NOW - HOUR, NOW - HOUR, verified=True)


def progress(**changes: Any) -> Progress:
    """The guard snapshot is taken and verified, nothing else was done."""
    return replace(Progress(guard=GUARDED), **changes)


def situation(
    policy: dict[str, Any] | None = None,
    seen: dict[str, Any] | None = None,
    done: dict[str, Any] | None = None,
    **changes: Any,
) -> Situation:
    """A cluster that is to be deleted next, with other settings, another sight, another progress.

    The plan is the one of these settings, unless ``planned`` is given.
    """
    wanted = settings(**(policy or {}))
    plan = plan_of(details(), wanted)
    consented = {"consent": consent(plan_hash=hash_of(plan))}
    tagged = {"details": details(tags={APPROVED_TAG: hash_of(plan)})}
    plain = Situation(
        planned_cluster=SUBJECT,
        planned=plan,
        progress=progress(**(done or {})),
        observed=observed(**{"plan": plan} | tagged | consented | (seen or {})),
        settings=wanted,
        now=NOW,
        run="run",
        guard_name="analytics-guard-run",
        final_name="analytics-final-run",
    )
    return replace(plain, **changes)


def called(ago: timedelta = 5 * MINUTE, **changes: Any) -> Delete:
    """DeleteCluster was called and accepted."""
    at = NOW - ago
    return replace(Delete(called_at=at, asked_at=at, accepted_at=at), **changes)


def power(last: str, ago: timedelta = HOUR, *, was_paused: bool = False) -> Power:
    """The run's last call about the cluster's power."""
    return Power(was_paused, last, NOW - ago)


WHY = Stopping(Outcome.REJECTED, "rejected", "the request was rejected by bob")
