"""Whatever is called, and whenever: a cluster has one status, and its keys turn as often as accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from local.context import Context
from local.redshift import RedshiftBackend
from local.redshift.api.serialize import render_result
from local.redshift.behavior.knobs import Knobs
from local.redshift.calls.create_cluster import build_cluster
from local.redshift.calls.delete_cluster import delete_cluster
from local.redshift.calls.modify_cluster import modify_cluster
from local.redshift.calls.pause_resume_reboot import pause_cluster, reboot_cluster, resume_cluster
from local.redshift.calls.rotate_encryption_key import rotate_encryption_key
from local.redshift.calls.snapshots import create_cluster_snapshot
from local.redshift.errors import RedshiftError
from tests.local.redshift.conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[RedshiftBackend, dict[str, Any]], object]

KNOWN = {"available", "creating", "deleting", "final-snapshot", "modifying", "paused", "pausing", "rebooting"}
KNOWN |= {"renaming", "resizing", "resuming", "rotating-keys"}
MODELED = {"InvalidClusterState", "ClusterNotFound", "ClusterSnapshotQuotaExceeded"}
NAMES = ("a", "b")


class StillClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 7, 20, 50, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Lifecycle(RuleBasedStateMachine):
    """Any calls at any time on two clusters."""

    @initialize(
        outcome=st.sampled_from(["ok", "failed", "cancelled"]),
        paused_delete=st.sampled_from(["reject", "allow"]),
    )
    def begin(self, outcome: Any, paused_delete: Any) -> None:
        self.clock = cast("Any", StillClock())
        self.backend = RedshiftBackend(
            REGION, ACCOUNT, Context(self.clock, ACCOUNT, REGION, "http://localhost:1")
        )
        self.backend.knobs_of_new = Knobs(final_snapshot_outcome=outcome, paused_delete=paused_delete)
        self.seed()
        self.accepted = dict.fromkeys(NAMES, 0)
        self.finals: dict[str, str] = {}
        self.number = 0

    def seed(self) -> None:
        for name in NAMES:
            parameters = {"ClusterIdentifier": name, "NodeType": "ra3.xlplus", "MasterUsername": "admin"}
            self.backend.clusters_by_id[name] = build_cluster(self.backend, parameters, self.clock.now())

    def attempt(self, call: Call, **parameters: Any) -> bool:
        """Whether a call was accepted; a refusal must be a modeled one."""
        try:
            call(self.backend, parameters)
        except RedshiftError as error:
            if error.code not in MODELED:
                raise
            return False
        return True

    @rule(seconds=st.sampled_from([1, 20, 60, 130, 300, 700, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.moment += timedelta(seconds=seconds)

    @rule(name=st.sampled_from(NAMES))
    def rotate(self, name: str) -> None:
        if self.attempt(rotate_encryption_key, ClusterIdentifier=name):
            self.accepted[name] += 1

    @rule(name=st.sampled_from(NAMES), call=st.sampled_from([pause_cluster, resume_cluster, reboot_cluster]))
    def power(self, name: str, call: Call) -> None:
        self.attempt(call, ClusterIdentifier=name)

    @rule(name=st.sampled_from(NAMES), nodes=st.integers(1, 4))
    def resize(self, name: str, nodes: int) -> None:
        self.attempt(modify_cluster, ClusterIdentifier=name, NumberOfNodes=nodes)

    @rule(name=st.sampled_from(NAMES))
    def take_snapshot(self, name: str) -> None:
        self.number += 1
        self.attempt(create_cluster_snapshot, ClusterIdentifier=name, SnapshotIdentifier=f"s{self.number}")

    @rule(name=st.sampled_from(NAMES))
    def delete(self, name: str) -> None:
        self.number += 1
        snapshot = f"final{self.number}"
        parameters = {"ClusterIdentifier": name, "FinalClusterSnapshotIdentifier": snapshot}
        if self.attempt(delete_cluster, **parameters):
            self.finals[name] = snapshot

    @invariant()
    def every_cluster_is_in_one_known_status(self) -> None:
        now = self.backend.now()
        for cluster in self.backend.clusters_by_id.values():
            assert cluster.current_status() in KNOWN
            assert cluster.operation is None or cluster.operation.ends is None or cluster.operation.ends > now

    @invariant()
    def keys_turn_once_for_each_accepted_rotation_that_has_ended(self) -> None:
        self.backend.now()
        for name, cluster in self.backend.clusters_by_id.items():
            under_way = cluster.operation is not None and cluster.operation.work.name == "rotate"
            assert cluster.generations.cek == 1 + self.accepted[name] - under_way
            assert cluster.generations.dek == cluster.generations.cek

    @invariant()
    def a_cluster_that_is_gone_has_an_available_final_snapshot(self) -> None:
        self.backend.now()
        for name in set(NAMES) - set(self.backend.clusters_by_id):
            assert self.backend.snapshot(self.finals[name]).status == "available"

    @invariant()
    def every_view_fits_the_api(self) -> None:
        now = self.backend.now()
        render_result(
            "DescribeClusters",
            {"Clusters": [c.describe(now) for c in self.backend.clusters_by_id.values()]},
            "r",
        )
        render_result(
            "DescribeClusterSnapshots",
            {"Snapshots": [s.view(now) for s in self.backend.snapshots_by_id.values()]},
            "r",
        )


Lifecycle.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLifecycle = Lifecycle.TestCase
