"""Tasks: Lambda functions, any AWS API, and AWS's names for arguments, results and errors."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.session import get_session

from local import stepfunctions
from local.clients import SERVICE_CREDENTIALS
from local.clock import Waiter
from local.stepfunctions.asl.failures import InvalidDefinitionError, StateFailure
from local.stepfunctions.tasks.integrations import integration
from local.stepfunctions.tasks.naming import class_name, error_name, member_name, service_prefix
from local.stepfunctions.tasks.sdk import Sdk, jsonable, to_members

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local.stepfunctions.conftest import Steps

    Register = Callable[[str, Callable[[Any], Any]], None]

FUNCTION_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:f"


def task(action: str, arguments: Any = None, **fields: Any) -> dict[str, Any]:
    given = {} if arguments is None else {"Arguments": arguments}
    return {"Type": "Task", "Resource": f"arn:aws:states:::{action}", **given, "End": True, **fields}


def test_an_invoked_function_gets_its_payload_and_gives_its_answer(steps: Steps, function: Register) -> None:
    function("f", lambda event: {"twice": event["n"] * 2})
    arguments = {"FunctionName": FUNCTION_ARN, "Payload": {"n": "{% $states.input.n %}"}}
    output = steps.run({"T": task("lambda:invoke", arguments)}, {"n": 21})["output"]
    assert output["Payload"] == {"twice": 42}
    assert (output["StatusCode"], output["ExecutedVersion"]) == (200, "$LATEST")


def test_a_function_named_by_its_own_arn_gets_the_input_and_gives_the_bare_answer(
    steps: Steps, function: Register
) -> None:
    function("f", lambda event: [event])
    arn = steps.start(steps.machine({"T": {"Type": "Task", "Resource": FUNCTION_ARN, "End": True}}), {"a": 1})
    assert steps.wait_for_end(arn)["output"] == [{"a": 1}]
    assert [kind for kind in steps.events(arn) if kind.startswith("Lambda")] == [
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
    ]


def test_what_a_function_raised_is_the_error_name_and_its_document_the_cause(
    steps: Steps, function: Register
) -> None:
    class NotDueError(Exception):
        pass

    def handler(_: Any) -> None:
        raise NotDueError("in a week")

    function("f", handler)
    for state in (
        task("lambda:invoke", {"FunctionName": "f"}),
        {"Type": "Task", "Resource": FUNCTION_ARN, "End": True},
    ):
        ended = steps.run({"T": state})
        assert ended["error"] == "NotDueError"
        assert json.loads(ended["cause"])["errorMessage"] == "in a week"


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_result_that_python_writes_and_json_does_not_have_is_a_text(
    steps: Steps, function: Register, number: float
) -> None:
    """Lambda's Python runtime writes NaN and Infinity; nothing reads them as numbers."""
    function("f", lambda _: {"size": number})
    text = json.dumps({"size": number}, separators=(",", ":"))
    for state in (
        task("lambda:invoke", {"FunctionName": "f"}, Output="{% $states.result.Payload %}"),
        {"Type": "Task", "Resource": FUNCTION_ARN, "End": True},
    ):
        assert steps.run({"T": state})["output"] == text


def test_a_function_that_does_not_exist_is_an_error_of_lambda(steps: Steps) -> None:
    ended = steps.run({"T": task("lambda:invoke", {"FunctionName": "absent"})})
    assert ended["error"] == "Lambda.ResourceNotFoundException"
    assert "(Service: Lambda, Status Code: 404, Request ID: " in ended["cause"]


def test_the_events_of_a_task_say_what_was_called_and_what_came_back(
    steps: Steps, function: Register
) -> None:
    function("f", lambda _: 1)
    fields = {"TimeoutSeconds": 30, "HeartbeatSeconds": 20}
    arn = steps.start(
        steps.machine({"T": task("lambda:invoke", {"FunctionName": "f", "Payload": {"a": 1}}, **fields)})
    )
    steps.wait_for_end(arn)
    events = {event["type"]: event for event in steps.history(arn)}
    scheduled = events["TaskScheduled"]["taskScheduledEventDetails"]
    assert scheduled == {
        "resourceType": "lambda",
        "resource": "invoke",
        "region": "eu-central-1",
        "parameters": '{"FunctionName":"f","Payload":{"a":1}}',
        "timeoutInSeconds": 30,
        "heartbeatInSeconds": 20,
    }
    assert events["TaskStarted"]["previousEventId"] == events["TaskScheduled"]["id"]
    assert json.loads(events["TaskSucceeded"]["taskSucceededEventDetails"]["output"])["Payload"] == 1


