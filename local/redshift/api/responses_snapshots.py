"""The calls about snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.redshift.api.paging import page
from local.redshift.api.results import Answer, Answers
from local.redshift.calls.describe_snapshots import select_snapshots
from local.redshift.calls.snapshot_batches import (
    batch_delete_cluster_snapshots,
    batch_modify_cluster_snapshots,
)
from local.redshift.calls.snapshots import (
    copy_cluster_snapshot,
    create_cluster_snapshot,
    delete_cluster_snapshot,
    modify_cluster_snapshot,
)

if TYPE_CHECKING:
    from local.redshift.state.snapshots import Snapshot


class SnapshotResponses(Answers):
    """Parameters → backend → answer; the rules are in the modules of the calls."""

    def _snapshot(self, snapshot: Snapshot) -> Answer:
        return Answer({"Snapshot": snapshot.view(self.backend.now())})

    def create_cluster_snapshot(self) -> Answer:
        """CreateClusterSnapshot."""
        return self._snapshot(create_cluster_snapshot(self.backend, self.params))

    def copy_cluster_snapshot(self) -> Answer:
        """CopyClusterSnapshot."""
        return self._snapshot(copy_cluster_snapshot(self.backend, self.params))

    def modify_cluster_snapshot(self) -> Answer:
        """ModifyClusterSnapshot."""
        return self._snapshot(modify_cluster_snapshot(self.backend, self.params))

    def delete_cluster_snapshot(self) -> Answer:
        """DeleteClusterSnapshot."""
        return self._snapshot(delete_cluster_snapshot(self.backend, self.params))

    def batch_delete_cluster_snapshots(self) -> Answer:
        """BatchDeleteClusterSnapshots."""
        return Answer(batch_delete_cluster_snapshots(self.backend, self.params))

    def batch_modify_cluster_snapshots(self) -> Answer:
        """BatchModifyClusterSnapshots."""
        return Answer(batch_modify_cluster_snapshots(self.backend, self.params))

    def describe_cluster_snapshots(self) -> Answer:
        """DescribeClusterSnapshots."""
        now = self.backend.now()
        numbered = [
            (f"{index:09d}", found) for index, found in enumerate(select_snapshots(self.backend, self.params))
        ]
        shown, marker = page(self.params, numbered, lambda pair: pair[0])
        return Answer({"Snapshots": [snapshot.view(now) for _, snapshot in shown], "Marker": marker})
