"""Calls of the other services that workflows make are authorized, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.iam.services import READERS, ServiceRequest
from local.stepfunctions import current
from tests.support.identities import role, session
from tests.support.local_aws import ACCOUNT, REGION, TestAws, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

STATES = "stepfunctions"
OWNER = f"{REGION}:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:{OWNER}:table/t"
MACHINE = f"arn:aws:states:{OWNER}:stateMachine:m"
EXECUTION = f"arn:aws:states:{OWNER}:execution:m:1"
FUNCTION = f"arn:aws:lambda:{OWNER}:function:f"
BUS = f"arn:aws:events:{OWNER}:event-bus/default"
KEY = f"arn:aws:kms:{OWNER}:key/k"


def needed(service: str, action: str = "", path: str = "/", method: str = "POST", **members: Any) -> set[str]:
    """``action resource`` of everything that a call needs."""
    path, _, query = path.partition("?")
    given = dict(part.partition("=")[::2] for part in query.split("&") if part)
    call = ServiceRequest(ACCOUNT, REGION, method, action, path, given, members)
    return {f"{permission.action} {permission.resource}" for permission in READERS[service](call)}


@pytest.mark.parametrize(
    ("service", "action", "members", "expected"),
    [
        ("dynamodb", "PutItem", {"TableName": "t"}, {f"dynamodb:PutItem {TABLE}"}),
        ("dynamodb", "GetItem", {"TableName": TABLE}, {f"dynamodb:GetItem {TABLE}"}),
        ("dynamodb", "Query", {"TableName": "t", "IndexName": "i"}, {f"dynamodb:Query {TABLE}/index/i"}),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"t": {}}}, {f"dynamodb:BatchGetItem {TABLE}"}),
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "t"}}]},
            {f"dynamodb:PutItem {TABLE}", f"dynamodb:ConditionCheckItem {TABLE}"},
        ),
        ("dynamodb", "ListTables", {}, set()),
        ("kms", "DescribeKey", {"KeyId": KEY}, {f"kms:DescribeKey {KEY}"}),
        ("kms", "DescribeKey", {"KeyId": "k"}, {f"kms:DescribeKey {KEY}"}),
        ("sns", "Publish", {"TopicArn": "arn:t"}, {"sns:Publish arn:t"}),
        ("sns", "PublishBatch", {"TopicArn": "arn:t"}, {"sns:Publish arn:t"}),
        ("sns", "Subscribe", {"TopicArn": "arn:t"}, {"sns:Subscribe arn:t"}),
        (
            "events",
            "PutEvents",
            {"Entries": [{}]},
            {f"events:PutEvents {BUS}"},
        ),
        (
            "stepfunctions",
            "StartExecution",
            {"stateMachineArn": MACHINE},
            {f"states:StartExecution {MACHINE}"},
        ),
        (
            "stepfunctions",
            "StopExecution",
            {"executionArn": EXECUTION},
            {f"states:StopExecution {EXECUTION}"},
        ),
        ("stepfunctions", "ListStateMachines", {}, set()),
        ("cloudtrail", "LookupEvents", {}, {"cloudtrail:LookupEvents *"}),
        ("cloudwatch", "GetMetricData", {}, {"cloudwatch:GetMetricData *"}),
        ("cloudwatch", "PutMetricData", {}, set()),
        (
            "servicequotas",
            "GetServiceQuota",
            {"ServiceCode": "redshift", "QuotaCode": "L-1"},
            {f"servicequotas:GetServiceQuota arn:aws:servicequotas:{OWNER}:redshift/L-1"},
        ),
        ("iam", "GetRole", {"RoleName": "r"}, {f"iam:GetRole arn:aws:iam::{ACCOUNT}:role/r"}),
    ],
)
def test_a_named_call_is_about_its_resource(
    service: str, action: str, members: dict[str, Any], expected: set[str]
) -> None:
    assert needed(service, action, **members) == expected


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/b/runs/1.json", {"s3:GetObject arn:aws:s3:::b/runs/1.json"}),
        ("HEAD", "/b/k", {"s3:GetObject arn:aws:s3:::b/k"}),
        ("PUT", "/b/k", {"s3:PutObject arn:aws:s3:::b/k"}),
        ("POST", "/b/k?uploads=", {"s3:PutObject arn:aws:s3:::b/k"}),
        ("DELETE", "/b/k", {"s3:DeleteObject arn:aws:s3:::b/k"}),
        ("GET", "/b/k?tagging=", {"s3:GetObjectTagging arn:aws:s3:::b/k"}),
        ("GET", "/b?list-type=2&prefix=runs/", {"s3:ListBucket arn:aws:s3:::b"}),
        ("GET", "/b?policy=", set()),
        ("GET", "/", set()),
    ],
)
def test_a_call_of_s3_is_told_by_method_and_path(method: str, path: str, expected: set[str]) -> None:
    assert needed("s3", path=path, method=method) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2015-03-31/functions/f/invocations", FUNCTION),
        (f"/2015-03-31/functions/{FUNCTION}:3/invocations", f"{FUNCTION}:3"),
        ("/2015-03-31/functions/f/invocations?Qualifier=live", f"{FUNCTION}:live"),
    ],
)
def test_an_invocation_is_about_the_function_or_its_version(path: str, expected: str) -> None:
    assert needed("awslambda", path=path) == {f"lambda:InvokeFunction {expected}"}


@pytest.fixture(scope="module")
def caller(aws: TestAws) -> Callable[[str], Any]:
    """Makes clients of a role that may describe and read, but write nothing."""
    aws.client("dynamodb").create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    where = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration=where)
    aws.client("sns").create_topic(Name="t")
    reading = {"Action": ["dynamodb:GetItem", "s3:ListBucket", "iam:GetRole"]}
    reader = session(aws, role(aws, "reader", reading))
    return reader.client


@pytest.mark.parametrize(
    ("service", "call", "parameters", "code"),
    [
        ("dynamodb", "put_item", {"TableName": "t", "Item": {"id": {"S": "1"}}}, "AccessDeniedException"),
        ("s3", "put_object", {"Bucket": "bucket", "Key": "k", "Body": b"x"}, "AccessDenied"),
        ("sns", "publish", {"TopicArn": f"arn:aws:sns:{OWNER}:t", "Message": "x"}, "AuthorizationError"),
        ("events", "put_events", {"Entries": [{"Source": "x"}]}, "AccessDeniedException"),
        (STATES, "start_execution", {"stateMachineArn": MACHINE}, "AccessDeniedException"),
        ("kms", "describe_key", {"KeyId": "k"}, "AccessDeniedException"),
        ("cloudwatch", "describe_alarms", {}, "AccessDenied"),
        ("cloudtrail", "lookup_events", {}, "AccessDeniedException"),
        ("lambda", "invoke", {"FunctionName": "f"}, "AccessDeniedException"),
    ],
)
def test_what_is_not_allowed_is_refused_as_each_service_refuses(
    caller: Callable[[str], Any], service: str, call: str, parameters: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(caller(service), call)(**parameters)

    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert (
        f"assumed-role/reader/test is not authorized to perform: {service_prefix(service)}:"
        in error["Message"]
    )


def service_prefix(service: str) -> str:
    return {"stepfunctions": "states"}.get(service, service)


def test_what_is_allowed_passes_and_a_refused_call_has_changed_nothing(
    aws: TestAws, caller: Callable[[str], Any]
) -> None:
    assert "Item" not in caller("dynamodb").get_item(TableName="t", Key={"id": {"S": "1"}})
    assert caller("s3").list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    assert caller("iam").get_role(RoleName="reader")["Role"]["RoleName"] == "reader"
    aws.client("dynamodb").put_item(TableName="t", Item={"id": {"S": "1"}})


def test_a_functions_own_policy_lets_a_caller_invoke_it(aws: TestAws, caller: Callable[[str], Any]) -> None:
    worker = role(aws, "worker")
    code = {"ZipFile": zipped(main="def handle(event, context): return 1")}
    aws.client("lambda").create_function(
        FunctionName="open", Runtime="python3.13", Role=worker, Handler="main.handle", Code=code
    )
    given = {"FunctionName": "open", "StatementId": "s", "Action": "lambda:InvokeFunction"}
    aws.client("lambda").add_permission(Principal=f"arn:aws:iam::{ACCOUNT}:role/reader", **given)

    assert caller("lambda").invoke(FunctionName="open")["StatusCode"] == 200


def test_a_task_is_answered_by_who_may_answer_tasks_of_its_machine(
    aws: TestAws, caller: Callable[[str], Any]
) -> None:
    current().tokens.issue("token", f"{MACHINE}/EachCluster")
    able = {"Action": "states:SendTaskSuccess", "Resource": f"{MACHINE}/*"}
    given = {"taskToken": "token", "output": "{}"}

    with pytest.raises(ClientError, match=f"states:SendTaskSuccess on resource: {MACHINE}/EachCluster"):
        caller(STATES).send_task_success(**given)
    session(aws, role(aws, "answering", able)).client(STATES).send_task_success(**given)
    with pytest.raises(ClientError, match="Invalid"):
        caller(STATES).send_task_success(**{**given, "taskToken": "never issued"})


def test_a_policy_may_be_confined_to_the_accounts_own_resources(
    aws: TestAws, caller: Callable[[str], Any]
) -> None:
    """As those of the roles that `cdk bootstrap` makes are."""
    del caller  # which made the bucket
    own = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    action = {"Action": ["s3:ListBucket", "kms:DescribeKey"], "Condition": own}
    confined = session(aws, role(aws, "confined", action))

    assert confined.client("s3").list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    foreign = KEY.replace(ACCOUNT, "999999999999")
    with pytest.raises(
        ClientError, match="kms:DescribeKey on resource: arn:aws:kms:eu-central-1:999999999999"
    ):
        confined.client("kms").describe_key(KeyId=foreign)
