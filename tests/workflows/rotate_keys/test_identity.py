"""Clusters that vanish, change hands, or are rotated by somebody else while the run goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.support.local_aws import trust_policy
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.scenario import Steward

PAUSER = "arn:aws:iam::123456789012:role/pauser"
ONE_BY_ONE = {"max_concurrent": 1, "tolerated_failures": "100%"}
"""The second cluster's turn comes when the first one is done, four minutes after the plan."""


def test_a_cluster_that_is_deleted_between_plan_and_start_is_gone(steward: Steward) -> None:
    delete = {"after": "1 minute", "action": "delete", "lasts": "30 seconds"}
    fleet = [cluster("alpha"), cluster("campaign", timeline=[delete])]

    result = steward.run(fleet, policy=ONE_BY_ONE)

    assert result.status == "SUCCEEDED", "somebody's deletion is no failure of ours"
    assert result.outcomes == {"alpha": "rotated", "campaign": "gone"}
    assert "no longer exists" in result.reason("campaign")
    assert result.changes("campaign") == []
    assert result.locks == {}


def test_a_cluster_that_is_being_deleted_at_its_turn_is_left_alone(steward: Steward) -> None:
    delete = {"after": "1 minute", "action": "delete", "lasts": "30 minutes"}
    fleet = [cluster("alpha"), cluster("campaign", timeline=[delete])]

    result = steward.run(fleet, policy=ONE_BY_ONE)

    assert result.outcomes == {"alpha": "rotated", "campaign": "skipped"}
    assert "is being deleted" in result.reason("campaign")
    assert result.changes("campaign") == []


def test_a_cluster_that_is_deleted_while_it_is_rotated_is_gone(steward: Steward) -> None:
    steward.given([cluster("campaign")])
    steward.meanwhile(lambda: steward.delete("campaign"), seconds=90)

    result = steward.run_again()

    assert result.outcome("campaign") == "gone"
    assert result.status == "SUCCEEDED"
    assert result.changes() == ["RotateEncryptionKey"]
    assert result.locks == {}


def test_a_cluster_that_is_recreated_between_plan_and_start_is_refused(steward: Steward) -> None:
    recreate = {"after": "1 minute", "action": "recreate"}
    fleet = [cluster("alpha"), cluster("reborn", timeline=[recreate])]

    result = steward.run(fleet, policy=ONE_BY_ONE)

    assert result.outcomes == {"alpha": "rotated", "reborn": "refused"}
    assert "another one was created under its name" in result.reason("reborn")
    assert result.changes("reborn") == []
    assert result.locks == {}


def test_a_cluster_that_is_recreated_while_it_is_watched_has_failed_untagged(steward: Steward) -> None:
    recreate = {"after": "90 seconds", "action": "recreate"}

    result = steward.run([cluster("reborn", timeline=[recreate])], policy=ONE_BY_ONE)

    assert result.outcome("reborn") == "failed"
    assert "another cluster was created under its name" in result.reason("reborn")
    assert result.tagged_at("reborn") is None
    record = result.last_rotation("reborn")
    assert record is not None
    assert record["namespace_arn"] != steward.find("reborn").namespace_arn, "it is not about this cluster"


def test_a_record_of_another_cluster_of_the_same_name_does_not_count(steward: Steward) -> None:
    first = steward.run([cluster("reborn", created="300 days")])
    steward.delete("reborn")
    steward.forget_calls()
    steward.add(cluster("reborn", created="100 days"))

    second = steward.run_again()

    assert first.outcome("reborn") == "rotated"
    assert second.outcome("reborn") == "rotated", "its own keys are 100 days old"
    assert second.turns == {"reborn": 1}


def test_a_rotation_that_somebody_else_began_is_watched_and_recorded(steward: Steward) -> None:
    result = steward.run([cluster("fraud", status="rotating-keys", remaining="8 minutes")])

    assert result.outcome("fraud") == "rotated"
    assert "another rotation was already under way" in result.reason("fraud")
    assert result.attempts("RotateEncryptionKey") == []
    assert result.changes() == ["CreateTags"]
    assert result.turns == {"fraud": 1}
    assert result.last_rotation("fraud") is not None


def test_a_rotation_that_somebody_begins_just_before_the_turn_is_watched(steward: Steward) -> None:
    rotate = {"after": "1 minute", "action": "rotate", "lasts": "15 minutes"}
    fleet = [cluster("alpha"), cluster("fraud", timeline=[rotate])]

    result = steward.run(fleet, policy=ONE_BY_ONE)

    assert result.outcomes == {"alpha": "rotated", "fraud": "rotated"}
    assert result.attempts("RotateEncryptionKey", "fraud") == []
    assert result.turns == {"alpha": 1, "fraud": 1}


def test_a_reboot_just_before_the_turn_is_waited_for(steward: Steward) -> None:
    reboot = {"after": "3 minutes", "action": "reboot", "lasts": "4 minutes"}
    fleet = [cluster("alpha"), cluster("supply", timeline=[reboot])]

    result = steward.run(fleet, policy=ONE_BY_ONE)

    assert result.outcomes == {"alpha": "rotated", "supply": "rotated"}
    assert result.minutes_until("RotateEncryptionKey", "supply") >= 7


def test_a_cluster_that_its_own_schedule_pauses_just_before_the_turn_is_skipped(steward: Steward) -> None:
    pause = {"name": "night", "action": "PauseCluster", "schedule": "cron(1 21 * * ? *)", "role": PAUSER}
    steward.given([cluster("alpha"), cluster("nightly", scheduled_actions=[pause])], policy=ONE_BY_ONE)
    may_pause = {"Effect": "Allow", "Action": "redshift:PauseCluster", "Resource": "*"}
    iam = steward.client_as("iam")
    iam.create_role(
        RoleName="pauser", AssumeRolePolicyDocument=trust_policy("scheduler.redshift.amazonaws.com")
    )
    document = json.dumps({"Version": "2012-10-17", "Statement": [may_pause]})
    iam.put_role_policy(RoleName="pauser", PolicyName="pause", PolicyDocument=document)

    result = steward.run_again()

    assert result.outcomes == {"alpha": "rotated", "nightly": "skipped"}
    assert "paus" in result.reason("nightly")
    assert result.attempts("RotateEncryptionKey", "nightly") == []


def test_a_rotation_that_was_tagged_by_another_tool_since_the_plan_is_not_repeated(steward: Steward) -> None:
    tag = {"after": "1 minute", "action": "tag", "tags": {"steward:keys-rotated-at": "2026-11-21T21:00:30Z"}}
    fleet = [cluster("alpha"), cluster("second", timeline=[tag])]

    result = steward.run(fleet, policy=ONE_BY_ONE)

    assert result.outcomes == {"alpha": "rotated", "second": "skipped"}
    assert result.changes("second") == []
