"""Guard snapshots that earlier deletions of a cluster have left: which is reused, how many there may be.

No role of the steward may delete a snapshot, so each deletion that does not happen would leave one more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.deprovision.planned_cluster import PlannedCluster
from steward.domain.deprovision.progress import Progress
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import MOST_GUARDS, Snapshot, is_guard_of, problems
from steward.domain.moments import format_moment
from steward.domain.operation import Operation

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class EarlierGuards:
    """What earlier runs have left of one cluster.

    Attributes:
        kept: Their guard snapshots, the latest first, whatever their status.
        verified: Names of those that a run has verified, according to the ledger.
    """

    kept: tuple[Snapshot, ...] = ()
    verified: frozenset[str] = frozenset()


NO_EARLIER = EarlierGuards()


@dataclass(frozen=True)
class GuardChoice:
    """Where the guard snapshot of a deletion comes from: an earlier one, a new one, or neither.

    Attributes:
        reused: The earlier one; None for a new one.
        reason: Why, as half a sentence; empty when there is no earlier one.
        full: Why no new one may be taken, as half a sentence; empty if one may.
    """

    reused: Snapshot | None = None
    reason: str = ""
    full: str = ""


def earlier_guards(
    snapshots: Iterable[Snapshot],
    operations: Iterable[Operation],
    details: ClusterDetails,
    planned: PlannedCluster,
) -> EarlierGuards:
    """Those of this very cluster; a record is about it by namespace ARN, where known, and creation time."""
    kept = sorted((each for each in snapshots if is_guard_of(each, planned)), key=_age, reverse=True)
    own = [Progress(each.evidence) for each in operations if each.is_about(details.cluster)]
    verified = [each.part("guard") for each in own if each.moment("guard", "verified_at")]
    return EarlierGuards(tuple(kept), frozenset(str(part.get("identifier")) for part in verified))


def choose_guard(
    earlier: EarlierGuards,
    planned: PlannedCluster,
    settings: DeprovisionSettings,
    unused_since: datetime | None,
    now: datetime,
) -> GuardChoice:
    """The latest one that proves as much as a new one would; else a new one, as long as there is room.

    ``unused_since`` reaches back as far as the idle rule's days, which is how old a reused one can be.
    """
    against: list[str] = []
    for each in earlier.kept:
        found = list(_objections(each, earlier, planned, settings, unused_since, now))
        if not found:
            return GuardChoice(each, _reuse_reason(each))
        against.append(f"the earlier {each.identifier} is not reused: {'; '.join(found)}")
    reason = "".join(against[:1])
    if len(earlier.kept) < MOST_GUARDS:
        return GuardChoice(None, reason)
    names = ", ".join(sorted(each.identifier for each in earlier.kept))
    return GuardChoice(None, reason, f"already has {len(earlier.kept)} guard snapshots: {names}; {reason}")


def _objections(
    snapshot: Snapshot,
    earlier: EarlierGuards,
    planned: PlannedCluster,
    settings: DeprovisionSettings,
    unused_since: datetime | None,
    now: datetime,
) -> Iterator[str]:
    policy = settings.snapshot
    if snapshot.identifier not in earlier.verified:
        yield "no run is on record as having verified it"
    yield from problems(snapshot, planned, planned.previous_mb, policy.retention_days)
    if any(snapshot.tags.get(key) != value for key, value in policy.tags.items()):
        yield "it does not carry the policy's tags"
    if unused_since is None or _age(snapshot) < unused_since:
        yield "the idle rule does not show that the cluster has been unused since"
    if snapshot.expires_at < now + settings.longest:
        yield "it may expire before the deletion has ended"


def _reuse_reason(snapshot: Snapshot) -> str:
    taken_at = format_moment(_age(snapshot))
    return (
        f"its guard snapshot {snapshot.identifier}, taken at {taken_at}, is reused: it is verified, and the "
        "cluster has been unused since"
    )


def _age(snapshot: Snapshot) -> datetime:
    return snapshot.created_at or NEVER
