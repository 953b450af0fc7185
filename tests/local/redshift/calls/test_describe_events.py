"""Events happen, are worded as documented where documented, and are kept for fourteen days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.redshift.conftest import START

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


def events(env: RedshiftEnv, **filters: Any) -> list[dict[str, Any]]:
    return list(env.redshift.describe_events(**filters)["Events"])


def ids(env: RedshiftEnv, **filters: Any) -> list[str]:
    return [event["EventId"] for event in events(env, **filters)]


def test_a_creation_is_told_in_aws_words(env: RedshiftEnv) -> None:
    env.create("mycluster")

    event = events(env)[0]
    assert event["Message"] == (
        "Amazon Redshift cluster 'mycluster' has been created at 2026-03-07 20:55 UTC and is ready for use."
    )
    assert (event["EventId"], event["Severity"], event["EventCategories"]) == ("2000", "INFO", ["management"])
    assert (event["SourceIdentifier"], event["SourceType"]) == ("mycluster", "cluster")
    assert event["Date"] == START + timedelta(minutes=5)


def test_a_deletion_tells_whether_a_final_snapshot_was_saved(env: RedshiftEnv) -> None:
    env.create("mycluster")
    env.redshift.delete_cluster(ClusterIdentifier="mycluster", SkipFinalClusterSnapshot=True)
    env.advance(500)
    env.create("other")
    env.redshift.delete_cluster(ClusterIdentifier="other", FinalClusterSnapshotIdentifier="last")
    env.advance(700)

    sentences = [event["Message"] for event in events(env) if event["EventId"] == "2001"]
    assert sentences[0].endswith("A final snapshot was not saved.")
    assert sentences[1].endswith("A final snapshot was saved.")


def test_what_happens_to_a_cluster_is_told_in_order(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.pause_cluster(ClusterIdentifier="dwh")
    env.advance(481)
    env.redshift.resume_cluster(ClusterIdentifier="dwh")
    env.advance(301)
    env.redshift.reboot_cluster(ClusterIdentifier="dwh")
    env.advance(181)
    env.redshift.delete_cluster(ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="last")
    env.advance(700)

    assert ids(env) == ["2000", "3618", "3619", "3000", "2012", "3005", "2001"]


def test_events_are_of_the_last_hour_unless_another_period_is_asked_for(env: RedshiftEnv) -> None:
    env.create()
    env.advance(3700)

    assert ids(env) == []
    assert ids(env, Duration=120) == ["2000"]
    assert ids(env, StartTime=START) == ["2000"]
    assert ids(env, StartTime=START, EndTime=START + timedelta(minutes=4)) == []
    assert ids(env, StartTime=START, Duration=4) == []


def test_events_are_kept_for_fourteen_days(env: RedshiftEnv) -> None:
    env.create()

    env.advance(14 * 86_400 - 10)
    assert ids(env, StartTime=START) == ["2000"]
    env.advance(10)
    assert ids(env, StartTime=START) == []


def test_events_are_selected_by_source(env: RedshiftEnv) -> None:
    env.create("a")
    env.create("b")
    env.redshift.create_cluster_snapshot(ClusterIdentifier="a", SnapshotIdentifier="s")

    assert ids(env, SourceType="cluster", SourceIdentifier="a") == ["2000"]
    assert ids(env, SourceType="cluster-snapshot") == ["2009"]


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"SourceIdentifier": "a"}, "InvalidParameterCombination"),
        ({"StartTime": START, "EndTime": START - timedelta(hours=1)}, "InvalidParameterValue"),
    ],
)
def test_filters_that_do_not_fit_are_refused(env: RedshiftEnv, filters: dict[str, Any], code: str) -> None:
    assert env.error("describe_events", **filters)[0] == code


def test_paging_meets_every_event_once_and_in_order(env: RedshiftEnv) -> None:
    for number in range(45):
        env.backend.events.record("3000", f"c{number:02d}", START)

    pages = env.redshift.get_paginator("describe_events").paginate(PaginationConfig={"PageSize": 20})
    met = [event["SourceIdentifier"] for page in pages for event in page["Events"]]

    assert met == [f"c{number:02d}" for number in range(45)]


def test_the_catalogue_of_events_can_be_read(env: RedshiftEnv) -> None:
    listed = env.redshift.describe_event_categories()["EventCategoriesMapList"]
    of_snapshots = env.redshift.describe_event_categories(SourceType="cluster-snapshot")[
        "EventCategoriesMapList"
    ]

    assert [each["SourceType"] for each in listed] == ["cluster", "cluster-snapshot"]
    errors = {event["EventId"] for event in of_snapshots[0]["Events"] if event["Severity"] == "ERROR"}
    assert errors == {"3502", "3503"}


@pytest.mark.parametrize(
    "period",
    [
        {"Duration": 2147483647},
        {"Duration": -2147483648},
        {"StartTime": datetime(1, 1, 1, tzinfo=UTC), "Duration": 2147483647},
        {"StartTime": datetime(9999, 12, 31, tzinfo=UTC), "Duration": 60},
        {"EndTime": datetime(9999, 12, 31, tzinfo=UTC)},
        {"EndTime": datetime(1, 1, 2, tzinfo=UTC)},
    ],
)
def test_a_period_beyond_the_calendar_is_answered(env: RedshiftEnv, period: dict[str, Any]) -> None:
    env.create()

    shown = env.redshift.describe_events(**period)["Events"]
    assert all(event["SourceIdentifier"] == "dwh" for event in shown)
    assert bool(shown) is (period.get("Duration") == 2147483647 and "StartTime" not in period)


def test_a_period_that_ends_before_it_begins_is_refused_however_far_away(env: RedshiftEnv) -> None:
    period = {"StartTime": datetime(9999, 1, 2, tzinfo=UTC), "EndTime": datetime(9998, 1, 1, tzinfo=UTC)}

    assert env.error("describe_events", **period)[0] == "InvalidParameterValue"
