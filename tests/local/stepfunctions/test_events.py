"""EventBridge hears about every change of status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.stepfunctions.conftest import Steps


class Heard:
    """A queue that gets all events of Step Functions."""

    def __init__(self, steps: Steps) -> None:
        self.clock = steps.clock
        self.sqs = steps.client("sqs")
        self.url = self.sqs.create_queue(QueueName="status-changes")["QueueUrl"]
        arn = "arn:aws:sqs:eu-central-1:123456789012:status-changes"
        pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
        events = steps.client("events")
        events.put_rule(Name="status-changes", EventPattern=json.dumps(pattern))
        events.put_targets(Rule="status-changes", Targets=[{"Id": "1", "Arn": arn}])

    def about(self, machine: str) -> list[dict[str, Any]]:
        """All events about executions of a machine and of its Maps."""
        self.clock.advance(1)  # no time passes while something is being delivered
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in found if event["detail"]["stateMachineArn"].startswith(machine)]


@pytest.fixture
def heard(steps: Steps) -> Iterator[Heard]:
    yield Heard(steps)
    events = steps.client("events")
    events.remove_targets(Rule="status-changes", Ids=["1"])
    events.delete_rule(Name="status-changes")


def test_a_start_and_an_end_are_told_with_input_output_and_moments(steps: Steps, heard: Heard) -> None:
    machine = steps.machine({"W": {"Type": "Wait", "Seconds": 60, "Output": 1, "End": True}})
    arn = steps.start(machine, {"a": 1}, name="told")
    ended = steps.wait_for_end(arn)
    running, succeeded = (event["detail"] for event in heard.about(machine))
    assert (running["status"], running["stopDate"], running["output"]) == ("RUNNING", None, None)
    assert (succeeded["status"], succeeded["output"], succeeded["error"]) == ("SUCCEEDED", "1", None)
    for detail in (running, succeeded):
        assert (detail["executionArn"], detail["name"], detail["input"]) == (arn, "told", '{"a": 1}')
        assert detail["startDate"] == int(ended["startDate"].timestamp() * 1000)
    assert succeeded["stopDate"] - succeeded["startDate"] == 60_000


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_other_ends_are_told_with_error_and_cause(steps: Steps, heard: Heard, status: str) -> None:
    if status == "FAILED":
        machine = steps.machine({"F": {"Type": "Fail", "Error": "E", "Cause": "c"}})
        steps.wait_for_end(steps.start(machine))
    else:
        machine = steps.machine({"W": {"Type": "Wait", "Seconds": 60, "End": True}}, TimeoutSeconds=10)
        with steps.clock.busy():
            arn = steps.start(machine)
            if status == "ABORTED":
                steps.api.stop_execution(executionArn=arn, error="E", cause="c")
        steps.wait_for_end(arn)
    detail = heard.about(machine)[-1]["detail"]
    assert detail["status"] == status
    assert detail["error"] == ("States.Timeout" if status == "TIMED_OUT" else "E")


def test_children_of_a_distributed_map_are_told_too(steps: Steps, heard: Heard) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    machine = steps.machine({"M": {"Type": "Map", "Items": [1, 2], "ItemProcessor": processor, "End": True}})
    steps.wait_for_end(steps.start(machine))
    children = [
        event["detail"]["status"]
        for event in heard.about(machine)
        if "/" in event["detail"]["stateMachineArn"]
    ]
    assert sorted(children) == ["RUNNING", "RUNNING", "SUCCEEDED", "SUCCEEDED"]


def test_a_redrive_is_told_as_running_again(steps: Steps, heard: Heard) -> None:
    machine = steps.machine({"F": {"Type": "Fail", "Error": "E"}})
    arn = steps.start(machine)
    steps.wait_for_end(arn)
    steps.api.redrive_execution(executionArn=arn)
    steps.wait_for_end(arn)
    details = [event["detail"] for event in heard.about(machine)]
    assert [detail["status"] for detail in details] == ["RUNNING", "FAILED", "RUNNING", "FAILED"]
    assert [detail["redriveCount"] for detail in details] == [0, 0, 1, 1]
