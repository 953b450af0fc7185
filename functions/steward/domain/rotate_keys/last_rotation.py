"""When a cluster's keys were last rotated; Redshift itself keeps no record of it.

The ledger knows best; else the tag that the steward leaves on the cluster; else the cluster was created with
fresh keys.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from steward.domain.cluster import Cluster
from steward.domain.durations import humanize
from steward.domain.moments import format_moment, parse_moment

TAG = "steward:keys-rotated-at"
"""Cluster tag that holds the moment of the last rotation, ISO 8601 in UTC."""

ENDED = "rotated by the steward at"
BEGUN = "a rotation whose end was not observed began at"
"""How a moment is known, for reasons."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RotationRecord:
    """What the ledger keeps of a cluster's last rotation.

    Attributes:
        seconds: What it took, or is expected to take while its end has not been seen.
        ended: Whether its end was seen; until then ``at`` is when it began.
    """

    at: datetime
    namespace_arn: str
    seconds: int
    ended: bool = True

    def is_about(self, cluster: Cluster) -> bool:
        """Whether it is of this cluster; where a namespace ARN is missing, if it is not the older one."""
        if self.namespace_arn and cluster.namespace_arn:
            return self.namespace_arn == cluster.namespace_arn
        return cluster.created_at is None or self.at >= cluster.created_at


@dataclass(frozen=True)
class LastRotation:
    """When the keys were last rotated; ``known`` says how that is known, and reads on with the moment."""

    at: datetime
    known: str

    def is_due(self, max_age: timedelta, now: datetime) -> bool:
        return now - self.at >= max_age

    def describe(self, now: datetime) -> str:
        """For a reason: how old the keys are and how that is known."""
        age = humanize((now - self.at).total_seconds())
        return f"keys {age} old, {self.known} {format_moment(self.at)}"

    def describe_due(self, max_age: timedelta, now: datetime) -> str:
        """For a reason: when the rotation falls due."""
        return f"due in {humanize((self.at + max_age - now).total_seconds())}"


def last_rotation(cluster: Cluster, record: RotationRecord | None, now: datetime) -> LastRotation:
    """The last rotation of this very cluster.

    A record of another cluster that had the same name does not count, nor does a tag that is no date or lies
    in the future: tags can be written by anybody.
    """
    if record is not None and record.is_about(cluster):
        return LastRotation(record.at, ENDED if record.ended else BEGUN)
    tagged = _moment_in_tag(cluster.tags.get(TAG, ""), now)
    if tagged is not None:
        return LastRotation(tagged, f"tag {TAG} says")
    return LastRotation(cluster.created_at or BEGINNING, "no known rotation; cluster created")


def _moment_in_tag(text: str, now: datetime) -> datetime | None:
    try:
        moment = parse_moment(text)
    except ValueError:
        return None
    return moment if moment <= now else None
