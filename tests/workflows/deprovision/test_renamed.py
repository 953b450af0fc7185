"""Somebody renames a cluster during its deletion: it is found again, and is left as it was found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from steward.domain.deprovision.plan import APPROVED_TAG
from tests.workflows.deprovision.test_deprovision_model import SimulationResult, new_cluster, simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.redshift.state.cluster import Cluster
    from tests.support.deprovision_simulation import Simulation

POLICY = {"approval": {"required": False}, "rotate_first": False, "quarantine": "2 days"}
MINUTE, DAY = 60, 86_400
NEW = "sales-kept"


def rename(simulation: Simulation, cluster: Cluster) -> None:
    del simulation.backend.clusters_by_id["sales"]
    cluster.identifier = NEW
    simulation.backend.clusters_by_id[NEW] = cluster


def swap(simulation: Simulation, cluster: Cluster) -> None:
    """Another cluster gets the name at once."""
    rename(simulation, cluster)
    new_cluster(simulation.backend, simulation.clock.moment, {})


def hide_and_rename(simulation: Simulation, cluster: Cluster) -> None:
    """It no longer says which cluster it is."""
    cluster.knobs = replace(cluster.knobs, namespace_arn_missing_while=("paused", "available"))
    rename(simulation, cluster)


def tag_and_rename(simulation: Simulation, cluster: Cluster) -> None:
    """The tag of an approval is on it."""
    cluster.tags = [*cluster.tags, {"Key": APPROVED_TAG, "Value": "sha256:0"}]
    rename(simulation, cluster)


def kept(result: SimulationResult) -> Cluster:
    return result.simulation.backend.clusters_by_id[NEW]


@pytest.mark.parametrize("renames", [rename, swap, tag_and_rename])
@pytest.mark.parametrize("after", [5, 16 * MINUTE, DAY])
@pytest.mark.parametrize("paused", [False, True])
def test_a_renamed_cluster_is_put_back_under_its_new_name(
    after: int, renames: Callable[..., None], *, paused: bool
) -> None:
    result = simulate(policy=POLICY, paused=paused, happenings=[(after, renames)])

    assert (result.outcome, result.record["code"]) == ("refused", "renamed")
    assert f"was renamed to {NEW}" in result.record["reason"]
    assert kept(result).status == ("paused" if paused else "available")
    assert APPROVED_TAG not in {tag["Key"] for tag in kept(result).tags}
    assert result.simulation.baselines.kept == {}, "nothing is left to put back"
    assert result.simulation.ledger.locks == {}
    assert [each for each in result.simulation.redshift.deletions if not each.skipped] == []


def test_what_it_was_is_kept_and_told_when_a_renamed_cluster_does_not_say_which_it_is() -> None:
    result = simulate(policy=POLICY, happenings=[(DAY, hide_and_rename)])

    assert (result.outcome, result.record["code"]) == ("gone", "gone")
    assert "a cluster that does not say which one it is may be this one, renamed" in result.record["reason"]
    assert "it was running, without the tag" in result.record["reason"]
    assert [each.was_paused for each in result.simulation.baselines.kept.values()] == [False]


def test_what_cannot_be_put_back_under_the_new_name_is_left_to_a_later_run_under_that_name() -> None:
    refuse = {"resume_cluster": "UnsupportedOperation"}

    result = simulate(policy=POLICY, happenings=[(DAY, rename)], refuse=refuse)

    assert "it is not running or paused as it was before" in result.record["reason"]
    assert {name for name, *_ in result.simulation.baselines.kept} == {"sales", NEW}


def test_the_lock_of_the_new_name_is_waited_for() -> None:
    """Another run has it for two hours; the run looks a quarter of an hour after the cluster is renamed."""
    locked: dict[str, str] = {}

    def unlock(simulation: Simulation) -> None:
        locked["status"] = simulation.backend.clusters_by_id[NEW].status
        del simulation.ledger.locks[NEW]

    def rename_while_locked(simulation: Simulation, cluster: Cluster) -> None:
        simulation.ledger.locks[NEW] = "a run of rotate-keys"
        simulation.events.append((simulation.clock.moment + timedelta(hours=2), unlock))
        rename(simulation, cluster)

    result = simulate(policy=POLICY, happenings=[(DAY, rename_while_locked)])

    assert locked == {"status": "paused"}, "nothing was changed meanwhile"
    assert kept(result).status == "available"
    assert result.simulation.ledger.locks == {}
