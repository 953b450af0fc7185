"""Publishes each change of an execution's status on EventBridge, and counts it in CloudWatch."""

import json
from typing import Any

from moto.events.models import events_backends

from local.cloudwatch import aws_metrics
from local.stepfunctions.asl.times import millis
from local.stepfunctions.engine.execution import Execution

DETAIL_TYPE = "Step Functions Execution Status Change"


def publish_status(execution: Execution) -> None:
    """Put the event on the default bus of the machine's Region; count it unless it is a Map's child."""
    machine = execution.machine
    moment = execution.stop_date or execution.redrive_date or execution.start_date
    entry = {
        "Source": "aws.states",
        "DetailType": DETAIL_TYPE,
        "Time": moment.timestamp(),
        "Resources": [execution.arn],
        "Detail": json.dumps(detail(execution)),
    }
    events_backends[machine.account][machine.region].put_events([entry])
    if execution.map_run_arn is None:
        aws_metrics.count_execution(machine.arn, execution.status, moment)


def detail(execution: Execution) -> dict[str, Any]:
    """The event's detail (EventBridge events reference, "Step Functions Execution Status Change")."""
    stop, redriven = execution.stop_date, execution.redrive_date
    output = execution.output
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine.arn,
        "stateMachineVersionArn": execution.machine.version_arn,
        "stateMachineAliasArn": None,
        "name": execution.name,
        "status": execution.status,
        "startDate": millis(execution.start_date),
        "stopDate": None if stop is None else millis(stop),
        "input": execution.input_text,
        "inputDetails": {"included": True},
        "output": output,
        "outputDetails": None if output is None else {"included": True},
        "error": execution.failure.error,
        "cause": execution.failure.cause,
        "redriveCount": execution.redrive_count,
        "redriveDate": None if redriven is None else millis(redriven),
    }
