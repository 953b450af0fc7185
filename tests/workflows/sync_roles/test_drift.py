"""Somebody else changes roles: CloudTrail's event starts a run for that cluster, the report names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.clients import role_session
from steward.domain.sync_roles.contest import IN_AN_HOUR, IN_DAYS
from tests.support.roles import ACCOUNT, COPY, UNLOAD, calls, given, has, roles

if TYPE_CHECKING:
    from tests.support.scenario import Steward

SOMEBODY = "arn:aws:sts::123456789012:assumed-role/terraform/apply"
FLEET = [has("sales", COPY, UNLOAD), has("other", COPY)]


@pytest.fixture
def terraform(steward: Steward) -> Any:
    """Redshift as another owner of the roles calls it."""
    return steward.client_as("redshift", **role_session(f"{ACCOUNT}terraform", "apply", "eu-central-1"))


def remove(terraform: Any, role: str) -> None:
    terraform.modify_cluster_iam_roles(ClusterIdentifier="sales", RemoveIamRoles=[f"{ACCOUNT}{role}"])


def test_a_role_that_somebody_removes_is_back_without_a_schedule_and_the_report_names_them(
    steward: Steward, terraform: Any
) -> None:
    given(steward, FLEET)
    removed_at = steward.now
    remove(terraform, UNLOAD)
    steward.pass_time(minutes=15)

    (run,) = steward.runs()
    result = steward.wait(run)
    assert (result.began - removed_at).total_seconds() <= 60
    assert result.outcomes == {"sales": "synced"}
    assert roles(steward, "sales") == {COPY: "in-sync", UNLOAD: "in-sync"}
    line = result.line("sales")
    assert f"after {SOMEBODY} removed {UNLOAD} at " in line["reason"]
    assert line["changed"]["by"] == SOMEBODY
    assert line["changed"]["removed"] == [f"{ACCOUNT}{UNLOAD}"]
    assert line["drift"]["missing"] == [f"{ACCOUNT}{UNLOAD}"]
    (told,) = result.events("Steward Drift Found")
    assert (told["cluster"], told["action"], told["changed"]["by"]) == ("sales", "corrected", SOMEBODY)
    assert calls(result, "other") == [], "an event is about one cluster"


def test_in_mode_report_a_change_is_only_reported_even_while_describe_lags(
    steward: Steward, terraform: Any
) -> None:
    given(steward, [has("sales", COPY, UNLOAD, knobs={"describe_lag": "50 seconds"})], mode="report")
    remove(terraform, UNLOAD)
    steward.pass_time(minutes=15)

    (run,) = steward.runs()
    result = steward.wait(run)
    assert result.outcomes == {"sales": "drifted"}
    assert f"missing: {UNLOAD}; {SOMEBODY} removed {UNLOAD} at " in result.reason("sales")
    assert [call["remove"] for call in calls(result)] == [[UNLOAD]], "only the other owner's"
    (told,) = result.events("Steward Drift Found")
    assert told["action"] == "reported"


def test_a_change_that_the_policy_does_not_mind_is_no_drift(steward: Steward, terraform: Any) -> None:
    given(steward, FLEET, mode="add")
    terraform.modify_cluster_iam_roles(ClusterIdentifier="sales", DefaultIamRoleArn=f"{ACCOUNT}{COPY}")
    steward.pass_time(minutes=15)

    (run,) = steward.runs()
    result = steward.wait(run)
    assert result.outcomes == {"sales": "in_sync"}
    assert result.events("Steward Drift Found") == []


def test_two_owners_at_odds_do_not_undo_each_other_without_end(steward: Steward, terraform: Any) -> None:
    given(steward, FLEET)
    for _ in range(IN_AN_HOUR.corrections + 1):
        remove(terraform, UNLOAD)
        steward.pass_time(minutes=8)

    results = [steward.wait(run) for run in steward.runs()]
    assert [result.outcome("sales") for result in results] == ["synced"] * IN_AN_HOUR.corrections + [
        "drifted"
    ]
    assert "two owners disagree" in results[-1].reason("sales")
    assert UNLOAD not in roles(steward, "sales")

    steward.pass_time(hours=1)
    assert steward.run_again().outcome("sales") == "synced", "the schedule still brings it back"


def test_owners_who_come_by_every_two_hours_are_contested_on_the_first_day(
    steward: Steward, terraform: Any
) -> None:
    given(steward, FLEET)
    for _ in range(IN_DAYS.corrections + 1):
        remove(terraform, UNLOAD)
        steward.pass_time(hours=2)

    results = [steward.wait(run) for run in steward.runs()]
    outcomes = [result.outcome("sales") for result in results]
    assert outcomes == ["synced"] * IN_DAYS.corrections + ["drifted"]
    assert "corrected 5 times within 3 days" in results[-1].reason("sales")
    told = results[-1].events("Steward Drift Found")[-1]
    assert told["action"] == "reported"


def test_a_call_that_failed_starts_nothing(steward: Steward, terraform: Any) -> None:
    given(steward, FLEET)
    with pytest.raises(terraform.exceptions.ClusterNotFoundFault):
        terraform.modify_cluster_iam_roles(ClusterIdentifier="nobody", RemoveIamRoles=[f"{ACCOUNT}{COPY}"])
    steward.pass_time(minutes=15)
    assert steward.runs() == []
