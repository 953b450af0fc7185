"""A permission may be confined to resources with a tag: tables, functions and state machines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.support.identities import Identity, role, session
from tests.support.local_aws import TestAws, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

DEFINITION = json.dumps(
    {"QueryLanguage": "JSONata", "StartAt": "S", "States": {"S": {"Type": "Succeed"}}},
)
MINE, THEIRS = "mine", "theirs"


def table(aws: TestAws, name: str, team: str) -> dict[str, Any]:
    key = {"AttributeName": "id"}
    aws.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{**key, "KeyType": "HASH"}],
        AttributeDefinitions=[{**key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": team}],
    )
    return {"TableName": name, "Key": {"id": {"S": "1"}}}


def function(aws: TestAws, name: str, team: str) -> dict[str, Any]:
    code = {"ZipFile": zipped(main="def handle(event, context): return 1")}
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role(aws, f"of-{name}"),
        Handler="main.handle",
        Code=code,
        Tags={"team": team},
    )
    return {"FunctionName": name}


def machine(aws: TestAws, name: str, team: str) -> dict[str, Any]:
    made = aws.client("stepfunctions").create_state_machine(
        name=name,
        definition=DEFINITION,
        roleArn=role(aws, f"runs-{name}"),
        publish=True,
        tags=[{"key": "team", "value": team}],
    )
    return {"stateMachineArn": made["stateMachineVersionArn"]}


CALLS: dict[str, tuple[Callable[[TestAws, str, str], dict[str, Any]], str, str]] = {
    "dynamodb": (table, "get_item", "dynamodb:GetItem"),
    "lambda": (function, "invoke", "lambda:InvokeFunction"),
    "stepfunctions": (machine, "start_execution", "states:StartExecution"),
}


@pytest.mark.parametrize("service", CALLS)
def test_only_what_has_the_tag_may_be_called(aws: TestAws, service: str) -> None:
    create, call, action = CALLS[service]
    mine, theirs = create(aws, MINE, MINE), create(aws, THEIRS, THEIRS)
    condition = {"StringEquals": {"aws:ResourceTag/team": MINE}}
    caller: Identity = session(
        aws, role(aws, f"tagged-{service}", {"Action": action, "Condition": condition})
    )

    getattr(caller.client(service), call)(**mine)
    with pytest.raises(ClientError, match=f"not authorized to perform: {action}"):
        getattr(caller.client(service), call)(**theirs)
