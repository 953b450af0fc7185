"""Schedules fire on the clock, call their target in their role's name, and fail into their queue."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local import scheduler
from tests.support.local_aws import START, TestAws, create_role, local_aws, trust_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::123456789012:role/scheduler"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:{}"
HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        create_role(running.client("iam"), "scheduler", "scheduler.amazonaws.com")
        for name in ("letters", "dead"):
            running.client("sqs").create_queue(QueueName=name)
        yield running


def schedule(aws: TestAws, expression: str, name: str = "weekly", **settings: Any) -> None:
    """Creates a schedule that sends its context to the queue ``letters``."""
    target: dict[str, Any] = {
        "Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
        "RoleArn": ROLE,
        "Input": json.dumps(
            {
                "QueueUrl": f"{aws.endpoint}/123456789012/letters",
                "MessageBody": "<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number> "
                "<aws.scheduler.schedule-arn>",
            }
        ),
    }
    target.update(settings.pop("target", {}))
    given = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target, **settings}
    aws.client("scheduler").create_schedule(Name=name, ScheduleExpression=expression, **given)


def letters(aws: TestAws, queue: str = "letters") -> list[dict[str, Any]]:
    """All messages of a queue, the oldest first."""
    url = f"{aws.endpoint}/123456789012/{queue}"
    found: list[dict[str, Any]] = []
    ask = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
    while batch := aws.client("sqs").receive_message(**ask).get("Messages"):
        found += batch
    return found


def fired_times(aws: TestAws) -> list[str]:
    """The scheduled times of all firings so far."""
    return sorted(letter["Body"].split()[0] for letter in letters(aws))


def test_a_schedule_fires_at_each_of_its_moments(aws: TestAws) -> None:
    schedule(aws, "cron(0 22 * * ? *)")
    aws.clock.advance(3 * DAY)

    assert fired_times(aws) == [f"2026-03-0{day}T22:00:00Z" for day in (1, 2, 3)]


def test_a_clock_that_jumps_does_not_run_on_because_of_a_schedule(aws: TestAws) -> None:
    schedule(aws, "rate(1 hour)", StartDate=START + timedelta(days=1))

    assert aws.clock.now() == START
    assert fired_times(aws) == []


def test_time_zones_hold(aws: TestAws) -> None:
    schedule(aws, "cron(0 22 * * ? *)", ScheduleExpressionTimezone="America/New_York")
    aws.clock.advance(DAY)

    assert fired_times(aws) == ["2026-03-01T03:00:00Z"]


def test_a_rate_without_a_start_begins_at_once(aws: TestAws) -> None:
    schedule(aws, "rate(6 hours)")
    aws.clock.advance(13 * HOUR)

    assert fired_times(aws) == ["2026-03-01T02:00:00Z", "2026-03-01T08:00:00Z", "2026-03-01T14:00:00Z"]


def test_start_and_end_bound_a_schedule(aws: TestAws) -> None:
    ends: dict[str, Any] = {
        "StartDate": datetime.fromisoformat("2026-03-03T00:00Z"),
        "EndDate": datetime.fromisoformat("2026-03-05T00:00Z"),
    }
    schedule(aws, "cron(0 22 * * ? *)", **ends)
    aws.clock.advance(10 * DAY)

    assert fired_times(aws) == ["2026-03-03T22:00:00Z", "2026-03-04T22:00:00Z"]


def test_a_disabled_schedule_is_silent_until_it_is_enabled(aws: TestAws) -> None:
    schedule(aws, "cron(0 22 * * ? *)", State="DISABLED")
    aws.clock.advance(2 * DAY)
    assert fired_times(aws) == []

    client = aws.client("scheduler")
    current = client.get_schedule(Name="weekly")
    keys = ("Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")
    client.update_schedule(**{key: current[key] for key in keys}, State="ENABLED")
    aws.clock.advance(DAY)
    assert fired_times(aws) == ["2026-03-03T22:00:00Z"]


def test_a_changed_schedule_fires_at_its_new_moment_only(aws: TestAws) -> None:
    schedule(aws, "cron(0 22 * * ? *)")
    client = aws.client("scheduler")
    current = client.get_schedule(Name="weekly")
    keys = ("Name", "FlexibleTimeWindow", "Target")
    client.update_schedule(**{key: current[key] for key in keys}, ScheduleExpression="cron(0 5 * * ? *)")
    aws.clock.advance(DAY)

    assert fired_times(aws) == ["2026-03-01T05:00:00Z"]


@pytest.mark.parametrize("group", ["default", "steward"])
def test_a_deleted_schedule_and_a_deleted_group_are_silent(aws: TestAws, group: str) -> None:
    client = aws.client("scheduler")
    if group == "default":
        schedule(aws, "rate(1 hour)", StartDate=START + timedelta(hours=1))
        client.delete_schedule(Name="weekly")
    else:
        client.create_schedule_group(Name=group)
        schedule(aws, "rate(1 hour)", GroupName=group, StartDate=START + timedelta(hours=1))
        client.delete_schedule_group(Name=group)
    aws.clock.advance(DAY)

    assert fired_times(aws) == []


def test_a_one_time_schedule_removes_itself_afterwards_when_asked_to(aws: TestAws) -> None:
    schedule(aws, "at(2026-03-02T00:00:00)", ActionAfterCompletion="DELETE")
    schedule(aws, "at(2026-03-02T00:00:00)", name="kept")
    aws.clock.advance(2 * DAY)

    assert fired_times(aws) == ["2026-03-02T00:00:00Z"] * 2
    assert [s["Name"] for s in aws.client("scheduler").list_schedules()["Schedules"]] == ["kept"]


def test_a_flexible_window_delays_by_less_than_its_length_and_reports_the_scheduled_time(
    aws: TestAws,
) -> None:
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 60}
    schedule(aws, "cron(0 22 * * ? *)", FlexibleTimeWindow=window)
    aws.clock.advance(20 * HOUR)
    assert fired_times(aws) == []  # the offset of this seed is not zero
    aws.clock.advance(HOUR)

    assert fired_times(aws) == ["2026-03-01T22:00:00Z"]


def test_the_call_is_made_in_the_roles_name_with_the_context_filled_in(aws: TestAws) -> None:
    schedule(aws, "at(2026-03-02T00:00:00)")
    aws.clock.advance(DAY)

    arn = "arn:aws:scheduler:eu-central-1:123456789012:schedule/default/weekly"
    assert [letter["Body"] for letter in letters(aws)] == [f"2026-03-02T00:00:00Z 1 {arn}"]


def test_a_templated_queue_target_sends_its_input(aws: TestAws) -> None:
    target = {"Arn": "arn:aws:sqs:eu-central-1:123456789012:letters", "Input": '{"dry_run": true}'}
    schedule(aws, "at(2026-03-02T00:00:00)", target=target)
    aws.clock.advance(DAY)

    assert [letter["Body"] for letter in letters(aws)] == ['{"dry_run": true}']


def test_a_templated_target_without_input_gets_the_default_event(aws: TestAws) -> None:
    schedule(aws, "at(2026-03-02T00:00:00)")
    client = aws.client("scheduler")
    plain = {"Arn": "arn:aws:sqs:eu-central-1:123456789012:letters", "RoleArn": ROLE}
    client.update_schedule(
        Name="weekly",
        ScheduleExpression="at(2026-03-02T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=plain,
    )
    aws.clock.advance(DAY)

    event = json.loads(letters(aws)[0]["Body"])
    assert event["detail-type"] == "Scheduled Event"
    assert event["time"] == "2026-03-02T00:00:00Z"


def test_universal_targets_take_parameters_in_pascal_case(aws: TestAws) -> None:
    target = {
        "Arn": "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:createLogGroup",
        "Input": json.dumps({"LogGroupName": "scheduled", "Tags": {"by": "schedule"}}),
    }
    schedule(aws, "at(2026-03-02T00:00:00)", target=target)
    aws.clock.advance(DAY)

    groups = aws.client("logs").describe_log_groups()["logGroups"]
    assert [group["logGroupName"] for group in groups] == ["scheduled"]


class TestFailures:
    MISSING = "arn:aws:sqs:eu-central-1:123456789012:missing"

    def failing(self, aws: TestAws, policy: dict[str, int], **target: Any) -> list[dict[str, Any]]:
        dead = {"Arn": "arn:aws:sqs:eu-central-1:123456789012:dead"}
        given = {
            "Arn": self.MISSING,
            "Input": "{}",
            "DeadLetterConfig": dead,
            "RetryPolicy": policy,
            **target,
        }
        schedule(aws, "at(2026-03-01T03:00:00)", target=given)
        aws.clock.advance(2 * DAY)
        return letters(aws, "dead")

    def test_a_failed_call_is_retried_and_then_dead_lettered_with_the_reason(self, aws: TestAws) -> None:
        (letter,) = self.failing(aws, {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600})

        said = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
        assert said["ERROR_CODE"] == "AWS.SimpleQueueService.NonExistentQueue"
        assert "does not exist" in said["ERROR_MESSAGE"]
        assert said["RETRY_ATTEMPTS"] == "3"
        assert said["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
        assert said["SCHEDULED_TIME"] == "2026-03-01T03:00:00Z"
        assert said["SCHEDULE_ARN"].endswith(":schedule/default/weekly")
        assert said["TARGET_ARN"] == self.MISSING

    def test_an_event_that_becomes_too_old_is_dead_lettered_earlier(self, aws: TestAws) -> None:
        (letter,) = self.failing(aws, {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60})

        said = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
        assert said["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
        assert said["RETRY_ATTEMPTS"] == "2"

    def test_a_target_that_recovers_gets_the_event_with_its_attempt_number(self, aws: TestAws) -> None:
        target = {"Arn": self.MISSING, "Input": "<aws.scheduler.attempt-number>"}
        schedule(aws, "at(2026-03-01T03:00:00)", target=target)
        aws.clock.advance(HOUR + 1)
        aws.client("sqs").create_queue(QueueName="missing")
        aws.clock.advance(HOUR)

        assert [letter["Body"] for letter in letters(aws, "missing")] == ["2"]

    @pytest.mark.parametrize(
        ("arn", "reason"),
        [
            ("arn:aws:kinesis:eu-central-1:123456789012:stream/x", "does not know the target"),
        ],
    )
    def test_a_target_that_does_not_exist_is_named(self, aws: TestAws, arn: str, reason: str) -> None:
        (letter,) = self.failing(aws, {"MaximumRetryAttempts": 0}, Arn=arn)

        assert reason in letter["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]


@pytest.mark.parametrize(
    ("expression", "settings", "reason"),
    [
        ("cron(0 22 * * SAT *)", {}, "Invalid Schedule Expression"),
        (
            "rate(1 day)",
            {"ScheduleExpressionTimezone": "Europe/Atlantis"},
            "Invalid ScheduleExpressionTimezone",
        ),
        ("rate(1 day)", {"GroupName": "absent"}, "does not exist"),
    ],
)
def test_a_wrong_schedule_is_refused(aws: TestAws, expression: str, settings: Any, reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        schedule(aws, expression, **settings)
    assert aws.client("scheduler").list_schedules()["Schedules"] == []


def test_tools_can_fire_a_schedule_now_and_see_what_is_due(aws: TestAws) -> None:
    schedule(aws, "cron(0 22 * * ? *)")
    assert scheduler.next_moments() == {"weekly": "2026-03-01T22:00:00+00:00"}
    scheduler.fire_now("weekly")
    aws.clock.advance(1)

    assert fired_times(aws) == ["2026-03-01T02:00:00Z"]


def test_a_role_that_no_longer_trusts_scheduler_calls_nothing(aws: TestAws) -> None:
    schedule(aws, "cron(0 22 * * ? *)", target={"DeadLetterConfig": {"Arn": QUEUE.format("dead")}})
    aws.client("iam").update_assume_role_policy(
        RoleName="scheduler", PolicyDocument=trust_policy("states.amazonaws.com")
    )
    aws.clock.advance(3 * DAY)

    assert fired_times(aws) == []
    (first, *_) = letters(aws, "dead")
    assert (
        "not authorized to perform: sts:AssumeRole"
        in first["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    )
