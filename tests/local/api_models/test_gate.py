"""What the model of an API rules out is refused before the service sees it, in AWS's words."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.support.local_aws import TestAws, create_role, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:m"
ROLE = "arn:aws:iam::123456789012:role/r"
TARGET = {"Arn": "arn:aws:lambda:eu-central-1:123456789012:function:f", "RoleArn": ROLE}
SCHEDULE = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET}
STATES, EVENTS, TRAIL = "AWSStepFunctions", "AWSEvents", "CloudTrail_20131101"
NAMES = {STATES: "states", EVENTS: "events", TRAIL: "cloudtrail"}


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        services = "scheduler.amazonaws.com", "scheduler.redshift.amazonaws.com", "states.amazonaws.com"
        create_role(running.client("iam"), "r", *services)
        yield running


def signed(service: str) -> dict[str, str]:
    scope = f"Credential=test/20260301/eu-central-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}


def send(
    aws: TestAws, service: str, body: str | bytes, method: str = "POST", path: str = "/", **headers: str
) -> tuple[int, str, str]:
    """A request that no AWS SDK would send: status, error code and sentence of the answer."""
    connection = http.client.HTTPConnection("localhost", int(aws.endpoint.rpartition(":")[2]))
    sent = {**signed(service), **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if not text.startswith("{"):
        return answer.status, text.partition("<Code>")[2].partition("</Code>")[0], text
    document = json.loads(text)
    return answer.status, document.get("__type", ""), document.get("message", "")


def send_json(aws: TestAws, target: str, action: str, document: Any) -> tuple[int, str, str]:
    text = document if isinstance(document, str) else json.dumps(document)
    content_type = "application/x-amz-json-1.1"
    return send(aws, NAMES[target], text, X_Amz_Target=f"{target}.{action}", Content_Type=content_type)


def send_form(aws: TestAws, service: str, action: str, **parameters: Any) -> tuple[int, str, str]:
    body = urlencode({"Action": action, "Version": "2012-12-01", **parameters})
    return send(aws, service, body, Content_Type="application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("target", "action", "document", "code", "says"),
    [
        (STATES, "StartExecution", {}, "ValidationException", "Value null at 'stateMachineArn'"),
        (STATES, "CreateStateMachine", {"name": "m"}, "ValidationException", "2 validation errors"),
        (STATES, "DescribeExecution", {}, "ValidationException", "Member must not be null"),
        (STATES, "ListExecutions", {"maxResults": 1001}, "ValidationException", "less than or equal to 1000"),
        (
            STATES,
            "ListExecutions",
            {"statusFilter": "DONE"},
            "ValidationException",
            "enum value set",
        ),
        (STATES, "StartExecution", {"stateMachineArn": 5}, "SerializationException", "must be a string"),
        (STATES, "StartExecution", "no JSON", "SerializationException", "must be JSON"),
        (STATES, "StartExecution", "[]", "SerializationException", "must be an object"),
        (STATES, "TagResource", {"resourceArn": MACHINE, "tags": {}}, "SerializationException", "be a list"),
        (EVENTS, "PutRule", {"Name": "a rule"}, "ValidationException", "regular expression pattern"),
        (EVENTS, "PutEvents", {"Entries": []}, "ValidationException", "greater than or equal to 1"),
        (EVENTS, "PutTargets", {"Rule": "r", "Targets": [{"Id": "1"}]}, "ValidationException", "member.arn"),
        (TRAIL, "LookupEvents", {"MaxResults": 51}, "InvalidMaxResultsException", "less than or equal to 50"),
        (TRAIL, "LookupEvents", {"StartTime": {}}, "SerializationException", "must be a timestamp"),
        (
            TRAIL,
            "LookupEvents",
            {"EndTime": "2026-01-01T00:00:00Z"},
            "SerializationException",
            "seconds since 1970",
        ),
    ],
)
def test_a_json_request_that_breaks_its_model_is_refused_and_the_member_is_named(
    aws: TestAws, target: str, action: str, document: Any, code: str, says: str
) -> None:
    status, found, sentence = send_json(aws, target, action, document)

    assert (status, found) == (400, code)
    assert says in sentence


@pytest.mark.parametrize(
    ("path", "document", "code", "says"),
    [
        ("/schedules/s", {}, "ValidationException", "3 validation errors"),
        ("/schedules/a%20b", SCHEDULE, "ValidationException", "'name'"),
        (f"/schedules/{'s' * 65}", SCHEDULE, "ValidationException", "less than or equal to 64"),
        ("/schedules/s", SCHEDULE | {"State": "ON"}, "ValidationException", "[ENABLED, DISABLED]"),
        ("/schedules/s", SCHEDULE | {"Target": "t"}, "SerializationException", "target must be a structure"),
        ("/schedules/s", SCHEDULE | {"Target": TARGET | {"Arn": "nowhere"}}, "ValidationException", "Arn"),
        ("/schedules/s", SCHEDULE | {"Target": TARGET | {"Arn": "a:b:c"}}, "ValidationException", "Arn"),
    ],
)
def test_a_rest_request_that_breaks_its_model_is_refused(
    aws: TestAws, path: str, document: Any, code: str, says: str
) -> None:
    status, found, sentence = send(
        aws, "scheduler", json.dumps(document), path=path, Content_Type="application/json"
    )

    assert (status, found) == (400, code)
    assert says in sentence


@pytest.mark.parametrize(
    ("service", "action", "parameters", "code", "says"),
    [
        ("cloudformation", "DescribeStackEvents", {}, "ValidationError", "stackName"),
        ("cloudformation", "ListStacks", {"StackStatusFilter.member.1": "GONE"}, "ValidationError", "enum"),
        ("redshift", "DeleteCluster", {}, "MissingParameter", "ClusterIdentifier"),
        ("redshift", "DescribeClusters", {"MaxRecords": "many"}, "InvalidParameterValue", "wrong type"),
        ("redshift", "DescribeClusters", {"MaxRecords": 2**40}, "InvalidParameterValue", "32 bits"),
        (
            "redshift",
            "PauseCluster",
            {"ClusterIdentifier": "x", "Pause": "1"},
            "InvalidParameterValue",
            "Pause is not a parameter of PauseCluster",
        ),
        (
            "redshift",
            "DeleteCluster",
            {"ClusterIdentifier": "x", "SkipFinalClusterSnapshot": "perhaps"},
            "InvalidParameterValue",
            "true or false",
        ),
    ],
)
def test_a_form_that_breaks_its_model_is_refused(
    aws: TestAws, service: str, action: str, parameters: dict[str, Any], code: str, says: str
) -> None:
    status, found, sentence = send_form(aws, service, action, **parameters)

    assert (status, found) == (400, code)
    assert says in sentence


TIMES = {
    ("redshift", "CreateScheduledAction"): ("StartTime", "EndTime"),
    ("redshift", "DescribeEvents"): ("StartTime", "EndTime"),
    ("redshift", "ModifyScheduledAction"): ("StartTime", "EndTime"),
    ("monitoring", "GetMetricStatistics"): ("StartTime", "EndTime"),
    ("monitoring", "PutMetricData"): ("MetricData.member.1.Timestamp",),
}
"""Calls of the query protocol that are ours → their members that are moments."""

NO_TIMES = ["-9e99", "9e99", "nan", "inf", "-62135596801", "99999999999999", "0001-01-01T00:00:00+14:00", "x"]
LAST_TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
ACTION = {
    "ScheduledActionName": "night",
    "TargetAction.PauseCluster.ClusterIdentifier": "dwh",
    "Schedule": "cron(0 20 * * ? *)",
    "IamRole": ROLE,
}


@pytest.mark.parametrize("text", NO_TIMES)
@pytest.mark.parametrize(("service", "action"), TIMES)
def test_a_time_out_of_range_is_refused_by_every_call_that_takes_one(
    aws: TestAws, service: str, action: str, text: str
) -> None:
    for member in TIMES[service, action]:
        status, code, _ = send_form(aws, service, action, **{member: text})
        assert (status, code) in {(400, "InvalidParameterValue"), (400, "SerializationException")}


def test_the_first_and_the_last_time_are_times(aws: TestAws) -> None:
    aws.client("redshift").create_cluster(
        ClusterIdentifier="dwh", NodeType="ra3.large", MasterUsername="admin", ManageMasterPassword=True
    )
    for member in ("StartTime", "EndTime"):
        for text in LAST_TIMES:
            status, _, _ = send_form(aws, "redshift", "CreateScheduledAction", **{**ACTION, member: text})
            assert (member, text, status) == (member, text, 200)
            aws.client("redshift").delete_scheduled_action(ScheduledActionName="night")


def test_a_number_that_is_no_time_is_refused(aws: TestAws) -> None:
    status, code, sentence = send_json(aws, TRAIL, "LookupEvents", {"StartTime": 9e99})
    assert (status, code) == (400, "SerializationException")
    assert "timestamp" in sentence


def test_a_rule_takes_no_target_whose_arn_is_malformed(aws: TestAws) -> None:
    aws.client("events").put_rule(Name="r", EventPattern='{"source": ["aws.redshift"]}')
    for arn in ("nowhere", "arn:aws:lambda", "a:b:c:d:e:f"):
        targets = {"Rule": "r", "Targets": [{"Id": "1", "Arn": arn}]}
        status, code, sentence = send_json(aws, EVENTS, "PutTargets", targets)
        assert (status, code) == (400, "ValidationException")
        assert sentence == "Provided Arn is not in correct format."


def test_a_call_that_the_model_allows_goes_through(aws: TestAws) -> None:
    aws.client("scheduler").create_schedule(Name="daily", **SCHEDULE)
    assert aws.client("scheduler").get_schedule(Name="daily")["Target"]["Arn"] == TARGET["Arn"]
    assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert aws.client("cloudtrail").lookup_events(MaxResults=50)["Events"] == []
    assert aws.client("events").list_rules(NamePrefix="none")["Rules"] == []


JSON_SERVICES = {
    "states": "AWSStepFunctions.StartExecution",
    "events": "AWSEvents.PutEvents",
    "dynamodb": "DynamoDB_20120810.PutItem",
    "kms": "TrentService.Encrypt",
    "logs": "Logs_20140328.PutLogEvents",
    "cloudtrail": "CloudTrail_20131101.LookupEvents",
    "ssm": "AmazonSSM.GetParameter",
    "sqs": "AmazonSQS.SendMessage",
    "servicequotas": "ServiceQuotasV20190624.GetServiceQuota",
    "monitoring": "GraniteServiceVersion20100801.PutMetricData",
    "secretsmanager": "secretsmanager.CreateSecret",
    "tagging": "ResourceGroupsTaggingAPI_20170126.GetResources",
}
UNREADABLE = {
    "deep": "[" * 20_000,
    "deep inside": '{"a":' * 1_001 + "1" + "}" * 1_001,
    "open": "{",
    "an array": "[]",
    "a number": '{"a": 1e999}',
    "NaN": '{"a": NaN}',
    "with a byte order mark": "\ufeff{}".encode(),
    "in UTF-16": "{}".encode("utf-16"),
    "in UTF-32": "{}".encode("utf-32-le"),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("service", JSON_SERVICES)
def test_a_body_that_is_no_json_object_is_refused_by_every_service(
    aws: TestAws, service: str, body: str | bytes
) -> None:
    headers = {"X_Amz_Target": JSON_SERVICES[service], "Content_Type": "application/x-amz-json-1.0"}
    status, code, _ = send(aws, service, body, **headers)
    assert (status, code) == (400, "SerializationException")


JSON_APIS = {
    "dynamodb": ("DynamoDB_20120810", "PutItem", "ValidationException"),
    "kms": ("TrentService", "Encrypt", "ValidationException"),
    "logs": ("Logs_20140328", "PutLogEvents", "InvalidParameterException"),
    "redshift-data": ("RedshiftData", "DescribeStatement", "ValidationException"),
    "secretsmanager": ("secretsmanager", "CreateSecret", "ValidationException"),
    "sqs": ("AmazonSQS", "SendMessage", "MissingParameter"),
    "ssm": ("AmazonSSM", "PutParameter", "ValidationException"),
    "tagging": ("ResourceGroupsTaggingAPI_20170126", "TagResources", "InvalidParameterException"),
}
"""Services of moto that the steward uses: target, an operation with required members, its code."""


@pytest.mark.parametrize("service", JSON_APIS)
def test_a_malformed_body_for_a_service_of_moto_is_refused(aws: TestAws, service: str) -> None:
    target, action, missing = JSON_APIS[service]

    def answer(body: str, called: str = action) -> tuple[int, str, str]:
        headers = {"X_Amz_Target": f"{target}.{called}", "Content_Type": "application/x-amz-json-1.1"}
        return send(aws, service, body, **headers)

    for body in (
        "{",
        "[]",
        "null",
        "1",
        '"x"',
        '{"a":',
        "\N{LATIN SMALL LETTER Y WITH DIAERESIS}",
        "NaN",
        "{}{}",
    ):
        status, code, _ = answer(body)
        assert (status, code) == (400, "SerializationException"), body
    status, code, sentence = answer("{}")
    assert (status, code) == (400, missing)
    assert "Member must not be null" in sentence
    status, code, sentence = answer("{}", "Nope")
    assert (status, code) == (501, "NotImplemented")
    assert sentence.endswith(":Nope")


@pytest.mark.parametrize(
    ("service", "action", "code"),
    [
        ("iam", "CreateRole", "ValidationError"),
        ("iam", "GetRole", "ValidationError"),
        ("sts", "AssumeRole", "ValidationError"),
        ("sts", "DecodeAuthorizationMessage", "ValidationError"),
        ("sns", "CreateTopic", "ValidationError"),
        ("sns", "Publish", "ValidationError"),
        ("sns", "Subscribe", "ValidationError"),
    ],
)
def test_a_form_without_a_required_member_never_reaches_moto(
    aws: TestAws, service: str, action: str, code: str
) -> None:
    roles = aws.client("iam").list_roles()["Roles"]
    status, found, sentence = send_form(aws, service, action)
    assert (status, found) == (400, code)
    assert "Member must not be null" in sentence
    assert aws.client("iam").list_roles()["Roles"] == roles


def test_numbers_and_operations_of_forms_are_read_strictly(aws: TestAws) -> None:
    assert send_form(aws, "iam", "ListRoles", MaxItems="1e3")[:2] == (400, "MalformedInput")
    assert send_form(aws, "autoscaling", "DescribeAutoScalingGroups", MaxRecords="x")[:2] == (
        400,
        "MalformedInput",
    )
    assert send_form(aws, "sns", "Nope")[:2] == (501, "NotImplemented")
    for service in ("sns", "iam", "sts", "cloudformation", "autoscaling", "ec2", "monitoring"):
        status, code, sentence = send(aws, service, "Action=x", Content_Type="text/plain")
        assert (status, code) == (400, "MissingAction"), (service, sentence)
