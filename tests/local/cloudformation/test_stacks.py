"""CloudFormation: a deployment does what the template says, or says why it does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.deploy import DeployError, deploy_template
from tests.support.local_aws import TestAws, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.fixture
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def deploy(aws: TestAws, resources: dict[str, Any], name: str = "steward", **rest: Any) -> dict[str, str]:
    """Deploys resources; answers with the stack's outputs."""
    parameters = rest.pop("given", None)
    return deploy_template(aws, {"Resources": resources, **rest}, stack_name=name, parameters=parameters)


def queues(aws: TestAws) -> set[str]:
    """The logical ids in the generated names of all queues."""
    return {url.split("-")[-2] for url in aws.client("sqs").list_queues().get("QueueUrls", [])}


def events(aws: TestAws, status: str, name: str = "steward") -> dict[str, str | None]:
    """Logical id to reason, of a stack's events of one status."""
    found = aws.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    wanted = [event for event in found if event["ResourceStatus"] == status]
    return {event["LogicalResourceId"]: event.get("ResourceStatusReason") for event in wanted}


def status(aws: TestAws, name: str = "steward") -> str:
    return str(aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])


def test_a_type_that_nobody_deploys_fails_the_stack_and_is_named(aws: TestAws) -> None:
    resources = {"Letters": QUEUE, "Odd": {"Type": "AWS::Odd::Thing"}, "Wait": {"Type": "Custom::Wait"}}

    with pytest.raises(DeployError) as failed:
        deploy(aws, resources)

    assert "local AWS does not support the resource type AWS::Odd::Thing (Odd)" in str(failed.value)
    assert "Custom::Wait (Wait)" in str(failed.value)
    assert status(aws) == "ROLLBACK_COMPLETE"
    assert queues(aws) == set()


def test_a_resource_that_fails_rolls_a_new_stack_back_with_the_services_words(aws: TestAws) -> None:
    broken = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"TopicArn": "arn:aws:sns:eu-central-1:123456789012:no"},
    }
    broken["Properties"] |= {"Protocol": "email", "Endpoint": "dba@example.com"}  # type: ignore[operator]

    with pytest.raises(DeployError, match=r"Broken: .*Topic does not exist"):
        deploy(aws, {"Letters": QUEUE, "Broken": {**broken, "DependsOn": "Letters"}})

    assert list(events(aws, "DELETE_COMPLETE")) == ["Letters"]
    assert queues(aws) == set()


def test_a_failed_update_puts_back_what_was_there(aws: TestAws) -> None:
    deploy(aws, {"Letters": {**QUEUE, "Properties": {"VisibilityTimeout": 60}}})
    changed = {"Letters": {**QUEUE, "Properties": {"VisibilityTimeout": 90}}, "More": QUEUE}

    with pytest.raises(DeployError, match="does not know the property Odd of AWS::SQS::Queue"):
        deploy(aws, {**changed, "Odd": {**QUEUE, "Properties": {"Odd": 1}, "DependsOn": ["Letters", "More"]}})

    assert status(aws) == "UPDATE_ROLLBACK_COMPLETE"
    assert queues(aws) == {"Letters"}
    (url,) = aws.client("sqs").list_queues()["QueueUrls"]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert found["Attributes"]["VisibilityTimeout"] == "60"


def test_an_update_adds_changes_and_removes_without_touching_the_rest(aws: TestAws) -> None:
    deploy(aws, {"Same": QUEUE, "Changed": QUEUE, "Gone": QUEUE})
    before = {url.split("-")[-2]: url for url in aws.client("sqs").list_queues()["QueueUrls"]}
    deploy(aws, {"Same": QUEUE, "Changed": {**QUEUE, "Properties": {"DelaySeconds": 5}}, "New": QUEUE})
    after = {url.split("-")[-2]: url for url in aws.client("sqs").list_queues()["QueueUrls"]}

    assert set(after) == {"Same", "Changed", "New"}
    assert after["Same"] == before["Same"]
    assert after["Changed"] == before["Changed"]
    assert set(events(aws, "UPDATE_COMPLETE")) == {"Changed", "steward"}


def test_what_refers_to_a_changed_resource_is_updated_although_its_own_text_is_the_same(aws: TestAws) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": {"Ref": "Name"}}]}
    body = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": policy},
    }
    slots = {"Name": {"Type": "String"}}
    deploy(aws, {"Q": QUEUE, "P": body}, Parameters=slots, given={"Name": "one"})
    deploy(aws, {"Q": QUEUE, "P": body}, Parameters=slots, given={"Name": "two"})

    assert set(events(aws, "UPDATE_COMPLETE")) == {"P", "steward"}


def test_deploying_the_same_again_changes_nothing(aws: TestAws) -> None:
    first = deploy(aws, {"Letters": QUEUE}, Outputs={"Url": {"Value": {"Ref": "Letters"}}})

    assert deploy(aws, {"Letters": QUEUE}, Outputs={"Url": {"Value": {"Ref": "Letters"}}}) == first
    assert status(aws) == "CREATE_COMPLETE"


def test_deleting_a_stack_keeps_what_is_to_be_retained(aws: TestAws) -> None:
    deploy(aws, {"Kept": {**QUEUE, "DeletionPolicy": "Retain"}, "Gone": QUEUE})
    aws.client("cloudformation").delete_stack(StackName="steward")

    assert queues(aws) == {"Kept"}
    with pytest.raises(ClientError, match="does not exist"):
        status(aws)


