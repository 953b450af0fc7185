"""Every alarm of the deployed stack goes off when what it is about happens, and the topic is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.cloudwatch.models import cloudwatch_backends
from moto.sns.models import sns_backends

from steward.domain.workflows import DEPROVISION, WORKFLOWS
from tests.support.scenario import cluster
from tests.workflows.test_watching import watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.scenario import Steward
    from tests.support.stage import Stage

FAST = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds"}
REQUEST = {"clusters": ["crm"], "reason": "moved", "requested_by": "ann"}


def alarms(stage: Stage) -> dict[str, dict[str, Any]]:
    """The stack's alarms by name, without the stack's."""
    found = stage.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmName"].removeprefix(f"{stage.stack_name}-"): each for each in found}


def states(stage: Stage) -> dict[str, str]:
    return {name: alarm["StateValue"] for name, alarm in alarms(stage).items()}


def rung(stage: Stage) -> list[str]:
    """The alarms that the topic was told of, by name."""
    topics = sns_backends[stage.aws.context.account][stage.aws.context.region].topics.values()
    sent = [
        json.loads(each[1]) for topic in topics for each in topic.sent_notifications if _is_alarm(each[1])
    ]
    return [each["AlarmName"].removeprefix(f"{stage.stack_name}-") for each in sent]


def _is_alarm(message: str) -> bool:
    return message.startswith("{") and "AlarmName" in message


def stop_a_run(workflow: str) -> Callable[[Steward, Stage], None]:
    def act(steward: Steward, stage: Stage) -> None:
        steward.given([cluster("sales", created="1 day")], workflow=workflow)
        with stage.clock.busy():
            steward.stop(steward.start())

    return act


def start_no_run_for_weeks(steward: Steward, stage: Stage) -> None:
    steward.given()
    watch(stage)
    steward.pass_time(days=40)
    watch(stage)


def let_keys_grow_old(steward: Steward, stage: Stage) -> None:
    steward.given([cluster("sales")])
    watch(stage)


def forget_a_lock(steward: Steward, stage: Stage) -> None:
    steward.given([cluster("sales", created="1 day")])
    steward.put_lock("sales", "arn:aws:states:eu-central-1:123456789012:execution:gone:run-0")
    steward.pass_time(days=2)
    watch(stage)


def leave_a_request_unanswered(steward: Steward, stage: Stage) -> None:
    approval = {"required": True, "approvers": ["arn:aws:iam::123456789012:user/ann"], "four_eyes": False}
    policy = {"approval": approval | {"expires_after": "2 days"}}
    steward.given([cluster("crm", knobs=FAST)], policy=policy, workflow=DEPROVISION.name)
    run = steward.start(REQUEST)
    steward.pass_time(hours=40)
    watch(stage)
    steward.pass_time(minutes=2)
    steward.stop(run)


def fail_to_delete(steward: Steward, stage: Stage) -> None:
    del stage
    broken = cluster("crm", knobs=FAST | {"final_snapshot_outcome": "failed"})
    steward.run([broken], REQUEST, workflow=DEPROVISION.name)


def miss_an_event(steward: Steward, stage: Stage) -> None:
    steward.given()
    (queue,) = stage.client("sqs").list_queues()["QueueUrls"]
    stage.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    steward.pass_time(minutes=2)
    (message,) = stage.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    stage.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def let_a_function_fail(steward: Steward, stage: Stage) -> None:
    steward.given()
    stage.client("lambda").invoke(FunctionName=stage.function("Watch"), Payload="{}")


def invoke_a_function_directly(steward: Steward, stage: Stage) -> None:
    steward.given([cluster("sales")])
    stage.client("lambda").invoke(FunctionName=stage.function("RotateKeysStart"), Payload="{}")


def silence_watch(steward: Steward, stage: Stage) -> None:
    steward.given()
    watch(stage)
    steward.pass_time(hours=1)
    assert states(stage)["watch-silent"] == "OK"
    steward.pass_time(hours=2, minutes=30)


CASES: dict[str, Callable[[Steward, Stage], None]] = {
    **{f"run-failed-{workflow}": stop_a_run(workflow) for workflow in WORKFLOWS},
    **{f"run-overdue-{workflow}": start_no_run_for_weeks for workflow in WORKFLOWS},
    "keys-overdue": let_keys_grow_old,
    "locks-old": forget_a_lock,
    "approvals-expiring": leave_a_request_unanswered,
    "deletion-failed": fail_to_delete,
    "events-missed": miss_an_event,
    "function-errors": let_a_function_fail,
    "calls-refused": invoke_a_function_directly,
    "watch-silent": silence_watch,
}
"""What makes each alarm go off."""


def test_every_alarm_of_the_stack_is_made_to_ring(stage: Stage) -> None:
    assert set(alarms(stage)) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_an_alarm_rings_when_what_it_is_about_happens(name: str, steward: Steward, stage: Stage) -> None:
    CASES[name](steward, stage)
    steward.pass_time(minutes=2)

    assert states(stage)[name] == "ALARM" or name in rung(stage)
    assert rung(stage).count(name) == 1


def test_one_failed_run_rings_even_if_metrics_without_any_value_cannot_be_filled(
    steward: Steward, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = cloudwatch_backends[stage.aws.context.account][stage.aws.context.region]
    monkeypatch.setattr(backend, "fills_empty", False)
    CASES["run-failed-rotate-keys"](steward, stage)
    steward.pass_time(minutes=2)
    assert rung(stage) == ["run-failed-rotate-keys"]


def test_no_alarm_rings_of_a_run_that_goes_well_and_of_a_fleet_in_order(
    steward: Steward, stage: Stage
) -> None:
    steward.run([cluster("sales")])
    steward.pass_time(minutes=10)
    watch(stage)
    steward.pass_time(minutes=10)
    assert rung(stage) == []
    assert "ALARM" not in states(stage).values()


def test_no_alarm_rings_of_a_first_deployment_before_watch_has_run(steward: Steward, stage: Stage) -> None:
    steward.given()
    steward.pass_time(hours=5)
    assert rung(stage) == []
    assert "ALARM" not in states(stage).values()


def test_a_failed_run_rings_and_is_over_within_a_quarter_of_an_hour(steward: Steward, stage: Stage) -> None:
    CASES["run-failed-rotate-keys"](steward, stage)
    steward.pass_time(minutes=2)
    assert states(stage)["run-failed-rotate-keys"] == "ALARM"
    steward.pass_time(minutes=15)
    assert states(stage)["run-failed-rotate-keys"] == "OK"
