"""An answer that takes virtual time lets time pass for whoever waits for it, and for nobody else."""

from __future__ import annotations

import json
import time
from datetime import timedelta

from tests.support.local_aws import TestAws, local_aws, trust_policy, zipped

ROLE = "arn:aws:iam::123456789012:role/worker"
LOOKS_UP = """
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config

trail = boto3.client("cloudtrail", config=Config(retries={"mode": "standard", "max_attempts": 40}))

def handle(event, context):
    with ThreadPoolExecutor(3) as pool:
        return [len(found["Events"]) for found in pool.map(lambda _: trail.lookup_events(), range(3))]
"""
CLUSTERS = 4


def test_functions_that_share_cloudtrails_two_lookups_a_second_all_get_their_answers() -> None:
    each = {
        "Type": "Map",
        "Items": list(range(CLUSTERS)),
        "ItemProcessor": {
            "StartAt": "LookUp",
            "States": {
                "LookUp": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Arguments": {"FunctionName": "looks-up", "Payload": {}},
                    "End": True,
                }
            },
        },
        "End": True,
    }
    with local_aws() as aws:
        machine = _deploy(aws, {"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": each}})
        steps = aws.client("stepfunctions")
        execution = steps.start_execution(stateMachineArn=machine)["executionArn"]
        while (found := steps.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.05)

    assert found["status"] == "SUCCEEDED", found.get("cause")
    lookups = CLUSTERS * 3
    took = found["stopDate"] - found["startDate"]
    assert timedelta(seconds=(lookups - 2) / 2) <= took <= timedelta(seconds=lookups * 4)


def _deploy(aws: TestAws, definition: dict[str, object]) -> str:
    allowed = {
        "Effect": "Allow",
        "Action": ["lambda:InvokeFunction", "cloudtrail:LookupEvents"],
        "Resource": "*",
    }
    iam = aws.client("iam")
    iam.create_role(
        RoleName="worker",
        AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com", "states.amazonaws.com"),
    )
    iam.put_role_policy(
        RoleName="worker",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    aws.client("lambda").create_function(
        FunctionName="looks-up",
        Runtime="python3.13",
        Role=ROLE,
        Handler="main.handle",
        Code={"ZipFile": zipped(main=LOOKS_UP)},
        Timeout=60,
        MemorySize=256,
    )
    made = aws.client("stepfunctions").create_state_machine(
        name="looks-up", definition=json.dumps(definition), roleArn=ROLE
    )
    return str(made["stateMachineArn"])
