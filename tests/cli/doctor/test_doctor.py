"""`steward doctor`: every line says what is so, and what to do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from cli.aws import Deployed
from cli.doctor import deployment_checks
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

KEYS = [{"alias": "alias/fine"}, {"alias": "alias/off", "state": "Disabled"}]


def lines(said: Any, check: str) -> list[tuple[str, str]]:
    return [(each["level"], each["says"]) for each in said.document["checks"] if each["check"] == check]


def test_a_healthy_stack_is_ok(steward: Steward, on_stage: Callable[..., Any]) -> None:
    steward.given([cluster("sales")])

    told, said = on_stage("doctor"), on_stage("doctor", "--json")

    assert told.code == said.code == 0
    assert said.document["ok"] is True
    assert "fail" not in told.out
    assert told.out.startswith("ok   credentials: arn:aws:")
    assert lines(said, "missed starts") == [("ok", "the dead-letter queue is empty")]
    assert lines(said, "locks") == [("ok", "none is older than a day")]
    assert lines(said, "permissions") == [("ok", "you may read clusters, runs, ledger and reports")]
    assert lines(said, "quotas")[0] == ("ok", "0 of 20 manual snapshots")
    assert any("cron(0 22 ? * SAT *) (Europe/Berlin)" in says for _, says in lines(said, "schedule"))


def test_what_would_stand_in_the_way_is_told_with_what_to_do(
    steward: Steward, stage: Stage, on_stage: Callable[..., Any]
) -> None:
    steward.given([cluster("hr", kms_key="alias/off"), cluster("crm", kms_key="alias/fine")], kms_keys=KEYS)
    steward.put_lock("crm", f"{stage.machine('rotate-keys')}:gone".replace("stateMachine", "execution"))
    with stage.clock.busy():
        queue, schedule = _queue(stage), _schedule(stage)
        stage.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
        _set_state(stage, schedule, "DISABLED")
    steward.pass_time(days=2)

    said = on_stage("doctor", "--json")
    stage.client("sqs").purge_queue(QueueUrl=queue)
    _set_state(stage, schedule, "ENABLED")

    assert said.code == 1
    assert said.document["ok"] is False
    assert [level for level, _ in lines(said, "KMS keys")] == ["fail"]
    assert "is Disabled; it encrypts hr" in lines(said, "KMS keys")[0][1]
    assert lines(said, "locks") == [
        ("warn", "crm has been locked by gone (sync-roles) for 2 days, which has ended")
    ]
    assert lines(said, "missed starts")[0][0] == "fail"
    assert ("warn", True) in [(level, "is DISABLED" in says) for level, says in lines(said, "schedule")]
    assert all(each["do"] for each in said.document["checks"] if each["level"] != "ok")


def test_a_denied_call_is_named_and_the_other_checks_go_on(
    steward: Steward, on_stage: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    steward.given([cluster("sales")])
    client = Deployed.client

    def refuse(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListExecutions")

    def guarded(stack: Deployed, service: str) -> Any:
        made = client(stack, service)
        if service == "stepfunctions":
            made.list_executions = refuse
        return made

    monkeypatch.setattr(Deployed, "client", guarded)
    said = on_stage("doctor", "--json")

    assert said.code == 1
    assert lines(said, "permissions") == [("fail", "you may not states:ListExecutions")]
    assert lines(said, "quotas")


class Patient:
    """A stack of one topic and two alarms, which say what a test has them say."""

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
        ([], "warn", "nobody is subscribed to notices"),
        ([{"Endpoint": "a@b.c", "SubscriptionArn": "PendingConfirmation"}], "warn", "not confirmed: a@b.c"),
        ([{"Endpoint": "a@b.c", "SubscriptionArn": "arn:aws:sns:x"}], "ok", "1 confirmed subscription"),
    ],
)
def test_notices_that_nobody_hears_are_told(
    subscriptions: list[dict[str, Any]], level: str, says: str
) -> None:
    found = list(deployment_checks.notices(cast("Any", Patient(Subscriptions=subscriptions))))

    assert [(each.level.value, each.says) for each in found] == [(level, says)]


def test_alarms_that_ring_or_tell_nobody_are_told() -> None:
    heard = {"AlarmActions": ["arn:topic"], "ActionsEnabled": True, "StateValue": "OK"}
    rings = heard | {"AlarmName": "failed", "StateValue": "ALARM", "StateReason": "1 run failed"}
    told = {"AlarmDescription": "A run failed.\nSee the runbook."}

    found = list(
        deployment_checks.alarms(cast("Any", Patient(MetricAlarms=[rings | told, {"AlarmName": "late"}])))
    )
    well = list(
        deployment_checks.alarms(cast("Any", Patient(MetricAlarms=[heard | {"AlarmName": "failed"}])))
    )

    assert [(each.level.value, each.says, each.do) for each in found] == [
        ("fail", "failed rings: 1 run failed", "A run failed. See the runbook."),
        ("warn", "late tells nobody", "deploy again: its action has been removed or disabled"),
    ]
    assert [(each.level.value, each.says) for each in well] == [("ok", "1 alarm, none rings")]


def test_without_credentials_or_stack_it_says_that_and_stops(
    on_stage: Callable[..., Any], run: Callable[..., Any]
) -> None:
    elsewhere = on_stage("doctor", "--json", "--region", "us-east-1")
    down = run("doctor", AWS_ENDPOINT_URL="http://localhost:1", AWS_REGION="eu-central-1")

    assert elsewhere.code == down.code == 1
    assert [each["check"] for each in elsewhere.document["checks"]] == ["credentials", "stack"]
    assert down.out.splitlines()[0].startswith("fail credentials: http://localhost:1/ can not be reached")
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
