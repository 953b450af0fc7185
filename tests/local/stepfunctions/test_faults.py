"""Scripted faults: an execution that ends where a test says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local import stepfunctions

if TYPE_CHECKING:
    from tests.local.stepfunctions.conftest import Steps

STATES: dict[str, Any] = {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Pass", "Next": "C"},
    "C": {"Type": "Succeed"},
}


def test_an_execution_is_aborted_on_entering_a_state(steps: Steps) -> None:
    machine = steps.machine(STATES, name="stops-at-b")
    stepfunctions.stop_at("stops-at-b", "B")
    stopped = steps.start(machine)
    summary = steps.wait_for_end(stopped)
    assert (summary["status"], summary["error"]) == ("ABORTED", "LocalAws.ScriptedFault")
    assert steps.events(stopped)[-2:] == ["PassStateEntered", "ExecutionAborted"]
    assert steps.wait_for_end(steps.start(machine))["status"] == "SUCCEEDED"


def test_the_nth_entry_from_now_on_is_meant(steps: Steps) -> None:
    machine = steps.machine(STATES, name="stops-later")
    steps.wait_for_end(steps.start(machine))
    stepfunctions.stop_at("stops-later", "B", nth=2)
    assert [steps.wait_for_end(steps.start(machine))["status"] for _ in range(3)] == [
        "SUCCEEDED",
        "ABORTED",
        "SUCCEEDED",
    ]


def test_a_child_of_a_map_can_be_stopped_and_the_parent_redriven(steps: Steps) -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "A",
        "States": STATES,
    }
    mapped = {"Type": "Map", "Items": [1, 2, 3], "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
    machine = steps.machine({"M": mapped}, name="stops-a-child")
    stepfunctions.stop_at("stops-a-child", "B", nth=2)
    arn = steps.start(machine)
    assert steps.wait_for_end(arn)["error"] == "States.ExceedToleratedFailureThreshold"
    (run,) = steps.api.list_map_runs(executionArn=arn)["mapRuns"]
    found = steps.api.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert [each["status"] for each in found] == ["ABORTED", "SUCCEEDED"]
    steps.api.redrive_execution(executionArn=arn)
    assert steps.wait_for_end(arn)["output"] == [1, 2, 3]
