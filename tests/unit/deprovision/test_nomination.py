"""Who is nominated for deletion, and who of them goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from steward.domain.decision import Action, act, skip
from steward.domain.deployed_settings import parse_settings
from steward.domain.deprovision.blockers import Blocker, Inspection
from steward.domain.deprovision.copies import PREFIX
from steward.domain.deprovision.nomination import TAG, nomination_by_request, nomination_by_tag
from steward.domain.deprovision.nominees import (
    Nominee,
    nominees,
    plan_entry,
    with_taken_names,
    with_waivers,
    within_limits,
)
from steward.domain.deprovision.settings import DeprovisionSettings
from steward.domain.deprovision.snapshot import RUN_TAG, Snapshot
from steward.domain.errors import BadInput, BadSettings
from steward.domain.run_input import RunInput
from tests.support.deprovision_facts import DAY, SETTINGS, details, settings, snapshot
from tests.support.facts import CREATED, NOW

BERLIN = ZoneInfo("Europe/Berlin")
CLEAR = Inspection(())
BLOCKED = Inspection((Blocker("in_use", "was used"),))


@pytest.mark.parametrize(
    ("text", "now", "action"),
    [
        ("2026-11-20", "2026-11-20T22:59:59", Action.SKIP),
        ("2026-11-20", "2026-11-20T23:00:00", Action.ACT),
        ("2026-11-20T10:00:00Z", "2026-11-20T09:59:59", Action.SKIP),
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00", Action.ACT),
        ("2026-11-20T10:00+02:00", "2026-11-20T08:00:00", Action.ACT),
    ],
)
def test_a_date_nominates_once_it_is_over_where_the_policy_says(text: str, now: str, action: Action) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert nomination_by_tag({TAG: text}, BERLIN, moment).action is action


@pytest.mark.parametrize(
    "text", ["", "soon", "20.11.2026", "2026-02-30", "2026-11", "20261120", "9999-12-31", "2026-W47-5"]
)
def test_a_tag_that_can_not_be_read_is_refused_and_never_guessed(text: str) -> None:
    decision = nomination_by_tag({TAG: text}, BERLIN, NOW)

    assert (decision.action, decision.code) == (Action.REFUSE, "nomination_unreadable")
    assert (
        decision.reason == f'its tag {TAG} says "{text}", which is not an ISO 8601 date such as "2027-01-31"'
    )


def test_a_request_names_who_asked() -> None:
    assert "requested by ann at 2026-11-21T21:00:00Z" in nomination_by_request("ann", NOW).reason
    assert "an unnamed caller" in nomination_by_request("", NOW).reason


def test_the_schedule_finds_tagged_clusters_but_no_restore_tests_copy() -> None:
    tagged = {TAG: "2026-01-01"}
    fleet = [
        details(),
        details(identifier="old", tags=tagged),
        details(identifier=f"{PREFIX}1", tags=tagged),
    ]

    assert [w.name for w in nominees(fleet, RunInput())] == ["old"]


def test_a_run_that_names_clusters_is_about_exactly_these() -> None:
    fleet = [details(), details(identifier="old")]

    assert [w.name for w in nominees(fleet, RunInput(clusters=("old",)))] == ["old"]
    with pytest.raises(BadInput, match="there is no cluster named nowhere"):
        nominees(fleet, RunInput(clusters=("old", "nowhere")))


def nominee(name: str = "analytics", inspection: Inspection | None = CLEAR) -> Nominee:
    return Nominee(details(identifier=name), act("requested", "was asked for"), inspection)


def named(found: Nominee, snapshots: list[Snapshot], run: str) -> Nominee:
    return with_taken_names(found, snapshots, run, settings(), NOW)


def test_a_nominee_with_blockers_is_refused_with_all_of_them() -> None:
    assert named(nominee(), [], "run").decision.action is Action.ACT
    assert named(nominee(inspection=None), [], "run").inspection is None
    blocked = named(nominee(inspection=BLOCKED), [snapshot("final", identifier="Analytics-FINAL-run")], "run")
    assert blocked.decision.action is Action.REFUSE
    assert blocked.decision.code == "in_use"
    assert "was used; ask its users" in blocked.decision.reason
    assert "another one is already called analytics-final-run" in blocked.decision.reason


def test_a_run_that_would_delete_too_many_deletes_none() -> None:
    found = [nominee("a"), nominee("b"), nominee("c", BLOCKED)]

    limited = within_limits(found, settings(max_per_run=1), [], 20, NOW)

    assert [n.decision.code for n in limited] == ["too_many", "too_many", "requested"]
    assert (
        "2 clusters would be deleted, and the policy's max_per_run is 1, so none is"
        in limited[0].decision.reason
    )


def others(count: int) -> list[Snapshot]:
    """Snapshots of another cluster."""
    return [snapshot(identifier=f"other-{number}", cluster="other") for number in range(count)]


def test_the_snapshot_quota_is_checked_for_the_whole_plan() -> None:
    found = [nominee("a"), nominee("b"), nominee("c", None)]

    assert [n.decision.code for n in within_limits(found, settings(), others(16), 20, NOW)] == [
        "requested"
    ] * 3
    full = within_limits(found, settings(), others(17), 20, NOW)
    assert [n.decision.code for n in full] == ["snapshot_quota", "snapshot_quota", "requested"]
    assert "it needs 4 snapshots, and 17 of the quota of 20 already exist" in full[0].decision.reason
    assert full[0].inspection is not None
    assert [blocker.code for blocker in full[0].inspection.blocking] == ["snapshot_quota"]


def test_the_plan_carries_what_the_child_needs_and_the_report_shows() -> None:
    waived = Inspection((Blocker("zero_etl", "is the target", waived="moved away"),))
    earlier = [
        snapshot(size_mb=5, created_at=NOW.replace(year=2025)),
        snapshot(size_mb=7),
        snapshot(status="failed", size_mb=99),
        snapshot(cluster="other", size_mb=99),
        snapshot(created_at=None, size_mb=99),
    ]
    wanted = RunInput(clusters=("sales",), requested_by="ann", reason="old")

    summary = plan_entry(with_waivers(nominee(inspection=waived)), settings(), wanted, earlier)

    assert summary.decision.reason == "was asked for; zero_etl is waived: moved away"
    assert summary.item["previous_mb"] == 7
    assert summary.item["request"] == {
        "requested_by": "ann",
        "reason": "old",
        "nominated": "was asked for; zero_etl is waived: moved away",
        "tag": None,
    }
    assert summary.about["waived"][0]["waived"] == "moved away"
    assert summary.about["plan_hash"].startswith("sha256:")
    scheduled = plan_entry(
        with_waivers(nominee()), settings(), RunInput(scheduled_at="2026-11-21T05:00:00Z"), []
    )
    assert scheduled.item["request"]["requested_by"] == "schedule"
    # the input's own word stands for no tag
    for pretended in ({"scheduled_at": "2026-11-21T05:00:00Z"}, {"requested_by": "schedule"}):
        run_input = RunInput(clusters=("sales",), **pretended)
        entry = plan_entry(with_waivers(nominee()), settings(), run_input, [])
        assert entry.item["request"]["requested_by"] == ""
    skipped = plan_entry(
        replace(nominee(inspection=None), decision=skip("not_yet", "later")), settings(), wanted, []
    )
    assert (skipped.acting, skipped.item["previous_mb"], skipped.about["blockers"]) == (False, 0, [])
    assert with_waivers(nominee(inspection=None)).decision.reason == "was asked for"


def test_the_deployed_settings_are_read_and_protection_can_not_be_left_out() -> None:
    summary = settings(protected={"tags": {"steward:protected": ["only-this"]}, "identifiers": []}, idle=None)

    assert summary.protected.why("a", {"steward:protected": "anything"})
    assert summary.idle is None
    assert summary.promises()["snapshot_retention_days"] == 30
    with pytest.raises(BadSettings, match=r"incomplete or wrong at deprovision\.snapshot"):
        parse_settings(
            DeprovisionSettings, {key: value for key, value in SETTINGS.items() if key != "snapshot"}
        )


def test_no_setting_has_anything_to_do_with_skipping_a_snapshot() -> None:
    def keys(value: Any) -> list[str]:
        return (
            [k for key, inner in value.items() for k in (key, *keys(inner))]
            if isinstance(value, dict)
            else []
        )

    assert [key for key in keys(SETTINGS) if "skip" in key or "guard" in key] == []


def test_a_cluster_of_which_three_guard_snapshots_are_left_is_refused_and_they_are_named() -> None:
    left = [
        snapshot(identifier=f"analytics-guard-run-{number}", tags={RUN_TAG: f"run-{number}"})
        for number in (3, 1, 2)
    ]
    others = [
        replace(left[0], identifier="analytics-guard-mine", tags={}),
        replace(left[0], identifier="analytics-final-run-4"),
        replace(left[0], cluster_created_at="2020-01-01T00:00:00Z", created_at=CREATED - DAY),
    ]
    inspected = nominee(inspection=Inspection(()))

    full = named(inspected, [*left, *others], "run-9")

    assert (full.decision.action, full.decision.code) == (Action.REFUSE, "guard_snapshots")
    assert full.decision.reason == (
        "already has 3 guard snapshots: analytics-guard-run-1, analytics-guard-run-2, analytics-guard-run-3; "
        "the earlier analytics-guard-run-3 is not reused: no run is on record as having verified it; "
        "it does not carry the policy's tags; "
        "the idle rule does not show that the cluster has been unused since; "
        "delete those that nobody needs, which no role of the steward may"
    )
    assert named(inspected, [*left[:2], *others], "run-9").decision == inspected.decision
