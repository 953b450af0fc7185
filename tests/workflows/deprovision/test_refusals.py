"""A refusal is an answer: whatever its code, it ends the call, is quoted, and everything is put back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.domain.deprovision.call_budget import LONGEST_OUTAGE
from steward.domain.deprovision.plan import APPROVED_TAG
from tests.support.inprocess_redshift import CHANGES, tags_of
from tests.workflows.deprovision.test_deprovision_model import SimulationResult, simulate

EVERYTHING = {
    "approval": {"required": False},
    "quarantine": "1 day",
    "restore_test": True,
    "rotate_first": True,
}
CODES = ["InvalidParameterValue", "InvalidTagFault", "InvalidParameterCombination", "NeverHeardOf"]
OURS = sorted(CHANGES.keys() - {"modify_cluster_iam_roles"})
"""The calls of deprovision; that one belongs to sync-roles."""

MOST_CALLS = 30
"""Of one kind in one game: the retry budget with its pauses, there and back."""

MOST_WHILE_BUSY = MOST_CALLS + round(LONGEST_OUTAGE / timedelta(hours=1)) + 20
"""Of one that puts back: a busy cluster is asked once an hour after some shorter pauses."""

NEVER_PUT_BACK = {"create_cluster_snapshot", "restore_from_cluster_snapshot", "rotate_encryption_key"}


@pytest.mark.parametrize("code", [*CODES, "AccessDenied", "UnauthorizedOperation", "InvalidClusterState"])
@pytest.mark.parametrize("call", OURS)
@pytest.mark.parametrize("paused", [False, True])
def test_a_call_that_is_refused_with_any_code_ends_within_its_budget_and_is_quoted(
    call: str, code: str, *, paused: bool
) -> None:
    result = simulate(
        policy=EVERYTHING, paused=paused, knobs={"paused_delete": "reject"}, refuse={call: code}
    )
    sent = result.simulation.redshift.sent.count(call)

    waits = code == "InvalidClusterState" and call not in NEVER_PUT_BACK
    assert sent <= (MOST_WHILE_BUSY if waits else MOST_CALLS)
    assert result.ended in {"done", "failed"}, "and not abandoned"
    if sent:
        assert code in str(result.record), "the code is kept"
        assert "Redshift's own words" in str(result.record)
        assert_put_back(result, call)


def assert_put_back(result: SimulationResult, refused: str) -> None:
    """Everything is as it was, except what the refused call itself would have put back."""
    left = result.record["evidence"].get("left_undone")
    cluster = result.cluster
    if cluster is None:
        assert result.outcome == "deleted"
        return
    if refused != "delete_tags":
        assert APPROVED_TAG not in tags_of(result.simulation.backend, "sales")
    if refused not in {"pause_cluster", "resume_cluster"}:
        assert cluster.status == ("paused" if result.was_paused else "available")
    elif cluster.status != ("paused" if result.was_paused else "available"):
        assert left


def test_redshifts_own_words_are_the_reason_when_it_does_not_delete() -> None:
    policy: dict[str, Any] = {"approval": {"required": False}, "rotate_first": False}

    result = simulate(policy=policy, refuse={"delete_cluster": "InvalidParameterValue"})

    assert (result.outcome, result.record["code"]) == ("refused", "unsupported")
    assert "InvalidParameterValue: Redshift's own words" in result.record["reason"]
    assert result.simulation.redshift.sent.count("delete_cluster") == 1


@pytest.mark.parametrize("call", sorted({*OURS} - {"delete_cluster", "delete_tags"}))
def test_a_call_on_the_way_to_the_deletion_that_iam_denies_is_made_once_each_way(call: str) -> None:
    knobs = {"paused_delete": "reject"}

    result = simulate(policy=EVERYTHING, knobs=knobs, refuse={call: "AccessDenied"})

    assert result.outcome != "deleted"
    assert 1 <= result.simulation.redshift.sent.count(call) <= 2, "to the deletion, and back"
    assert "AccessDenied: Redshift's own words" in result.record["reason"]


def test_a_deletion_that_iam_denies_is_asked_for_again_within_the_retry_budget() -> None:
    policy: dict[str, Any] = {"approval": {"required": False}, "rotate_first": False}

    result = simulate(policy=policy, refuse={"delete_cluster": "AccessDenied"})

    assert result.outcome == "failed"
    assert 1 < result.simulation.redshift.sent.count("delete_cluster") <= MOST_CALLS
    assert "AccessDenied: Redshift's own words" in result.record["reason"]


def test_a_snapshot_that_cannot_be_restored_ends_with_redshifts_words_and_at_once() -> None:
    policy: dict[str, Any] = {"approval": {"required": False}, "rotate_first": False, "restore_test": True}

    result = simulate(policy=policy, refuse={"restore_from_cluster_snapshot": "InvalidParameterValue"})

    assert "InvalidParameterValue: Redshift's own words" in result.record["reason"]
    assert result.simulation.redshift.sent.count("restore_from_cluster_snapshot") == 1
