"""Whatever goes wrong while a cluster is deprovisioned, no data is lost and nothing is left half done.

The real steps run on local AWS's own Redshift, without HTTP, along the state machine's graph
(tests/contracts/test_deprovision_graph.py compares the two).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.redshift.behavior.durations import duration
from local.redshift.calls.delete_cluster import begin_deleting
from local.redshift.calls.pause_resume_reboot import begin_pausing, begin_resuming
from local.redshift.state.operations import HIDDEN
from local.redshift.state.snapshots import AVAILABLE, Snapshot
from policy import Deprovision
from steward.domain.approvals.evaluate import Response, ResponseType, evaluate
from steward.domain.approvals.requests import Request, request_id
from steward.domain.deprovision.copies import is_copy_name
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.settings import PROTECTED_TAG
from steward.domain.error_budget import OUTAGE
from steward.domain.run import Run
from tests.support.alike import alike
from tests.support.deprovision_env import Others, Time
from tests.support.deprovision_simulation import RUN, Simulation
from tests.support.fault_plan import AFTER, BEFORE, DROPPED, LOST, THROTTLED, FaultPlan
from tests.support.inprocess_redshift import (
    manual_snapshots,
    new_cluster,
    power_record,
    redshift_with,
    tags_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.redshift.state.cluster import Cluster

RUNS = 300
START = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
ANN = "arn:aws:iam::123456789012:user/ann"
BOB = "arn:aws:iam::123456789012:user/bob"
BASE = {
    "schedule": "cron(0 6 * * ? *)",
    "timezone": "Europe/Berlin",
    "idle": {"days": 2},
    "snapshot": {"retention": "30 days", "tags": {"retired-by": "steward"}},
}


def request_of(simulation: Simulation) -> Request | None:
    kept = simulation.requests.find(request_id(Run(**RUN), "sales"))
    return kept.request if kept else None


def say(verb: ResponseType, plan_hash: str = "") -> Callable[[Simulation], None]:
    """A person answers; what does not count changes nothing."""

    def respond(simulation: Simulation) -> None:
        request = request_of(simulation)
        if request is not None:
            at, approved = simulation.clock.moment, plan_hash or request.plan_hash
            # as the approvals API does it: CloudTrail knows who started the run, STS whom AWS vouches for
            started = replace(request, started_by=ANN, requester_person=ANN)
            ruling = evaluate(started, Response(verb, BOB, at, approved, person=BOB))
            simulation.requests.change(request.id, lambda _: ruling.request)
            simulation.interrupted = ruling.counts

    return respond


def on_the_cluster(act: Callable[[Simulation, Cluster], None]) -> Callable[[Simulation], None]:
    """Something that somebody does, if the cluster lets them."""

    def happens(simulation: Simulation) -> None:
        cluster = simulation.backend.clusters_by_id.get("sales")
        if cluster is not None:
            act(simulation, cluster)

    return happens


def protect(simulation: Simulation, cluster: Cluster) -> None:
    cluster.tags = [*cluster.tags, {"Key": PROTECTED_TAG, "Value": "yes"}]
    simulation.redshift.protected_at[cluster.namespace_arn] = simulation.clock.moment


def resume(simulation: Simulation, cluster: Cluster) -> None:
    if cluster.operation is None and cluster.status == "paused":
        begin_resuming(cluster, simulation.clock.moment)
        simulation.others.trail.append(power_record("ResumeCluster", simulation.clock.moment, "eve"))


def pause(simulation: Simulation, cluster: Cluster) -> None:
    if cluster.operation is None and cluster.status == "available":
        begin_pausing(simulation.backend, cluster, simulation.clock.moment)


def recreate(simulation: Simulation, cluster: Cluster) -> None:
    """Somebody deletes it between two of the run's moves, and creates another one under its name."""
    if cluster.operation is None:
        new_cluster(simulation.backend, simulation.clock.moment, {})


def delete(simulation: Simulation, cluster: Cluster) -> None:
    if cluster.operation is None:
        begin_deleting(simulation.backend, cluster, simulation.clock.moment, saved=False)