def test_any_api_is_called_with_the_names_of_step_functions(steps: Steps) -> None:
    identifier = "sdk-one"
    create = {
        "ClusterIdentifier": identifier,
        "NodeType": "ra3.large",
        "MasterUsername": "admin",
        "MasterUserPassword": "Secret123",
        "DbName": "analytics",
        "Tags": [{"Key": "team", "Value": "data"}],
    }
    states = {
        "C": task("aws-sdk:redshift:createCluster", create, End=False, Next="D"),
        "D": task("aws-sdk:redshift:describeClusters", {"ClusterIdentifier": identifier}),
    }
    del states["C"]["End"]
    cluster = steps.run(states)["output"]["Clusters"][0]
    assert (cluster["ClusterIdentifier"], cluster["DbName"]) == (identifier, "analytics")
    assert cluster["Tags"] == [{"Key": "team", "Value": "data"}]
    assert cluster["ClusterCreateTime"].endswith("Z")
    assert "ResponseMetadata" not in cluster


def test_members_in_camel_case_are_shown_and_wanted_in_pascal_case(steps: Steps) -> None:
    listed = steps.run({"T": task("aws-sdk:sfn:listStateMachines", {"MaxResults": 1})})["output"]
    assert listed["StateMachines"][0].keys() >= {"StateMachineArn", "Name", "CreationDate"}


@pytest.mark.parametrize("key", ["ClusterIdentifer", "clusterIdentifier", "cluster_identifier"])
def test_an_argument_that_the_api_does_not_have_is_named_and_can_not_be_caught(
    steps: Steps, key: str
) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "S"}]
    state = task("aws-sdk:redshift:describeClusters", {key: "a"}, Catch=catch)
    ended = steps.run({"T": state, "S": {"Type": "Succeed"}})
    assert ended["error"] == "States.Runtime"
    assert f'The field "{key}" is not supported by Step Functions' in ended["cause"]
    assert "the state 'T'" in ended["cause"]


def test_a_missing_or_wrong_argument_is_named(steps: Steps) -> None:
    ended = steps.run({"T": task("aws-sdk:redshift:rotateEncryptionKey", {})})
    assert ended["error"] == "States.Runtime"
    assert "ClusterIdentifier" in ended["cause"]
    ended = steps.run({"T": task("aws-sdk:redshift:describeClusters", {"MaxRecords": "many"})})
    assert ended["error"] == "States.Runtime"
    assert "MaxRecords" in ended["cause"]


def test_an_error_of_an_api_has_the_name_that_aws_gives_it(steps: Steps) -> None:
    ended = steps.run({"T": task("aws-sdk:redshift:describeClusters", {"ClusterIdentifier": "absent"})})
    assert ended["error"] == "Redshift.ClusterNotFoundException"
    assert ended["cause"].startswith(
        "Cluster absent not found. (Service: Redshift, Status Code: 404, Request ID: "
    )


@pytest.mark.parametrize(
    ("service", "code", "name"),
    [
        ("redshift", "ClusterNotFound", "Redshift.ClusterNotFoundException"),
        ("redshift", "InvalidClusterState", "Redshift.InvalidClusterStateException"),
        ("redshift", "UnsupportedOperation", "Redshift.UnsupportedOperationException"),
        (
            "redshift",
            "DependentServiceRequestThrottlingFault",
            "Redshift.DependentServiceRequestThrottlingException",
        ),
        ("redshift", "ClusterSnapshotQuotaExceeded", "Redshift.ClusterSnapshotQuotaExceededException"),
        ("redshift", "InvalidRetentionPeriodFault", "Redshift.InvalidRetentionPeriodException"),
        ("redshift", "Throttling", "Redshift.RedshiftException"),
        ("redshift", "InvalidParameterValue", "Redshift.RedshiftException"),
        ("rds", "DBInstanceNotFound", "Rds.DbInstanceNotFoundException"),
        ("dynamodb", "ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"),
        ("s3", "NoSuchKey", "S3.NoSuchKeyException"),
        ("stepfunctions", "ExecutionAlreadyExists", "Sfn.ExecutionAlreadyExistsException"),
        ("lambda", "EC2ThrottledException", "Lambda.Ec2ThrottledException"),
    ],
)
def test_wire_codes_become_the_class_names_of_the_java_sdk(service: str, code: str, name: str) -> None:
    assert error_name(get_session().get_service_model(service), code) == name


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        ("DBName", "DbName"),
        ("ClusterIdentifier", "ClusterIdentifier"),
        ("executionArn", "ExecutionArn"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("ETag", "ETag"),
        ("ARN", "Arn"),
        ("MultiAZ", "MultiAZ"),
    ],
)
def test_members_are_capitalised_with_a_leading_acronym_as_a_word(member: str, shown: str) -> None:
    assert member_name(member) == shown


