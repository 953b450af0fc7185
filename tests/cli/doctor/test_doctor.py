"""`steward doctor`: every problem comes with its fix."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from cli.deployed_stack import DeployedStack
from cli.doctor import deployment_checks
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

KEYS = [{"alias": "alias/fine"}, {"alias": "alias/off", "state": "Disabled"}]


def lines(answer: Any, check: str) -> list[tuple[str, str]]:
    return [(each["level"], each["detail"]) for each in answer.document["checks"] if each["check"] == check]


def test_a_healthy_stack_is_ok(steward: Steward, on_local_aws: Callable[..., Any]) -> None:
    steward.given([cluster("sales")])

    shown, answer = on_local_aws("doctor"), on_local_aws("doctor", "--json")

    assert shown.code == answer.code == 0
    assert answer.document["ok"] is True
    assert "fail" not in shown.out
    assert shown.out.startswith("ok   credentials: arn:aws:")
    assert lines(answer, "missed starts") == [("ok", "the dead-letter queue is empty")]
    assert lines(answer, "locks") == [("ok", "none is older than a day")]
    assert lines(answer, "permissions") == [("ok", "you can read clusters, runs, ledger and reports")]
    assert lines(answer, "quotas")[0] == ("ok", "0 of 20 manual snapshots")
    assert any("cron(0 22 ? * SAT *) (Europe/Berlin)" in detail for _, detail in lines(answer, "schedule"))


def test_what_would_stop_the_next_run_is_reported_with_its_fix(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("hr", kms_key="alias/off"), cluster("crm", kms_key="alias/fine")], kms_keys=KEYS)
    steward.put_lock("crm", f"{stage.machine('rotate-keys')}:gone".replace("stateMachine", "execution"))
    with stage.clock.busy():
        queue, schedule = _queue(stage), _schedule(stage)
        stage.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
        _set_state(stage, schedule, "DISABLED")
    steward.pass_time(days=2)

    answer = on_local_aws("doctor", "--json")
    stage.client("sqs").purge_queue(QueueUrl=queue)
    _set_state(stage, schedule, "ENABLED")

    assert answer.code == 1
    assert answer.document["ok"] is False
    assert [level for level, _ in lines(answer, "KMS keys")] == ["fail"]
    assert "is Disabled; it encrypts hr" in lines(answer, "KMS keys")[0][1]
    assert lines(answer, "locks") == [
        ("warn", "crm has been locked by gone (sync-roles) for 2 days; that run has ended")
    ]
    assert lines(answer, "missed starts")[0][0] == "fail"
    assert ("warn", True) in [(level, "is DISABLED" in says) for level, says in lines(answer, "schedule")]
    assert all(each["fix"] for each in answer.document["checks"] if each["level"] != "ok")


def test_a_denied_call_is_named_and_the_other_checks_continue(
    steward: Steward, on_local_aws: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steward.given([cluster("sales")])
    client = DeployedStack.client

    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListExecutions")

    def denying_client(stack: DeployedStack, service: str) -> Any:
        made = client(stack, service)
        if service == "stepfunctions":
            made.list_executions = refuse
        return made

    monkeypatch.setattr(DeployedStack, "client", denying_client)
    answer = on_local_aws("doctor", "--json")

    assert answer.code == 1
    assert lines(answer, "permissions") == [("fail", "Access denied: you need states:ListExecutions")]
    assert lines(answer, "quotas")


class FakeContext:
    """A stack of one topic and two alarms, which answer what a test passes in."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self._answers = answers

    def client(self, _: str) -> Any:
        return self

    def get_paginator(self, call: str) -> Any:
        key = "MetricAlarms" if call == "describe_alarms" else "Subscriptions"
        return SimpleNamespace(paginate=lambda **_: [{key: self._answers[key]}])

    def resources(self, kind: str) -> list[str]:
        return ["arn:aws:sns:eu-central-1:123456789012:notices"] if "SNS" in kind else ["failed", "late"]


@pytest.mark.parametrize(
    ("subscriptions", "level", "says"),
    [
        ([], "warn", "notices has no subscriptions"),
        ([{"Endpoint": "a@b.c", "SubscriptionArn": "PendingConfirmation"}], "warn", "unconfirmed: a@b.c"),
        ([{"Endpoint": "a@b.c", "SubscriptionArn": "arn:aws:sns:x"}], "ok", "1 confirmed subscription"),
    ],
)
def test_missing_or_unconfirmed_subscriptions_are_reported(
    subscriptions: list[dict[str, Any]], level: str, says: str
) -> None:
    found = list(deployment_checks.check_notifications(cast("Any", FakeContext(Subscriptions=subscriptions))))

    assert [(each.level.value, each.detail) for each in found] == [(level, says)]


