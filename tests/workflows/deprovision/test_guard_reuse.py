"""A deletion that did not happen has left a verified guard snapshot: the next one reuses it if it can."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.redshift.calls.snapshots import create_cluster_snapshot
from policy import Deprovision
from steward.domain.deprovision.snapshot import RUN_TAG
from tests.support.deprovision_env import Time
from tests.support.deprovision_simulation import RUN, Simulation
from tests.support.fault_plan import AFTER, BEFORE
from tests.support.inprocess_redshift import manual_snapshots, redshift_with
from tests.workflows.deprovision.test_deprovision_model import BASE, START

if TYPE_CHECKING:
    from datetime import datetime

POLICY = {
    **BASE,
    "approval": {"required": False, "expires_after": "3 days"},
    "rotate_first": True,
    "waive": {"in_use": "of no use"},
}
OTHER = f"{RUN['arn'].rpartition(':')[0]}:run-0"
EARLIER = "sales-guard-run-0"
DAY = timedelta(days=1)


def after_a_deletion_that_did_not_happen(
    *, recorded: bool = True, used_at: datetime | None = None, fault: tuple[int, str] | None = None
) -> Simulation:
    """A day ago run-0 has verified its guard snapshot, and was stopped."""
    clock = Time(START - DAY)
    backend = redshift_with(clock, {})
    clock.moment += timedelta(hours=1)
    backend.now()
    tags = [{"Key": RUN_TAG, "Value": "run-0"}, {"Key": "retired-by", "Value": "steward"}]
    named = {"ClusterIdentifier": "sales", "SnapshotIdentifier": EARLIER, "ManualSnapshotRetentionPeriod": 30}
    create_cluster_snapshot(backend, {**named, "Tags": tags})
    clock.moment = START
    backend.now()
    simulation = Simulation(backend, clock, Deprovision.model_validate(POLICY).settings())
    simulation.others.busy_from = used_at
    if recorded:
        identity = {key: simulation.item[key] for key in ("cluster", "namespace_arn", "created_at")}
        guard = {"identifier": EARLIER, "verified_at": "2026-11-20T22:30:00Z"}
        end = {"run": OTHER, "outcome": "cancelled", "evidence": {"guard": guard}}
        simulation.ledger.earlier.append(identity | end)
    if fault:
        simulation.faults.planned = dict([fault])
    return simulation


def guards(simulation: Simulation) -> list[str]:
    names = (each.identifier for each in manual_snapshots(simulation.backend))
    return sorted(name for name in names if "-guard-" in name)


def end(simulation: Simulation) -> tuple[str, list[str], Any]:
    record = simulation.ledger.records["sales"]
    return record["outcome"], guards(simulation), record["evidence"]["guard"].get("reused")


def test_the_earlier_guard_snapshot_serves_again_and_none_is_taken() -> None:
    simulation = after_a_deletion_that_did_not_happen()

    assert simulation.run() == "done"

    assert end(simulation) == ("deleted", [EARLIER], EARLIER)
    assert "create_cluster_snapshot" not in simulation.redshift.sent
    assert simulation.redshift.sent.count("rotate_encryption_key") == 1
    assert simulation.redshift.deletions[-1].guarded
    assert "guard snapshot reused" in [
        each["step"] for each in simulation.ledger.records["sales"]["timeline"]
    ]


@pytest.mark.parametrize("changes", [{"recorded": False}, {"used_at": START - DAY / 2}])
def test_one_that_no_record_speaks_of_or_that_is_older_than_the_last_use_is_not_reused(
    changes: dict[str, Any],
) -> None:
    simulation = after_a_deletion_that_did_not_happen(**changes)

    simulation.run()

    assert end(simulation) == ("deleted", [EARLIER, "sales-guard-run-1"], None)


@pytest.mark.parametrize("wrong", [BEFORE, AFTER])
@pytest.mark.parametrize("at", range(1, 41))
def test_a_function_that_is_killed_anywhere_reuses_it_all_the_same(at: int, wrong: str) -> None:
    simulation = after_a_deletion_that_did_not_happen(fault=(at, wrong))

    assert simulation.run() == "done"

    assert end(simulation) == ("deleted", [EARLIER], EARLIER)
    assert simulation.redshift.applied.count("delete_cluster") == 1
