"""Stage deletion: the approval's tag, and the permit that checks everything again."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.moves import Call
from steward.domain.deprovision.next_move import next_move
from steward.domain.deprovision.permit import NotPermitted, Permit, permit_for
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.stages.guard_snapshot import Guard
from tests.support.deprovision_facts import (
    GONE,
    HASH,
    PAUSED,
    STOPPED,
    cluster_with,
    consent,
    details,
    open_delete,
    situation,
    snapshot,
)


def test_iam_wants_the_tag_of_this_very_approval() -> None:
    assert next_move(situation(observed={"details": details()})).move is Call.TAG
    assert (
        next_move(situation(observed={"details": details(tags={APPROVED_TAG: "sha256:old"})})).move
        is Call.TAG
    )


def test_a_permit_is_given_when_everything_is_as_it_must_be() -> None:
    assert permit_for(situation()) == Permit("analytics", "analytics-final-run", 30)
    assert permit_for(situation(observed=cluster_with(**PAUSED))).cluster == "analytics"


@pytest.mark.parametrize(
    ("observed", "done", "objection"),
    [
        (GONE, {}, "it is not the cluster that was planned"),
        (cluster_with(status="modifying"), {}, "its status is modifying"),
        ({"inspection": None}, {}, "it was not inspected"),
        ({"inspection": Inspection((Blocker("in_use", "was used"),))}, {}, "was used; ask its users"),
        ({"details": details(tags={APPROVED_TAG: HASH, "tier": "critical"})}, {}, "it is protected"),
        ({"plan": None}, {}, "it is not as it was planned"),
        ({"details": details()}, {}, f"it has no tag {APPROVED_TAG} for this plan"),
        ({"guard": None}, {}, "there is no guard snapshot"),
        ({}, {"guard": Guard()}, "the guard snapshot was not taken by this run"),
        ({"guard": snapshot(status="creating")}, {}, "its status is creating, not available"),
        ({"final": snapshot("final")}, {}, "the name of its final snapshot is taken"),
        ({"consent": None}, {}, "nobody has approved it"),
        ({"consent": consent("waiting")}, {}, "its request is waiting"),
        ({"consent": consent(plan_hash="other")}, {}, "for the plan other"),
        ({}, {"delete": open_delete()}, "DeleteCluster was already called for it"),
        ({}, STOPPED, "the run has stopped: the request was rejected by bob"),
    ],
)
def test_any_single_objection_forbids_the_deletion(
    observed: dict[str, Any], done: dict[str, Any], objection: str
) -> None:
    with pytest.raises(NotPermitted, match=f"analytics is not deleted: .*{objection}"):
        permit_for(situation(observed=observed, done=done))