def be_busy(simulation: Simulation, cluster: Cluster) -> None:
    if cluster.operation is None:
        cluster.begin(simulation.clock.moment, HIDDEN, lambda _moment: None, length=duration("25 minutes"))


def take_final_name(simulation: Simulation, cluster: Cluster) -> None:
    stranger = Snapshot.of(cluster, "sales-final-run-1", "manual", AVAILABLE, simulation.clock.moment)
    simulation.backend.snapshots_by_id.setdefault("sales-final-run-1", stranger)


def take_guard_name(simulation: Simulation, cluster: Cluster) -> None:
    stranger = Snapshot.of(cluster, "sales-guard-run-1", "manual", AVAILABLE, simulation.clock.moment)
    stranger.source = stranger.source | {"ClusterIdentifier": "other"}
    simulation.backend.snapshots_by_id.setdefault("sales-guard-run-1", stranger)


def lose_guard(simulation: Simulation, _cluster: Cluster) -> None:
    simulation.backend.snapshots_by_id.pop("sales-guard-run-1", None)


def lose_final(simulation: Simulation, cluster: Cluster) -> None:
    """Somebody deletes the final snapshot while the cluster is being deleted."""
    if cluster.current_status() == "deleting":
        simulation.backend.snapshots_by_id.pop("sales-final-run-1", None)


def use(simulation: Simulation, _cluster: Cluster) -> None:
    simulation.others.busy_from = simulation.clock.moment.replace(minute=0, second=0, microsecond=0)


OTHERS = (protect, recreate, delete, be_busy, take_final_name, take_guard_name, lose_guard, lose_final, use)
POWER = (resume, pause)
INTERFERING = {resume, pause, recreate, delete}
"""After these the cluster's power is no more as the run left it."""

spans = st.builds(
    int.__add__,
    st.sampled_from([0, 120, 300, 420, 600, 900, 1_200, 1_800, 3_000, 90_000, 173_000, 175_000, 180_000]),
    st.integers(0, 300),
)
answers = st.sampled_from(
    [None, (timedelta(minutes=5), say(ResponseType.REJECT)), (timedelta(minutes=5), say(ResponseType.CANCEL))]
    + [(timedelta(minutes=5), say(ResponseType.APPROVE))] * 7
    + [(timedelta(hours=30), say(ResponseType.APPROVE))] * 2
)
knobs = st.fixed_dictionaries(
    {
        "paused_delete": st.sampled_from(["reject", "allow"]),
        "final_snapshot_outcome": st.sampled_from(["ok", "ok", "ok", "failed", "cancelled"]),
        "snapshot_outcome": st.sampled_from(["ok"] * 8 + ["failed", "cancelled"]),
        "repeated_delete_error": st.sampled_from(["ClusterSnapshotAlreadyExists", "InvalidClusterState"]),
        "final_snapshot_status": st.sampled_from(["final snapshot", "creating"]),
        "final_snapshot_tags": st.sampled_from(["copied", "none"]),
        "resume_outcome": st.sampled_from(["ok"] * 8 + ["InsufficientClusterCapacity"]),
        "pausing_status": st.sampled_from(["pausing", "modifying"]),
        "resuming_status": st.sampled_from(["resuming", "modifying"]),
    }
)
policies = st.fixed_dictionaries(
    {
        "rotate_first": st.booleans(),
        "restore_test": st.sampled_from([False, False, True]),
        "quarantine": st.sampled_from([None, "2 days", "2 days"]),
        "approval": st.fixed_dictionaries({"required": st.booleans(), "expires_after": st.just("2 days")}),
    }
)
faults = st.dictionaries(
    st.integers(1, 150), st.sampled_from([BEFORE, AFTER, LOST, DROPPED, THROTTLED]), max_size=5
)
happenings = st.lists(
    st.tuples(spans, st.sampled_from([*OTHERS, *POWER * 3, None])), max_size=3, unique_by=lambda e: e[1]
)


