"""Whoever hands a role to a service must be allowed to pass it to that service."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.support.identities import role, session
from tests.support.local_aws import ACCOUNT, REGION, TestAws, trust_policy, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.identities import Identity

GIVEN = f"arn:aws:iam::{ACCOUNT}:role/given"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:t"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
TARGET = {"Arn": TOPIC, "RoleArn": GIVEN}
DEFINITION = json.dumps(
    {"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
)
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
SCHEDULE = {
    "ScheduleExpression": "rate(1 day)",
    "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {**TARGET, "Input": "x"},
}
CLUSTER = {"ClusterIdentifier": "c", "NodeType": "ra3.large", "MasterUsername": "admin"}
ACTION = {"TargetAction": {"PauseCluster": {"ClusterIdentifier": "paused"}}, "Schedule": "cron(0 0 * * ? *)"}
FUNCTION = {"Runtime": "python3.13", "Handler": "main.handle", "Code": {"ZipFile": zipped(main="")}}


@dataclass(frozen=True)
class Handing:
    """A call that hands a role over, and the service that gets it."""

    service: str
    call: str
    to: str
    parameters: dict[str, Any]


CALLS = [
    Handing("scheduler", "create_schedule", "scheduler", {"Name": "new", **SCHEDULE}),
    Handing("scheduler", "update_schedule", "scheduler", {"Name": "old", **SCHEDULE}),
    Handing(
        "stepfunctions",
        "create_state_machine",
        "states",
        {"name": "new", "definition": DEFINITION, "roleArn": GIVEN},
    ),
    Handing(
        "stepfunctions", "update_state_machine", "states", {"stateMachineArn": MACHINE, "roleArn": GIVEN}
    ),
    Handing("lambda", "create_function", "lambda", {"FunctionName": "new", "Role": GIVEN, **FUNCTION}),
    Handing("lambda", "update_function_configuration", "lambda", {"FunctionName": "old", "Role": GIVEN}),
    Handing("events", "put_targets", "events", {"Rule": "rule", "Targets": [{"Id": "1", **TARGET}]}),
    Handing(
        "cloudformation",
        "create_stack",
        "cloudformation",
        {"StackName": "new", "TemplateBody": TEMPLATE, "RoleARN": GIVEN},
    ),
    Handing(
        "cloudformation",
        "create_change_set",
        "cloudformation",
        {
            "StackName": "newer",
            "TemplateBody": TEMPLATE,
            "RoleARN": GIVEN,
            "ChangeSetName": "change",
            "ChangeSetType": "CREATE",
        },
    ),
    Handing(
        "redshift",
        "create_cluster",
        "redshift",
        {**CLUSTER, "MasterUserPassword": "Secret123", "IamRoles": [GIVEN]},
    ),
    Handing(
        "redshift",
        "modify_cluster_iam_roles",
        "redshift",
        {"ClusterIdentifier": "paused", "AddIamRoles": [GIVEN]},
    ),
    Handing(
        "redshift",
        "create_scheduled_action",
        "scheduler.redshift",
        {"ScheduledActionName": "new", "IamRole": GIVEN, **ACTION},
    ),
    Handing(
        "redshift",
        "modify_scheduled_action",
        "scheduler.redshift",
        {"ScheduledActionName": "old", "IamRole": GIVEN},
    ),
]
every_call = pytest.mark.parametrize("handing", CALLS, ids=lambda each: f"{each.service}-{each.call}")


@pytest.fixture(scope="module")
def in_role(aws: TestAws) -> Callable[..., Identity]:
    """Makes sessions of roles that may do everything but pass a role, which they may as a statement says."""
    services = ("scheduler", "states", "lambda", "events", "cloudformation", "redshift", "scheduler.redshift")
    trust = trust_policy(*(f"{each}.amazonaws.com" for each in services))
    aws.client("iam").create_role(RoleName="given", AssumeRolePolicyDocument=trust)
    aws.client("sns").create_topic(Name="t")
    aws.client("scheduler").create_schedule(Name="old", **SCHEDULE)
    aws.client("stepfunctions").create_state_machine(name="m", definition=DEFINITION, roleArn=GIVEN)
    aws.client("lambda").create_function(FunctionName="old", Role=GIVEN, **FUNCTION)
    aws.client("events").put_rule(Name="rule", EventPattern='{"source": ["tank"]}')
    redshift = aws.client("redshift")
    redshift.create_cluster(**{**CLUSTER, "ClusterIdentifier": "paused"}, MasterUserPassword="Secret123")
    aws.clock.advance(3600)
    redshift.create_scheduled_action(ScheduledActionName="old", IamRole=GIVEN, **ACTION)
    count = iter(range(1000))

    def make(*passing: dict[str, Any]) -> Identity:
        others = {"NotAction": "iam:PassRole"}
        name = f"caller-{next(count)}"
        aws.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=trust_policy("lambda.amazonaws.com")
        )
        statements = [{"Effect": "Allow", "Resource": "*", **each} for each in (others, *passing)]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        aws.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        return session(aws, f"arn:aws:iam::{ACCOUNT}:role/{name}")

    return make


def passing_to(service: str) -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
    return {"Action": "iam:PassRole", "Resource": GIVEN, "Condition": condition}


@every_call
def test_who_may_not_pass_the_role_to_the_service_is_refused_and_who_may_is_served(
    in_role: Callable[..., Identity], handing: Handing
) -> None:
    for caller in (in_role(), in_role(passing_to("glue"))):
        with pytest.raises(ClientError, match=f"perform: iam:PassRole on resource: {GIVEN} ") as refused:
            getattr(caller.client(handing.service), handing.call)(**handing.parameters)
        assert refused.value.response["Error"]["Code"].startswith("AccessDenied")

    able = in_role(passing_to(handing.to)).client(handing.service)
    getattr(able, handing.call)(**handing.parameters)


@pytest.mark.parametrize(
    ("service", "call", "parameters"),
    [
        ("lambda", "update_function_configuration", {"FunctionName": "old", "Timeout": 9}),
        ("stepfunctions", "update_state_machine", {"stateMachineArn": MACHINE, "definition": DEFINITION}),
        ("events", "put_targets", {"Rule": "rule", "Targets": [{"Id": "2", "Arn": TOPIC}]}),
    ],
)
def test_who_hands_over_no_role_needs_to_pass_none(
    in_role: Callable[..., Identity], service: str, call: str, parameters: dict[str, Any]
) -> None:
    getattr(in_role().client(service), call)(**parameters)


@every_call
def test_the_call_itself_has_to_be_allowed_too(
    aws: TestAws, in_role: Callable[..., Identity], handing: Handing
) -> None:
    del in_role  # which made what the calls are about
    name = f"passing-{handing.call}"[:60]
    caller = session(aws, role(aws, name, passing_to(handing.to)))

    with pytest.raises(ClientError, match="is not authorized to perform: ") as refused:
        getattr(caller.client(handing.service), handing.call)(**handing.parameters)
    assert "PassRole" not in str(refused.value)
