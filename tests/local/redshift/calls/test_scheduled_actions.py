"""Scheduled actions are kept, listed, and taken on the clock in the name of their role."""

from datetime import UTC, datetime
from typing import Any

import pytest
from moto.iam.models import iam_backends

from tests.local.redshift.conftest import RedshiftEnv
from tests.support.local_aws import trust_policy

ROLE = "arn:aws:iam::123456789012:role/scheduler"
EIGHT = datetime(2026, 3, 8, 20, tzinfo=UTC)
PAUSE = {"PauseCluster": {"ClusterIdentifier": "dwh"}}
ACTION = {
    "ScheduledActionName": "night",
    "TargetAction": PAUSE,
    "Schedule": "cron(0 20 * * ? *)",
    "IamRole": ROLE,
}


def run_until(env: RedshiftEnv, moment: datetime) -> None:
    env.advance((moment - env.context.clock.now()).total_seconds())


@pytest.fixture
def env(env: RedshiftEnv) -> RedshiftEnv:
    env.create()
    env.create_role("scheduler", "scheduler.redshift.amazonaws.com")
    env.create_role("scheduler-untrusting", "scheduler.amazonaws.com", "redshift.amazonaws.com")
    return env


def test_a_cluster_is_paused_and_resumed_on_schedule(env: RedshiftEnv) -> None:
    morning = {"ResumeCluster": {"ClusterIdentifier": "dwh"}}
    env.redshift.create_scheduled_action(**ACTION)
    change = {"ScheduledActionName": "morning", "TargetAction": morning, "Schedule": "cron(0 6 * * ? *)"}
    env.redshift.create_scheduled_action(**(ACTION | change))

    run_until(env, EIGHT.replace(minute=30))
    assert env.status() == "paused"
    run_until(env, EIGHT.replace(day=9, hour=6, minute=30))
    assert env.status() == "available"
    run_until(env, EIGHT.replace(day=9, minute=30))
    assert env.status() == "paused"


def test_a_cluster_is_resized_once_at_a_moment(env: RedshiftEnv) -> None:
    resize = {"ResizeCluster": {"ClusterIdentifier": "dwh", "NumberOfNodes": 4}}
    env.redshift.create_scheduled_action(
        **(ACTION | {"TargetAction": resize, "Schedule": "at(2026-03-08T20:00:00)"})
    )

    run_until(env, EIGHT.replace(hour=21))
    assert env.describe()["NumberOfNodes"] == 4
    assert env.redshift.describe_scheduled_actions()["ScheduledActions"][0]["NextInvocations"] == []


def test_the_next_moments_are_shown(env: RedshiftEnv) -> None:
    answer = env.redshift.create_scheduled_action(**ACTION)

    assert answer["State"] == "ACTIVE"
    assert answer["NextInvocations"][:2] == [EIGHT, EIGHT.replace(day=9)]


@pytest.mark.parametrize("change", ["disable", "delete", "end"])
def test_an_action_that_is_over_is_not_taken(env: RedshiftEnv, change: str) -> None:
    env.redshift.create_scheduled_action(**ACTION)
    if change == "disable":
        env.redshift.modify_scheduled_action(ScheduledActionName="night", Enable=False)
    elif change == "delete":
        env.redshift.delete_scheduled_action(ScheduledActionName="night")
    else:
        env.redshift.modify_scheduled_action(ScheduledActionName="night", EndTime=EIGHT.replace(hour=19))

    run_until(env, EIGHT.replace(hour=21))
    assert env.status() == "available"


def test_another_schedule_takes_the_place_of_the_first(env: RedshiftEnv) -> None:
    env.redshift.create_scheduled_action(**ACTION)
    env.redshift.modify_scheduled_action(ScheduledActionName="night", Schedule="at(2026-03-08T22:00:00)")

    run_until(env, EIGHT.replace(hour=21))
    assert env.status() == "available"
    run_until(env, EIGHT.replace(hour=22, minute=30))
    assert env.status() == "paused"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Schedule": "rate(1 day)"}, "InvalidSchedule"),
        ({"Schedule": "at noon"}, "InvalidSchedule"),
        ({"TargetAction": {}}, "InvalidParameterValue"),
        ({"TargetAction": PAUSE | {"ResumeCluster": {"ClusterIdentifier": "dwh"}}}, "InvalidScheduledAction"),
        ({"TargetAction": {"PauseCluster": {"ClusterIdentifier": "none"}}}, "ClusterNotFound"),
        (
            {"TargetAction": {"ResizeCluster": {"ClusterIdentifier": "dwh", "NodeType": "zz"}}},
            "InvalidParameterValue",
        ),
        ({"IamRole": "scheduler"}, "InvalidParameterValue"),
        ({"IamRole": ROLE + "-nobody"}, "InvalidParameterValue"),
        ({"IamRole": ROLE.replace("123456789012", "210987654321")}, "InvalidParameterValue"),
        ({"IamRole": ROLE + "-untrusting"}, "InvalidParameterValue"),
        ({"StartTime": EIGHT, "EndTime": EIGHT}, "InvalidSchedule"),
        ({"ScheduledActionName": "taken"}, "ScheduledActionAlreadyExists"),
    ],
)
def test_an_action_that_could_not_be_taken_is_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.redshift.create_scheduled_action(**(ACTION | {"ScheduledActionName": "taken"}))
    wanted = {code, "MissingParameter"} if parameters == {"TargetAction": {}} else {code}

    assert env.error("create_scheduled_action", **(ACTION | parameters))[0] in wanted


def test_what_is_not_there_is_not_changed(env: RedshiftEnv) -> None:
    for call in ("modify_scheduled_action", "delete_scheduled_action"):
        assert env.error(call, ScheduledActionName="none")[0] == "ScheduledActionNotFound"


def test_an_action_whose_role_no_longer_trusts_redshift_is_not_taken(env: RedshiftEnv) -> None:
    env.redshift.create_scheduled_action(**ACTION)
    iam = iam_backends["123456789012"]["aws"]
    iam.update_assume_role_policy("scheduler", trust_policy("scheduler.amazonaws.com"))

    run_until(env, EIGHT.replace(minute=30))

    assert env.status() == "available"
    assert len(env.redshift.describe_scheduled_actions()["ScheduledActions"]) == 1