@dataclass(frozen=True)
class SimulationResult:
    """A simulation that has ended."""

    simulation: Simulation
    ended: str
    namespace: str
    was_paused: bool
    others: frozenset[Any]

    @property
    def record(self) -> dict[str, Any]:
        return self.simulation.ledger.records["sales"]

    @property
    def outcome(self) -> str:
        return str(self.record.get("outcome", ""))

    @property
    def steps(self) -> list[str]:
        """What the record's timeline came to."""
        return [entry["step"] for entry in self.record["timeline"]]

    @property
    def cluster(self) -> Cluster | None:
        """The cluster that was planned, if it is there."""
        found = self.simulation.backend.clusters_by_id.get("sales")
        return found if found is not None and found.namespace_arn == self.namespace else None


def simulate(
    *,
    policy: dict[str, Any] | None = None,
    knobs: dict[str, Any] | None = None,
    paused: bool = False,
    answer: Any = None,
    wrong: dict[int, str] | FaultPlan | None = None,
    happenings: Any = (),
    refuse: dict[str, str] | None = None,
) -> SimulationResult:
    """Run one child execution to its end; None among the happenings is a person who cancels.

    ``refuse`` has the calls that Redshift always refuses, each with a code.
    """
    clock = Time(START)
    backend = redshift_with(clock, knobs or {}, paused=paused)
    namespace = backend.clusters_by_id["sales"].namespace_arn
    events = sorted(
        (
            (START + timedelta(seconds=after), on_the_cluster(act) if act else say(ResponseType.CANCEL))
            for after, act in happenings
        ),
        key=lambda event: event[0],
    )
    wanted = Deprovision.model_validate(
        {**BASE, **{k: v for k, v in (policy or {}).items() if v is not None}}
    )
    faults = wrong if isinstance(wrong, FaultPlan) else FaultPlan(dict(wrong or {}))
    simulation = Simulation(backend, clock, wanted.settings(), faults, events, answer, Others())
    simulation.redshift.refusals = refuse or {}
    return SimulationResult(
        simulation, simulation.run(), namespace, paused, frozenset(act for _, act in happenings if act)
    )


@settings(max_examples=RUNS, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    policy=policies, knobs=knobs, paused=st.booleans(), answer=answers, wrong=faults, happenings=happenings
)
def test_no_fault_and_nobody_makes_it_lose_data_or_leave_things_half_done(**drawn: Any) -> None:
    result = simulate(**drawn)

    nothing_was_deleted_without_a_guard(result)
    no_deletion_was_asked_for_again_once_accepted(result)
    no_protected_cluster_was_asked_to_go(result)
    a_deleted_cluster_has_its_verified_snapshot(result)
    what_stays_is_as_it_was(result)
    nothing_is_left_behind(result)


def nothing_was_deleted_without_a_guard(result: SimulationResult) -> None:
    for call in result.simulation.redshift.deletions:
        assert call.skipped == is_copy_name(call.cluster), "a final snapshot is only skipped for a copy"
        assert call.skipped or call.guarded, "a verified guard snapshot was there before the call"
        assert call.skipped or call.namespace in {result.namespace, ""}, "another cluster was asked to go"


def no_deletion_was_asked_for_again_once_accepted(result: SimulationResult) -> None:
    of_ours = [call.applied for call in result.simulation.redshift.deletions if not call.skipped]
    assert True not in of_ours[:-1], "DeleteCluster was called again after it had been accepted"


def no_protected_cluster_was_asked_to_go(result: SimulationResult) -> None:
    for call in result.simulation.redshift.deletions:
        if not call.skipped and call.protected_since is not None:
            assert not call.applied
            looked = call.at - timedelta(seconds=1)
            assert call.protected_since >= looked, "it was protected before the function looked"


def a_deleted_cluster_has_its_verified_snapshot(result: SimulationResult) -> None:
    applied = any(call.applied and not call.skipped for call in result.simulation.redshift.deletions)
    final = result.simulation.backend.snapshots_by_id.get("sales-final-run-1")
    verified = result.record["evidence"].get("final", {}).get("verified_at")
    if result.outcome == "deleted":
        assert applied
        assert result.cluster is None
        assert final is not None
        assert final.status == AVAILABLE
        assert verified
    if applied and result.cluster is None and not result.others & {lose_final, recreate, delete}:
        assert final is not None
        assert final.status == AVAILABLE, "gone, and its final snapshot is available"
        assert result.outcome in {"deleted", "timed_out"}


