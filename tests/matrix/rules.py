"""The promises that each cell of the matrix is held to, and how each is found to be broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from steward.domain.deprovision.copies import is_copy_name
from steward.domain.workflows import SYNC_ROLES
from tests.support.roles import COPY, UNLOAD, roles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.outcome import Result
    from tests.support.scenario import Steward

MOST_CALLS = 2_000
"""Of all services, for two runs on one cluster: many times what the longest of them needs."""

LONGEST_RUN = timedelta(days=40)
"""Of virtual time: two weeks of an outage, twice, and the days for which people are waited for."""


@dataclass(frozen=True)
class Played:
    """A run with its fault, and the run after it without any, when both have ended."""

    steward: Steward
    first: Result
    last: Result


def _deleted_with_snapshot(played: Played) -> str:
    asked = [call for call in played.last.to_redshift("DeleteCluster") if call.applied]
    skipped = [call for call in asked if call.parameters.get("SkipFinalClusterSnapshot") == "true"]
    return (
        ""
        if all(is_copy_name(call.cluster or "") for call in skipped)
        else "deleted without a final snapshot"
    )


def _gone_with_proof(played: Played) -> str:
    deleted = [call for call in played.last.to_redshift("DeleteCluster", "sales") if call.applied]
    if "sales" in played.last.statuses or not deleted:
        return ""
    redshift = played.steward._stage.redshift
    final = redshift.snapshots_by_id.get("sales-final-run-1")
    if final is None or final.status != "available":
        return f"it is gone, and its final snapshot is {final.status if final else 'missing'}"
    if played.first.status == "ABORTED":
        return ""
    line = next((each for each in played.first.report.get("clusters", [])), {})
    proven = line.get("evidence", {}).get("final", {}).get("verified_at")
    return "" if line.get("outcome") == "deleted" and proven else f"it is gone, and the report says {line}"


def _one_rotation(played: Played) -> str:
    count = played.last.rotations("sales")
    return "" if count <= 1 else f"its keys were rotated {count} times"


def _roles_as_declared(played: Played) -> str:
    synced = played.last.arn.split(":")[6].endswith(SYNC_ROLES.name)
    if not synced or played.last.status != "SUCCEEDED" or "sales" not in played.last.statuses:
        return ""
    found = roles(played.steward, "sales")
    changed = [call for call in played.last.to_redshift("ModifyClusterIamRoles") if call.applied]
    wanted = {COPY: "in-sync", UNLOAD: "in-sync"}
    return "" if found == wanted or not changed else f"its roles are {found}"


def _reported(played: Played) -> str:
    if not played.first.plan:
        return "" if played.first.report else "there is no report"
    lines = [line for line in played.first.report.get("clusters", []) if line["cluster"] == "sales"]
    return "" if len(lines) == 1 and lines[0]["reason"] else f"the report says {lines} of the cluster"


def _no_lock_left(played: Played) -> str:
    left = played.last.locks
    return f"a lock is left: {left}" if left else ""


def _bounded(played: Played) -> str:
    calls = len(played.last.calls)
    if calls >= MOST_CALLS:
        return f"{calls} calls were made"
    took = max(run.ended - run.began for run in (played.first, played.last))
    return "" if took < LONGEST_RUN else f"a run took {took}"


RULES: dict[int, Callable[[Played], str]] = {
    1: _deleted_with_snapshot,
    2: _gone_with_proof,
    3: _one_rotation,
    4: _roles_as_declared,
    5: _reported,
    6: _no_lock_left,
    14: _bounded,
}
"""By the promise's number; the sentence that says how it was broken, empty if it was kept."""