def test_an_alarm_of_silence_without_data_is_a_warning_and_others_need_none() -> None:
    silent = {"AlarmName": "watch-silent", "StateValue": "INSUFFICIENT_DATA", "AlarmActions": ["arn:topic"]}
    silent |= {"InsufficientDataActions": ["arn:topic"]}
    quiet = silent | {"AlarmName": "locks-old", "InsufficientDataActions": []}
    found = list(deployment_checks.check_alarms(cast("Any", FakeContext(MetricAlarms=[silent, quiet]))))

    assert [(each.level.value, each.detail) for each in found] == [("warn", "watch-silent has no data")]


def test_alarms_that_fire_or_notify_nobody_are_reported() -> None:
    heard = {"AlarmActions": ["arn:topic"], "ActionsEnabled": True, "StateValue": "OK"}
    firing = heard | {"AlarmName": "failed", "StateValue": "ALARM", "StateReason": "1 run failed"}
    shown = {"AlarmDescription": "A run failed.\nSee the runbook."}

    found = list(
        deployment_checks.check_alarms(
            cast("Any", FakeContext(MetricAlarms=[firing | shown, {"AlarmName": "late"}]))
        )
    )
    well = list(
        deployment_checks.check_alarms(
            cast("Any", FakeContext(MetricAlarms=[heard | {"AlarmName": "failed"}]))
        )
    )

    assert [(each.level.value, each.detail, each.fix) for each in found] == [
        ("fail", "failed is firing: 1 run failed", "A run failed. See the runbook."),
        ("warn", "late notifies nobody", "deploy again: its action was removed or disabled"),
    ]
    assert [(each.level.value, each.detail) for each in well] == [("ok", "1 alarm, none firing")]


def test_without_credentials_or_stack_it_reports_that_and_stops(
    on_local_aws: Callable[..., Any], run: Callable[..., Any]
) -> None:
    elsewhere = on_local_aws("doctor", "--json", "--region", "us-east-1")
    down = run("doctor", AWS_ENDPOINT_URL="http://localhost:1", AWS_REGION="eu-central-1")

    assert elsewhere.code == down.code == 1
    assert [each["check"] for each in elsewhere.document["checks"]] == ["credentials", "stack"]
    assert down.out.splitlines()[0].startswith("fail credentials: Cannot reach http://localhost:1/")
    assert down.out.splitlines()[1].strip().startswith("→ check the network")


def _resource(stage: Stage, kind: str) -> str:
    pages = stage.client("cloudformation").get_paginator("list_stack_resources")
    found = pages.paginate(StackName=stage.stack_name).build_full_result()["StackResourceSummaries"]
    return str(next(each["PhysicalResourceId"] for each in found if each["ResourceType"] == kind))


def _queue(stage: Stage) -> str:
    return _resource(stage, "AWS::SQS::Queue")


def _schedule(stage: Stage) -> dict[str, Any]:
    group, name = (
        _resource(stage, "AWS::Scheduler::ScheduleGroup"),
        _resource(stage, "AWS::Scheduler::Schedule"),
    )
    return dict(stage.client("scheduler").get_schedule(GroupName=group, Name=name))


def _set_state(stage: Stage, schedule: dict[str, Any], state: str) -> None:
    kept = (
        "GroupName",
        "Name",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "FlexibleTimeWindow",
        "Target",
    )
    stage.client("scheduler").update_schedule(**{key: schedule[key] for key in kept}, State=state)


def test_an_alarm_that_rings_is_reported_with_its_cause_and_what_to_do(
    steward: Steward, stage: Stage, on_local_aws: Callable[..., Any]
) -> None:
    steward.given([cluster("sales", created="1 day")])
    with stage.clock.busy():
        steward.stop(steward.start())
    steward.pass_time(minutes=2)

    answer = on_local_aws("doctor", "--json")

    alarms = [each for each in answer.document["checks"] if each["check"] == "alarms"]
    (found,) = [each for each in alarms if each["level"] == "fail"]
    assert (answer.code, found["level"]) == (1, "fail")
    assert "run-failed-rotate-keys is firing: Threshold Crossed: 1 datapoint [1.0]" in found["detail"]
    assert "What to do: read its report" in found["fix"]