def test_a_cluster_whose_final_snapshot_somebody_deletes_is_not_called_deleted() -> None:
    policy = {"approval": {"required": False}, "rotate_first": False}

    results = [simulate(policy=policy, happenings=[(after, lose_final)]) for after in range(700, 1500, 60)]

    unverified = [
        result for result in results if "sales-final-run-1" not in result.simulation.backend.snapshots_by_id
    ]
    assert unverified
    assert {result.outcome for result in unverified} == {"failed"}
    assert all("is gone, and its final snapshot" in result.record["reason"] for result in unverified)
    assert all(
        "its guard snapshot sales-guard-run-1 is available" in each.record["reason"] for each in unverified
    )


def test_whoever_resumes_it_in_quarantine_keeps_it_even_if_it_is_paused_again_before_the_next_look() -> None:
    policy = {"approval": {"required": False}, "rotate_first": False, "quarantine": "2 days"}

    result = simulate(policy=policy, happenings=[(20_000, resume), (30_000, pause)])

    assert (result.outcome, result.record["code"]) == ("still_wanted", "resumed")
    assert "eve resumed it at" in result.record["reason"]
    assert result.cluster is not None


def what_stays_is_as_it_was(result: SimulationResult) -> None:
    """Unless somebody else did something about it, or the record says what could not be put back."""
    cluster = result.cluster
    if cluster is None or cluster.current_status() == "deleting":
        return
    if result.ended == "abandoned" or result.record["evidence"].get("left_undone"):
        return
    assert APPROVED_TAG not in tags_of(result.simulation.backend, "sales")
    if not result.others & INTERFERING and cluster.operation is None:
        assert cluster.status == ("paused" if result.was_paused else "available"), result.outcome


def nothing_is_left_behind(result: SimulationResult) -> None:
    assert result.outcome, "every cluster has an outcome"
    assert result.record["reason"]
    assert result.simulation.ledger.locks == {}, "no lock outlives the run"
    copies = [name for name in result.simulation.backend.clusters_by_id if is_copy_name(name)]
    undone = result.record["evidence"].get("left_undone")
    assert not copies or undone or result.ended == "abandoned", "the restore test's copy is gone"
    request = request_of(result.simulation)
    if result.ended != "abandoned" and request is not None:
        assert request.closed_at is not None


@pytest.mark.parametrize("wrong", [BEFORE, AFTER, LOST, DROPPED, THROTTLED])
@pytest.mark.parametrize("paused_delete", alike(["reject", "allow"]))
def test_any_single_fault_is_survived_and_the_cluster_is_deleted_once(wrong: str, paused_delete: str) -> None:
    policy = {"approval": {"required": False}, "quarantine": "1 day", "restore_test": True}
    whole = simulate(policy=policy, knobs={"paused_delete": paused_delete})
    calls = whole.simulation.faults.count

    for call in range(1, calls + 1, 3):
        result = simulate(policy=policy, knobs={"paused_delete": paused_delete}, wrong={call: wrong})
        assert result.outcome == "deleted", (call, result.record["reason"])
        applied = [each for each in result.simulation.redshift.deletions if each.applied and not each.skipped]
        assert len(applied) == 1
        names = sorted(each.identifier for each in manual_snapshots(result.simulation.backend))
        assert names == ["sales-final-run-1", "sales-guard-run-1"]


TRIES_UNTIL_STALE = 7
"""So often a function that dies at once is invoked again before its event is older than two minutes."""


def test_a_function_that_never_gets_to_its_end_is_left_alone_and_a_person_is_told_what_is_open() -> None:
    policy = {"approval": {"required": False}, "rotate_first": False, "quarantine": "2 days"}
    tries = OUTAGE.most + 1
    kills = tries * TRIES_UNTIL_STALE
    dead = simulate(policy=policy, wrong=dict.fromkeys(range(44, 44 + kills), BEFORE))

    assert dead.ended == "abandoned"
    assert dead.outcome == "failed"
    assert "this run paused it, and it may still be paused" in dead.record["reason"]
    assert dead.simulation.ledger.locks == {}
