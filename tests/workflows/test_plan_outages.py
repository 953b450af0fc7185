"""An outage of AWS while a run is planned, or while its items are read, is waited out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.workflows import DEPROVISION, ROTATE_KEYS, SYNC_ROLES
from tests.support.roles import COPY, IN_IAM, STANDARD, has
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.outcome import Result
    from tests.support.scenario import Steward

WORKFLOWS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    ROTATE_KEYS.name: (cluster("sales"), {}, {}),
    SYNC_ROLES.name: (has("sales", COPY, "old"), {"rules": [STANDARD]}, {}),
    DEPROVISION.name: (
        cluster("sales"),
        {},
        {"clusters": ["sales"], "reason": "moved", "requested_by": "ann"},
    ),
}
"""By workflow: a cluster that it would change, its policy, and the run's input."""

ENDS = {ROTATE_KEYS.name: "rotated", SYNC_ROLES.name: "synced", DEPROVISION.name: "deleted"}
OUTAGES = {
    "the fleet": {"fault": "error", "call": "DescribeClusters", "code": "ServiceUnavailable"},
    "throttled": {"fault": "throttle", "call": "DescribeClusters"},
    "the items": {"fault": "error", "call": "s3:GetObject", "code": "ServiceUnavailable"},
    "the plan": {"fault": "error", "call": "s3:PutObject", "code": "SlowDown"},
    "the ledger": {"fault": "error", "call": "dynamodb:*", "code": "InternalFailure"},
}


def run(steward: Steward, workflow: str, *faults: dict[str, Any], ended_after_hours: float = 0) -> Result:
    fleet, policy, given = WORKFLOWS[workflow]
    steward.given([fleet], policy=policy, workflow=workflow, faults=list(faults), iam_roles=IN_IAM)
    if ended_after_hours:
        steward.meanwhile(steward.end_faults, hours=ended_after_hours)
    return steward.run_again(given)


@pytest.mark.parametrize("outage", ["the fleet", "the items"])
@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_run_whose_plan_or_items_meet_an_outage_of_an_hour_does_all_of_its_work(
    steward: Steward, workflow: str, outage: str
) -> None:
    result = run(steward, workflow, OUTAGES[outage], ended_after_hours=1)

    assert result.outcomes == {"sales": ENDS[workflow]}
    assert (result.status, result.report["status"]) == ("SUCCEEDED", "done")
    assert result.ended - result.began > timedelta(hours=1)
    assert len(result.children) == 1, "no cluster is worked on twice"
    assert result.locks == {}


@pytest.mark.parametrize("outage", ["throttled", "the plan", "the ledger"])
def test_whatever_a_plan_needs_is_waited_for(steward: Steward, outage: str) -> None:
    result = run(steward, ROTATE_KEYS.name, OUTAGES[outage], ended_after_hours=1)

    assert result.outcomes == {"sales": "rotated"}
    assert result.attempts("RotateEncryptionKey") == ["ok"]
    assert result.locks == {}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_an_outage_that_outlasts_half_a_day_ends_the_run_and_says_what_was_out_of_order_and_how_long(
    steward: Steward, workflow: str
) -> None:
    result = run(steward, workflow, OUTAGES["the fleet"])

    assert (result.status, result.error) == ("FAILED", "AwsUnavailable")
    assert "AWS was out of order for 12 h" in result.report["headline"]
    assert "DescribeClusters was refused: ServiceUnavailable" in result.report["headline"]
    assert "nothing was done to any cluster" in result.cause
    assert timedelta(hours=12) <= result.ended - result.began < timedelta(hours=13)
    assert result.changes() == []
    assert result.locks == {}


def test_items_that_cannot_be_read_for_half_a_day_end_the_run_with_every_cluster_in_its_report(
    steward: Steward,
) -> None:
    fault = OUTAGES["the items"] | {"times": 19}
    result = run(steward, ROTATE_KEYS.name, fault)

    assert (result.status, result.error) == ("FAILED", "States.ItemReaderFailed")
    assert "AWS was out of order for 12 h" in result.report["headline"]
    assert "Status Code: 503" in result.report["headline"]
    assert result.outcomes == {"sales": "not_reached"}
    assert result.changes() == []
    assert result.locks == {}


def test_a_plan_that_may_not_read_the_fleet_ends_within_minutes_and_quotes_aws(steward: Steward) -> None:
    denied = {"fault": "error", "call": "DescribeClusters", "code": "AccessDenied"}

    result = run(steward, ROTATE_KEYS.name, denied)

    assert (result.status, result.error) == ("FAILED", "FleetUnreadable")
    assert "AccessDenied" in result.report["headline"]
    assert "out of order" not in result.report["headline"]
    assert result.ended - result.began < timedelta(minutes=30)
    assert result.changes() == []


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey"])
def test_items_that_may_not_be_read_or_are_gone_are_not_waited_for(steward: Steward, code: str) -> None:
    refused = {"fault": "error", "call": "s3:GetObject", "code": code, "times": 1}

    result = run(steward, ROTATE_KEYS.name, refused)

    assert (result.status, result.error) == ("FAILED", "States.ItemReaderFailed")
    assert result.outcomes == {"sales": "not_reached"}
    assert result.ended - result.began < timedelta(minutes=5)


def test_two_outages_in_one_run_are_counted_each_for_itself(steward: Steward) -> None:
    plan, items = (OUTAGES[name] for name in ("the fleet", "the items"))
    steward.given([cluster("sales")], policy={"window": None}, faults=[plan, items])
    steward.meanwhile(lambda: steward.end_faults_of("DescribeClusters"), hours=8)
    steward.meanwhile(steward.end_faults, hours=16)

    result = steward.run_again()

    assert result.outcomes == {"sales": "rotated"}
    assert result.ended - result.began > timedelta(hours=16)
