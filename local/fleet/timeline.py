"""What other actors do to a cluster, as the timelines of a fleet file say."""

from collections.abc import Callable
from datetime import datetime, timedelta

from local.fleet.moments import next_time
from local.fleet.schema import Event
from local.redshift.calls.delete_cluster import begin_deleting
from local.redshift.calls.pause_resume_reboot import begin_pausing, begin_rebooting, begin_resuming
from local.redshift.calls.rotate_encryption_key import begin_rotation
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import HIDDEN, MODIFY, PAUSED, RESIZE
from local.redshift.state.tags import put_tags, remove_tags

TRY_AGAIN = timedelta(seconds=30)
"""The wait before an actor repeats what a busy cluster refused."""

AN_HOUR = timedelta(hours=1)
"""How long a connection lasts that names no length."""

AT_ONCE = frozenset({"tag", "untag", "recreate", "connect"})
"""Actions that do not ask whether the cluster is busy."""


class TimelinePlanner:
    """Plans the events of one fleet.

    Args:
        start: When the fleet was seeded.
        timezone: In which the events' times of day are.
    """

    def __init__(self, backend: RedshiftBackend, start: datetime, timezone: str) -> None:
        self._backend = backend
        self._start = start
        self._timezone = timezone

    def plan(self, cluster: Cluster, event: Event, recreate: Callable[[datetime], None]) -> None:
        """Have an event happen to a cluster; ``recreate`` makes one of the same name in its place."""
        self._backend.timeline.add(
            self._due(event), lambda moment: self._happen(cluster, event, recreate, moment)
        )

    def _due(self, event: Event) -> datetime:
        if event.at is not None:
            return next_time(event.at, self._start, self._timezone)
        return self._start + (event.after.shortest if event.after is not None else timedelta())

    def _happen(
        self, cluster: Cluster, event: Event, recreate: Callable[[datetime], None], moment: datetime
    ) -> None:
        gone = self._backend.clusters_by_id.get(cluster.identifier) is not cluster
        if event.action == "recreate":
            recreate(moment)
        elif gone:
            return
        elif event.action not in AT_ONCE and self._refused(cluster, event, moment):
            self._backend.timeline.add(
                moment + TRY_AGAIN, lambda later: self._happen(cluster, event, recreate, later)
            )
        else:
            self._act(cluster, event, moment)

    def _refused(self, cluster: Cluster, event: Event, moment: datetime) -> bool:
        if event.action in {"resume", "delete"} and cluster.status == PAUSED:
            return cluster.operation is not None
        return cluster.operation is not None or cluster.refusal_reason(moment) is not None

    def _act(self, cluster: Cluster, event: Event, moment: datetime) -> None:
        backend, length = self._backend, event.lasts
        actions: dict[str, Callable[[], object]] = {
            "delete": lambda: begin_deleting(backend, cluster, moment, saved=False, length=length),
            "pause": lambda: begin_pausing(backend, cluster, moment, length),
            "resume": lambda: begin_resuming(cluster, moment, length),
            "reboot": lambda: begin_rebooting(backend, cluster, moment, length),
            "rotate": lambda: begin_rotation(backend, cluster, moment, length=length),
            "modify": lambda: cluster.begin(moment, MODIFY, _nothing, length=length),
            "resize": lambda: cluster.begin(moment, RESIZE, _nothing, length=length),
            "busy": lambda: cluster.begin(moment, HIDDEN, _nothing, length=length),
            "tag": lambda: put_tags(
                cluster, [{"Key": key, "Value": value} for key, value in event.tags.items()], by_aws=True
            ),
            "connect": lambda: cluster.use.add(moment, moment + (length.shortest if length else AN_HOUR)),
            "untag": lambda: remove_tags(cluster, list(event.tag_keys)),
        }
        actions[event.action]()


def _nothing(_moment: datetime) -> None:
    """Nothing is left to do when the operation ends."""
