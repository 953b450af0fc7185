"""What else the steps of deprovision read and tell: time, and a cluster's surroundings, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from steward.adapters.cloudtrail import CloudTrailUnavailable
from steward.domain.moments import parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from steward.domain.rotate_keys.last_rotation import RotationRecord


@dataclass
class Time:
    """A clock that stands still unless somebody moves it."""

    moment: datetime

    def now(self) -> datetime:
        """The virtual moment."""
        return self.moment


@dataclass
class Others:
    """What else the steps read: nobody hangs on the cluster, and its use is as a test says.

    Attributes:
        lag: How late CloudTrail shows a call.
    """

    busy_from: datetime | None = None
    trail: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False
    schedules: tuple[str, ...] = ()
    silent: bool = False
    lag: timedelta = timedelta(0)
    rotated: dict[str, RotationRecord] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def integrations(self, _namespace_arn: str) -> dict[str, str]:
        """None."""
        return {}

    def consumers(self, _namespace_arn: str) -> dict[str, tuple[str, ...]]:
        """None."""
        return {}

    def endpoints(self, _cluster: str, _account: str) -> tuple[str, ...]:
        """None."""
        return ()

    def scheduled_resumes(self, _cluster: str) -> tuple[str, ...]:
        """Schedules of Redshift's that resume it."""
        return self.schedules

    def state(self, _key: str) -> str:
        """Of its KMS key."""
        return "Enabled"

    def hourly(
        self, _cluster: str, _metric: str, since: datetime, until: datetime
    ) -> Mapping[datetime, float]:
        """A value for every hour: none is missing, and from `busy_from` on it is used."""
        hour, found = since.replace(minute=0, second=0, microsecond=0), {}
        while hour < until:
            found[hour] = 3.0 if self.busy_from is not None and hour >= self.busy_from else 0.0
            hour += timedelta(hours=1)
        return found

    def calls(self, name: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """CloudTrail's records."""
        if self.silent:
            raise CloudTrailUnavailable("CloudTrail cannot be queried")
        shown = [record for record in self.trail if record["eventName"] == name]
        return [each for each in shown if since <= parse_moment(each["eventTime"]) <= until - self.lag]

    def scheduled_actions(self, _cluster: str) -> tuple[str, ...]:
        """One."""
        return ("nightly-pause",)

    def reserved_nodes(self, _node_type: str) -> tuple[str, ...]:
        """None."""
        return ()

    def about(self, _cluster: str) -> tuple[str, ...]:
        """No alarms."""
        return ()

    def is_running(self, arn: str) -> bool:
        """Every execution that has not ended, until the run is stopped."""
        return arn not in self.ended and not self.stopped

    def find(self, _arn: str) -> None:
        """No recovery run was started before."""

    def record(self, cluster: str, rotation: RotationRecord) -> None:
        """As `LastRotations.record`."""
        self.rotated[cluster] = rotation

    def of(self, clusters: list[str]) -> dict[str, RotationRecord]:
        """As `LastRotations.of`."""
        return {name: self.rotated[name] for name in clusters if name in self.rotated}

    def put(self, *_arguments: Any) -> None:
        """An event, for programs."""

    def publish(self, *_arguments: Any) -> None:
        """A notice, for people."""

    def succeed(self, *_arguments: Any) -> bool:
        """The task hears of it."""
        return True
