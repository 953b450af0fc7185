"""On the deployed state machine: what would defeat a quarantine is named before it; nominations rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.domain.workflows import DEPROVISION
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
TAG = "steward:delete-after"


def test_a_scheduled_resume_is_a_blocker_before_the_quarantine_and_a_disabled_one_or_a_pause_is_none(
    steward: Steward,
) -> None:
    wakes = [{"name": "every-morning", "action": "ResumeCluster"}]
    sleeps = [{"name": "every-evening", "action": "PauseCluster"}]
    steward.given(
        [
            cluster("wakes", knobs=FAST, scheduled_actions=wakes),
            cluster("sleeps", knobs=FAST, scheduled_actions=sleeps),
        ],
        workflow=DEPROVISION.name,
        policy={"quarantine": "2 days"},
    )

    dry = steward.run_again({"clusters": ["wakes", "sleeps"], "dry_run": True})

    assert dry.outcomes == {"wakes": "refused", "sleeps": "would_delete"}
    assert "is resumed by a schedule of Redshift: every-morning" in dry.reason("wakes")
    assert "disable or delete it, or waive scheduled_resume if it fires after the quarantine" in dry.reason(
        "wakes"
    )


def test_a_nominated_cluster_that_was_still_wanted_rests_until_its_tag_changes(steward: Steward) -> None:
    steward.given(
        [
            cluster(
                "wanted",
                knobs=FAST,
                tags={TAG: "2026-11-01"},
                timeline=[{"after": "1 day", "action": "resume"}],
            )
        ],
        workflow=DEPROVISION.name,
        policy={"quarantine": "2 days"},
    )

    run = steward.start({})
    steward.pass_time(days=3)
    first, second = steward.wait(run), steward.run_again({})

    assert first.outcomes == {"wanted": "still_wanted"}
    assert second.outcomes == {"wanted": "skipped"}
    assert "it rests until its tag steward:delete-after changes" in second.reason("wanted")
    assert second.changes("wanted").count("CreateClusterSnapshot") == 1, "no snapshot for each night"

    steward.find("wanted").tags = [{"Key": TAG, "Value": "2026-11-02"}]
    third = steward.run_again({"dry_run": True})
    assert third.outcomes == {"wanted": "would_delete"}