def test_a_removed_resource_that_is_to_be_retained_stays(aws: TestAws) -> None:
    deploy(aws, {"Kept": {**QUEUE, "DeletionPolicy": "Retain"}, "Same": QUEUE})
    deploy(aws, {"Same": QUEUE})

    assert queues(aws) == {"Kept", "Same"}


def test_a_stack_that_can_not_be_deleted_says_why(aws: TestAws) -> None:
    outputs = deploy(aws, {"Runs": {"Type": "AWS::S3::Bucket"}}, Outputs={"Name": {"Value": {"Ref": "Runs"}}})
    aws.client("s3").put_object(Bucket=outputs["Name"], Key="report.json", Body=b"{}")
    aws.client("cloudformation").delete_stack(StackName="steward")

    assert status(aws) == "DELETE_FAILED"
    assert "not empty" in str(events(aws, "DELETE_FAILED")["Runs"])


def test_resources_wait_for_what_they_depend_on(aws: TestAws) -> None:
    deploy(aws, {"A": {**QUEUE, "DependsOn": "B"}, "B": {**QUEUE, "DependsOn": ["C"]}, "C": QUEUE})
    found = aws.client("cloudformation").describe_stack_events(StackName="steward")["StackEvents"]
    done = [event["LogicalResourceId"] for event in found if event["ResourceStatus"] == "CREATE_COMPLETE"]

    assert done == ["steward", "A", "B", "C"]  # the newest first


def test_resources_in_a_circle_are_refused(aws: TestAws) -> None:
    with pytest.raises(DeployError, match=r"Circular dependency between resources: \[(A, B, A|B, A, B)\]"):
        deploy(aws, {"A": {**QUEUE, "DependsOn": "B"}, "B": {**QUEUE, "DependsOn": "A"}})


def test_conditions_and_parameters_decide_what_exists(aws: TestAws) -> None:
    rest: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    }
    resources = {"Always": QUEUE, "Only": {**QUEUE, "Condition": "IsProd"}}
    deploy(aws, resources, **rest)
    assert queues(aws) == {"Always"}
    deploy(aws, resources, **rest, given={"Stage": "prod"})

    assert queues(aws) == {"Always", "Only"}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"Ref": "Absent"}, r"Unresolved resource dependencies \[Absent\]"),
        ({"Fn::GetAtt": ["Absent", "Arn"]}, "undefined resource Absent"),
        (
            {"Fn::GetAtt": ["Letters", "Colour"]},
            r"does not know the attribute Colour of AWS::SQS::Queue \(Letters\)",
        ),
        ({"Fn::Length": [1]}, "does not know the function Fn::Length"),
        ({"Fn::ImportValue": "absent"}, "No export named absent found"),
    ],
)
def test_what_can_not_be_resolved_is_an_error_that_names_it(aws: TestAws, value: Any, reason: str) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}

    with pytest.raises(DeployError, match=reason):
        deploy(aws, {"Letters": QUEUE, "Topic": {**topic, "DependsOn": "Letters"}})


def test_one_stack_imports_what_another_exports(aws: TestAws) -> None:
    export = {"Url": {"Value": {"Ref": "Letters"}, "Export": {"Name": "letters"}}}
    deploy(aws, {"Letters": QUEUE}, name="first", Outputs=export)
    imported = deploy(
        aws, {"Q": QUEUE}, name="second", Outputs={"Url": {"Value": {"Fn::ImportValue": "letters"}}}
    )

    assert "-Letters-" in imported["Url"]
    with pytest.raises(DeployError, match="letters is already exported"):
        deploy(aws, {"Letters": QUEUE}, name="third", Outputs=export)


def test_a_named_resource_that_would_have_to_be_replaced_is_refused_in_cloudformations_words(
    aws: TestAws,
) -> None:
    table: dict[str, Any] = {
        "TableName": "ledger",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    deploy(aws, {"Ledger": {"Type": "AWS::DynamoDB::Table", "Properties": table}})
    table["AttributeDefinitions"] = [{"AttributeName": "id", "AttributeType": "S"}]
    table["KeySchema"] = [{"AttributeName": "id", "KeyType": "HASH"}]

    with pytest.raises(DeployError, match="Rename ledger and update the stack again"):
        deploy(aws, {"Ledger": {"Type": "AWS::DynamoDB::Table", "Properties": table}})
    assert aws.client("dynamodb").list_tables()["TableNames"] == ["ledger"]


def test_generated_names_fit_the_type(aws: TestAws) -> None:
    long = "A" * 50
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
    deploy(aws, {long: role}, name="a-stack-with-a-rather-long-name")

    (name,) = [found["RoleName"] for found in aws.client("iam").list_roles()["Roles"]]
    assert len(name) <= 64


def test_change_sets_of_one_name_belong_to_their_stacks(aws: TestAws) -> None:
    client = aws.client("cloudformation")
    for stack in ("first", "second"):
        body = json.dumps({"Resources": {stack.title(): QUEUE}})
        given = {"StackName": stack, "ChangeSetName": "deploy"}
        client.create_change_set(**given, TemplateBody=body, ChangeSetType="CREATE")
    client.delete_change_set(StackName="third", ChangeSetName="deploy")  # there is none: nothing happens
    client.execute_change_set(StackName="first", ChangeSetName="deploy")

    assert queues(aws) == {"First"}
    assert client.describe_change_set(StackName="second", ChangeSetName="deploy")["StackName"] == "second"
    with pytest.raises(ClientError) as unknown:
        client.describe_change_set(StackName="third", ChangeSetName="deploy")
    assert unknown.value.response["Error"]["Code"] == "ChangeSetNotFound"