def test_service_names_are_words() -> None:
    models = [get_session().get_service_model(name) for name in ("dynamodb", "iam", "redshift-data")]
    assert [service_prefix(model) for model in models] == ["DynamoDb", "Iam", "RedshiftData"]
    assert class_name("InvalidVPCNetworkState") == "InvalidVpcNetworkState"


def test_trouble_with_the_connection_is_an_sdk_client_exception() -> None:
    with pytest.raises(StateFailure) as caught:
        Sdk("http://localhost:1", "eu-central-1", SERVICE_CREDENTIALS).call(
            "redshift", "DescribeClusters", {}
        )
    assert caught.value.error == "Redshift.SdkClientException"


def test_arguments_reach_members_inside_lists_and_maps_and_blobs() -> None:
    put = integration("arn:aws:states:::aws-sdk:dynamodb:putItem").operation
    item = {"TableName": "t", "Item": {"any Key": {"S": "x", "Ss": ["a"]}}}
    assert to_members(item, put) == {"TableName": "t", "Item": {"any Key": {"S": "x", "SS": ["a"]}}}
    invoke = integration("arn:aws:states:::lambda:invoke").operation
    assert to_members({"FunctionName": "f", "Payload": {"a": 1}}, invoke)["Payload"] == b'{"a":1}'
    with pytest.raises(StateFailure, match="not a JSON object"):
        to_members([], put)
    assert jsonable({"b": b"x", "t": (1,)}) == {"b": "x", "t": [1]}


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:states:::aws-sdk:redshift:rotateKeys",
        "arn:aws:states:::aws-sdk:redshift:DescribeClusters",
        "arn:aws:states:::aws-sdk:nosuch:call",
        "arn:aws:states:::lambda:createFunction",
        "arn:aws:states:::glue:startJobRun.sync",
        "arn:aws:states:::dynamodb:getItem.waitForTaskToken",
        "arn:aws:states:::aws-sdk:redshift:describeClusters.sync",
        "arn:aws:states:eu-central-1:123456789012:activity:wait",
    ],
)
def test_a_resource_that_can_not_be_called_is_not_recognised(resource: str) -> None:
    with pytest.raises(InvalidDefinitionError, match="is not recognized"):
        integration(resource)


