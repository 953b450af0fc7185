"""What the Scheduler's documentation rules out is refused when a schedule is created or changed."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.support.local_aws import START, TestAws, create_role, local_aws, trust_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLE = "arn:aws:iam::123456789012:role/scheduler"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:letters"
TARGET: dict[str, Any] = {"Arn": QUEUE, "RoleArn": ROLE}
SCHEDULE: dict[str, Any] = {
    "Name": "daily",
    "ScheduleExpression": "rate(1 day)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": TARGET,
}
STATES = "arn:aws:states:eu-central-1:123456789012:stateMachine:m"
SDK = "arn:aws:scheduler:::aws-sdk:"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        create_role(running.client("iam"), "scheduler", "scheduler.amazonaws.com")
        yield running


@pytest.fixture
def api(aws: TestAws) -> Iterator[Any]:
    client = aws.client("scheduler")
    yield client
    for each in client.list_schedules()["Schedules"]:
        client.delete_schedule(Name=each["Name"], GroupName=each["GroupName"])


def to(arn: str = QUEUE, **members: Any) -> dict[str, Any]:
    return {"Target": {**TARGET, "Arn": arn, **members}}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"Name": "a b"}, "at 'name' failed to satisfy constraint"),
    ({"Name": "a" * 65}, "length less than or equal to 64"),
    ({"GroupName": "a/b"}, "at 'groupName'"),
    ({"Description": "d" * 513}, "at 'description'"),
    ({"ClientToken": "a b"}, "at 'clientToken'"),
    ({"ClientToken": "a" * 65}, "at 'clientToken'"),
    ({"State": "ON"}, "at 'state'"),
    ({"ActionAfterCompletion": "KEEP"}, "at 'actionAfterCompletion'"),
    ({"KmsKeyArn": "key"}, "at 'kmsKeyArn'"),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "needs MaximumWindowInMinutes"),
    ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "takes no MaximumWindowInMinutes"),
    ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}}, "maximumWindowInMinutes"),
    ({"ScheduleExpression": "rate(1 days)"}, "Invalid Schedule Expression"),
    ({"ScheduleExpression": "rate(5 seconds)"}, "Invalid Schedule Expression"),
    ({"ScheduleExpression": "cron(0 22 * * SAT *)"}, "Invalid Schedule Expression"),
    ({"ScheduleExpression": "at(2026-03-08T00:00:00Z)"}, "Invalid Schedule Expression"),
    ({"ScheduleExpression": "x" * 257}, "at 'scheduleExpression'"),
    ({"ScheduleExpressionTimezone": "Mars/Base"}, "Invalid ScheduleExpressionTimezone"),
    ({"ScheduleExpressionTimezone": "../zone"}, "Invalid ScheduleExpressionTimezone"),
    ({"StartDate": START - 6 * MINUTE}, "cannot be earlier than 5 minutes ago"),
    ({"EndDate": START - DAY}, "EndDate you specify must be in the future"),
    ({"StartDate": START + 2 * DAY, "EndDate": START + DAY}, "must be later than the StartDate"),
    ({"StartDate": START + DAY, "EndDate": START + DAY}, "must be later than the StartDate"),
    (to("letters"), "Provided Arn is not in correct format"),
    (to("arn:aws:s3:::bucket"), "s3 is not a supported service for a target"),
    (to(SDK + "sqs"), "Provided Arn is not in correct format"),
    (to(SDK + "sqs:sendLetter"), "sendLetter is no API action of the service sqs"),
    (to(SDK + "mail:send"), "send is no API action of the service mail"),
    (to(SDK + "redshift:describeClusters"), "only reads"),
    (to(SDK + "redshift:pauseCluster", Input="dwh"), "must be well-formed JSON"),
    (to(STATES, Input="{"), "must be well-formed JSON"),
    (to(STATES, SqsParameters={"MessageGroupId": "g"}), "SqsParameters is for a templated target of sqs"),
    (to(f"{QUEUE}.fifo"), "needs a MessageGroupId"),
    (to(RoleArn="arn:aws:iam::123456789012:user/u"), "at 'target.roleArn'"),
    (to(RetryPolicy={"MaximumRetryAttempts": 186}), "maximumRetryAttempts"),
    (to(RetryPolicy={"MaximumEventAgeInSeconds": 86_401}), "maximumEventAgeInSeconds"),
    (to(DeadLetterConfig={"Arn": STATES}), "deadLetterConfig.arn"),
]
TAKEN: list[dict[str, Any]] = [
    {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1440}},
    {"StartDate": START - 4 * MINUTE, "EndDate": START + DAY},
    {"ScheduleExpression": "at(2026-05-01T00:00:00)", "StartDate": START - DAY, "EndDate": START - DAY},
    to(Input="no JSON, which a queue does not need"),
    to(SDK + "redshift:pauseCluster", Input='{"ClusterIdentifier": "dwh"}'),
    to(f"{QUEUE}.fifo", SqsParameters={"MessageGroupId": "g"}),
]


@pytest.mark.parametrize(("changes", "sentence"), REFUSED)
def test_what_is_ruled_out_is_refused_and_not_created(api: Any, changes: Any, sentence: str) -> None:
    with pytest.raises((ClientError, ParamValidationError)) as caught:
        api.create_schedule(**SCHEDULE | changes)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert sentence in str(caught.value)
    assert api.list_schedules()["Schedules"] == []


@pytest.mark.parametrize(("changes", "sentence"), [each for each in REFUSED if "Name" not in each[0]][10::4])
def test_a_change_is_held_to_the_same_rules(api: Any, changes: Any, sentence: str) -> None:
    api.create_schedule(**SCHEDULE)
    with pytest.raises(ClientError, match=sentence):
        api.update_schedule(**SCHEDULE | changes)
    assert api.get_schedule(Name="daily")["ScheduleExpression"] == "rate(1 day)"


@pytest.mark.parametrize("changes", TAKEN)
def test_what_the_documentation_allows_is_taken(api: Any, changes: Any) -> None:
    api.create_schedule(**SCHEDULE | changes)


def test_the_same_request_with_the_same_token_is_the_same_request_again(api: Any) -> None:
    first = api.create_schedule(**SCHEDULE, ClientToken="one")
    assert api.create_schedule(**SCHEDULE, ClientToken="one")["ScheduleArn"] == first["ScheduleArn"]
    with pytest.raises(api.exceptions.ConflictException, match="was used for another request"):
        api.create_schedule(**SCHEDULE | {"Name": "other"}, ClientToken="one")
    with pytest.raises(api.exceptions.ConflictException, match="Schedule daily already exists"):
        api.create_schedule(**SCHEDULE, ClientToken="two")
    assert [each["Name"] for each in api.list_schedules()["Schedules"]] == ["daily"]


def test_a_deletion_may_be_repeated_with_its_token_only(api: Any) -> None:
    api.create_schedule(**SCHEDULE)
    for _ in range(2):
        api.delete_schedule(Name="daily", ClientToken="gone")
    with pytest.raises(api.exceptions.ResourceNotFoundException):
        api.delete_schedule(Name="daily")


def test_an_update_replaces_everything_also_what_happens_after_completion(api: Any) -> None:
    api.create_schedule(**SCHEDULE, ActionAfterCompletion="DELETE", Description="old")
    api.update_schedule(**SCHEDULE)
    assert "Description" not in api.get_schedule(Name="daily")
    assert api.get_schedule(Name="daily").get("ActionAfterCompletion", "NONE") == "NONE"
    api.update_schedule(**SCHEDULE, ActionAfterCompletion="DELETE")
    assert api.get_schedule(Name="daily")["ActionAfterCompletion"] == "DELETE"


def test_a_start_that_has_passed_may_stay_when_something_else_changes(aws: TestAws, api: Any) -> None:
    start = aws.clock.now() + MINUTE
    api.create_schedule(**SCHEDULE | {"ScheduleExpression": "rate(365 days)"}, StartDate=start)
    aws.clock.advance(3600)
    api.update_schedule(**SCHEDULE | {"ScheduleExpression": "rate(300 days)"}, StartDate=start)
    with pytest.raises(ClientError, match="cannot be earlier than 5 minutes ago"):
        api.update_schedule(**SCHEDULE, StartDate=start + MINUTE)


def test_groups_are_made_once_and_the_default_one_stays(aws: TestAws, api: Any) -> None:
    api.create_schedule_group(Name="mine")
    assert api.get_schedule_group(Name="mine")["CreationDate"] == aws.clock.now()
    with pytest.raises(api.exceptions.ConflictException, match="Schedule group mine already exists"):
        api.create_schedule_group(Name="mine")
    with pytest.raises(api.exceptions.ValidationException, match="default"):
        api.delete_schedule_group(Name="default")
    with pytest.raises(api.exceptions.ResourceNotFoundException):
        api.list_schedules(GroupName="absent")
    with pytest.raises(api.exceptions.ValidationException, match="NextToken"):
        api.list_schedules(NextToken="nonsense")


GROUPS = "arn:aws:scheduler:eu-central-1:123456789012"


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (f"{GROUPS}:schedule/default/nightly", "ValidationException"),
        ("nothing", "ValidationException"),
        (f"{GROUPS}:schedule-group/nobody", "ResourceNotFoundException"),
        ("arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default", "ResourceNotFoundException"),
    ],
)
def test_only_a_schedule_group_that_exists_has_tags(api: Any, arn: str, code: str) -> None:
    calls = (
        lambda: api.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "dwh"}]),
        lambda: api.untag_resource(ResourceArn=arn, TagKeys=["team"]),
        lambda: api.list_tags_for_resource(ResourceArn=arn),
    )
    for call in calls:
        with pytest.raises(ClientError, match=code):
            call()


def test_a_schedule_group_can_be_tagged(api: Any) -> None:
    arn = f"{GROUPS}:schedule-group/default"
    api.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "dwh"}])
    assert api.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "dwh"}]
    api.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert api.list_tags_for_resource(ResourceArn=arn)["Tags"] == []


NOT_TRUSTING = {
    "nobody": "arn:aws:iam::123456789012:role/nobody",
    "of another account": "arn:aws:iam::210987654321:role/scheduler",
    "of another service": "arn:aws:iam::123456789012:role/machines",
}


@pytest.mark.parametrize("role", NOT_TRUSTING)
def test_a_role_that_scheduler_may_not_assume_is_refused(aws: TestAws, api: Any, role: str) -> None:
    with suppress(ClientError):
        create_role(aws.client("iam"), "machines", "states.amazonaws.com")
    api.create_schedule(**SCHEDULE)
    bad = SCHEDULE | to(RoleArn=NOT_TRUSTING[role])
    for call in (api.update_schedule, lambda **given: api.create_schedule(**given | {"Name": "other"})):
        with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler to assume the role"):
            call(**bad)
    assert [each["Name"] for each in api.list_schedules()["Schedules"]] == ["daily"]
    assert api.get_schedule(Name="daily")["Target"]["RoleArn"] == ROLE


def test_a_role_may_trust_scheduler_for_one_group_only(aws: TestAws, api: Any) -> None:
    trust = json.loads(trust_policy("scheduler.amazonaws.com"))
    group = "arn:aws:scheduler:eu-central-1:123456789012:schedule-group/trusted"
    trust["Statement"][0]["Condition"] = {"StringEquals": {"aws:SourceArn": group}}
    role = aws.client("iam").create_role(RoleName="narrow", AssumeRolePolicyDocument=json.dumps(trust))[
        "Role"
    ]
    api.create_schedule_group(Name="trusted")

    api.create_schedule(**SCHEDULE | to(RoleArn=role["Arn"]), GroupName="trusted")
    with pytest.raises(ClientError, match="to assume the role"):
        api.create_schedule(**SCHEDULE | to(RoleArn=role["Arn"]))
