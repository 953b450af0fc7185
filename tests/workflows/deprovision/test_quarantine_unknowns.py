"""What nobody knows of a paused cluster: under each reading, a quarantine ends in a deletion."""

from __future__ import annotations

import pytest

from tests.workflows.deprovision.test_deprovision_model import simulate

POLICY = {"approval": {"required": False}, "quarantine": "2 days"}
HIDDEN = ("rotating-keys", "pausing", "paused", "resuming", "deleting", "final-snapshot")


@pytest.mark.parametrize("tags", ["allow", "reject"])
@pytest.mark.parametrize("paused_delete", ["allow", "reject"])
def test_a_cluster_in_quarantine_is_deleted_whether_or_not_it_takes_tags_while_paused(
    tags: str, paused_delete: str
) -> None:
    result = simulate(policy=POLICY, knobs={"tags_while_paused": tags, "paused_delete": paused_delete})

    assert result.outcome == "deleted", result.record["reason"]
    resumed = result.simulation.redshift.applied.count("resume_cluster")
    assert resumed == (1 if "reject" in {tags, paused_delete} else 0)


@pytest.mark.parametrize("missing", [(), HIDDEN])
@pytest.mark.parametrize("paused_delete", ["allow", "reject"])
def test_a_cluster_is_deleted_only_while_it_says_which_one_it_is(
    missing: tuple[str, ...], paused_delete: str
) -> None:
    knobs = {"namespace_arn_missing_while": missing, "paused_delete": paused_delete}
    result = simulate(policy=POLICY, knobs=knobs)

    assert result.outcome == "deleted", result.record["reason"]
    resumed = result.simulation.redshift.applied.count("resume_cluster")
    assert resumed == (1 if missing or paused_delete == "reject" else 0)