def test_the_dynamodb_integration_speaks_dynamodbs_own_names(steps: Steps) -> None:
    steps.client("dynamodb").create_table(
        TableName="locks",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put = {
        "TableName": "locks",
        "Item": {"id": {"S": "a"}, "on": {"BOOL": True}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    assert steps.run({"T": task("dynamodb:putItem", put)})["status"] == "SUCCEEDED"
    assert (
        steps.run({"T": task("dynamodb:putItem", put)})["error"] == "DynamoDB.ConditionalCheckFailedException"
    )
    sdk = steps.run({"T": task("aws-sdk:dynamodb:putItem", put)})
    assert sdk["error"] == "DynamoDb.ConditionalCheckFailedException"
    got = steps.run({"T": task("dynamodb:getItem", {"TableName": "locks", "Key": {"id": {"S": "a"}}})})
    assert got["output"]["Item"] == {"id": {"S": "a"}, "on": {"BOOL": True}}
    lost = steps.run({"T": task("dynamodb:getItem", {"TableName": "absent", "Key": {"id": {"S": "a"}}})})
    assert lost["error"] == "DynamoDB.ResourceNotFoundException"


def test_messages_and_events_are_sent(steps: Steps) -> None:
    queue = steps.client("sqs").create_queue(QueueName="told")["QueueUrl"]
    topic = steps.client("sns").create_topic(Name="told")["TopicArn"]
    states = {
        "Q": task(
            "sqs:sendMessage", {"QueueUrl": queue, "MessageBody": "{% $states.input.text %}"}, Next="N"
        ),
        "N": task("sns:publish", {"TopicArn": topic, "Message": "m"}, Next="E"),
        "E": task(
            "events:putEvents",
            {"Entries": [{"Source": "steward", "DetailType": "t", "Detail": {"a": 1}}]},
        ),
    }
    for name in ("Q", "N"):
        del states[name]["End"]
    ended = steps.run(states, {"text": "hello"})
    assert ended["output"]["FailedEntryCount"] == 0
    assert steps.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
    gone = steps.run({"N": task("sns:publish", {"TopicArn": topic + "x", "Message": "m"})})
    assert gone["error"].startswith("SNS.")


def test_a_request_starts_an_execution_and_goes_on(steps: Steps) -> None:
    slow = steps.machine({"W": {"Type": "Wait", "Seconds": 50, "End": True}})
    start = {"StateMachineArn": slow, "Input": {"a": 1}, "Name": "started"}
    ended = steps.run({"T": task("states:startExecution", start)})
    assert ended["output"]["ExecutionArn"].endswith(":started")
    assert ended["stopDate"] == ended["startDate"]
    assert steps.wait_for_end(ended["output"]["ExecutionArn"])["input"] == '{"a":1}'
    again = steps.run({"T": task("states:startExecution", start)})
    assert again["error"] == "StepFunctions.ExecutionAlreadyExistsException"


def test_sync_waits_for_the_execution_and_parses_its_output_on_request(steps: Steps) -> None:
    states = {"W": {"Type": "Wait", "Seconds": 50, "Output": {"done": True}, "End": True}}
    start = {"StateMachineArn": steps.machine(states), "Input": {}}
    ended = steps.run({"T": task("states:startExecution.sync:2", start)})
    assert ended["output"]["Output"] == {"done": True}
    assert ended["stopDate"] - ended["startDate"] == timedelta(seconds=50)
    assert steps.run({"T": task("states:startExecution.sync", start)})["output"]["Output"] == '{"done":true}'


def test_sync_fails_with_the_execution_and_aborts_it_when_it_takes_too_long(steps: Steps) -> None:
    broken = steps.machine({"F": {"Type": "Fail", "Error": "E"}})
    ended = steps.run({"T": task("states:startExecution.sync:2", {"StateMachineArn": broken})})
    assert ended["error"] == "States.TaskFailed"
    assert json.loads(ended["cause"])["Error"] == "E"
    slow = steps.machine({"W": {"Type": "Wait", "Seconds": 500, "End": True}})
    start = {"StateMachineArn": slow, "Name": "slow"}
    late = steps.run({"T": task("states:startExecution.sync:2", start, TimeoutSeconds=60)})
    assert late["error"] == "States.Timeout"
    child = slow.replace(":stateMachine:", ":execution:") + ":slow"
    assert steps.wait_for_end(child)["status"] == "ABORTED"


def test_a_call_that_takes_longer_than_its_timeout_times_out(steps: Steps, function: Register) -> None:
    function("f", lambda _: Waiter(steps.clock).wait(steps.clock.now() + timedelta(seconds=90)))
    arn = steps.start(
        steps.machine({"T": task("lambda:invoke", {"FunctionName": "f"}, TimeoutSeconds="{% 60 %}")})
    )
    ended = steps.wait_for_end(arn)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    assert "TaskTimedOut" in steps.events(arn)


def test_an_interpreter_bug_fails_the_execution_loudly(
    steps: Steps, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(stepfunctions.current().functions, "invoke", broken)
    ended = steps.run({"T": task("lambda:invoke", {"FunctionName": "f"})})
    assert (ended["error"], ended["cause"]) == ("States.Runtime", "ZeroDivisionError: a bug")
    assert "Traceback" in caplog.text


def test_calls_are_made_in_the_region_of_the_machine(steps: Steps) -> None:
    elsewhere = boto3.client(
        "stepfunctions",
        endpoint_url=steps.aws.endpoint,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    steps.client("sqs").create_queue(QueueName="here-only")
    states = {"T": task("aws-sdk:sqs:listQueues", {"QueueNamePrefix": "here-only"})}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "T", "States": states})
    role = "arn:aws:iam::123456789012:role/machine"
    machine = elsewhere.create_state_machine(name="elsewhere", definition=definition, roleArn=role)
    arn = elsewhere.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    stepfunctions.wait_for(arn)
    assert json.loads(elsewhere.describe_execution(executionArn=arn)["output"]) == {}
    assert steps.run(states)["output"]["QueueUrls"]


def test_calls_are_made_as_the_machines_role(steps: Steps) -> None:
    caller = steps.run({"T": task("aws-sdk:sts:getCallerIdentity")})["output"]
    assert caller["Arn"] == "arn:aws:sts::123456789012:assumed-role/machine/StepFunctions"
