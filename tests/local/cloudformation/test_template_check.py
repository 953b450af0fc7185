"""What CloudFormation would not begin to deploy is a 400 ValidationError, and nothing of it exists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.cloudformation.template import TemplateError
from local.cloudformation.template_check import check_template
from tests.support.local_aws import TestAws, local_aws
from tests.support.synthesis import template

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE = {"Type": "AWS::SQS::Queue"}


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def of(resource: Any = QUEUE, **rest: Any) -> str:
    return json.dumps({"Resources": {"Q": resource}, **rest})


def named(value: Any, **rest: Any) -> str:
    return of({**QUEUE, "Properties": {"QueueName": value}}, **rest)


BAD = {
    "[]": "unsupported structure",
    "null": "unsupported structure",
    '"x"': "unsupported structure",
    "7": "unsupported structure",
    "a: [": "YAML not well-formed. (line 1, column 5)",
    "{": "YAML not well-formed",
    "[" * 20_000: "YAML not well-formed",
    "a: *b": "YAML aliases are not allowed",
    "a: &a [x]\nResources: *a": "YAML aliases are not allowed",
    "{}": "At least one Resources member must be defined",
    '{"Resources": {}}': "At least one Resources member must be defined",
    '{"Resources": []}': "Resources must be an object",
    '{"Resources": null}': "Resources must be an object",
    of(Parameters=[]): "Parameters must be an object",
    of(Odd={}): "Invalid template property or properties [Odd]",
    '{"Resources": {"a-b": {"Type": "AWS::SQS::Queue"}}}': "Resource name a-b is non alphanumeric",
    of("x"): "[/Resources/Q] Every Resources object must contain a Type member",
    of({}): "[/Resources/Q] Every Resources object must contain a Type member",
    of({"Type": []}): "[/Resources/Q] Every Resources object must contain a Type member",
    of({**QUEUE, "Properties": []}): "[/Resources/Q] Properties must be an object",
    of({**QUEUE, "Propertys": {}}): "Invalid template resource property 'Propertys'",
    of({**QUEUE, "DependsOn": 1}): "Every DependsOn value must be a string",
    of({**QUEUE, "DeletionPolicy": "Keep"}): "DeletionPolicy must be one of Delete, Retain",
    of({**QUEUE, "DependsOn": "Absent"}): "Unresolved resource dependencies [Absent] in the Resources block",
    of({**QUEUE, "DependsOn": "Q"}): "Circular dependency between resources",
    of({**QUEUE, "Condition": "Absent"}): "Unresolved condition dependencies [Absent]",
    named({"Ref": "Absent"}): "Unresolved resource dependencies [Absent] in the Resources block",
    named({"Ref": ["Absent"]}): "every Ref object must have a value of the documented form",
    named({"Fn::Sub": "x-${Absent}"}): "Unresolved resource dependencies [Absent]",
    named({"Fn::Sub": ["x"]}): "every Fn::Sub object",
    named({"Fn::GetAtt": ["Absent", "Arn"]}): "Fn::GetAtt references undefined resource Absent",
    named({"Fn::GetAtt": "Q"}): "every Fn::GetAtt object",
    named({"Fn::If": ["Absent", "a", "b"]}): "Unresolved condition dependencies [Absent]",
    named({"Fn::If": "Absent"}): "every Fn::If object",
    named({"Fn::Join": ["", ["a", {"Ref": "Q"}]]}): "Circular dependency between resources",
    of(Conditions={"C": {"Fn::Equals": [{"Ref": "Q"}, "x"]}}): "[Q] in the Conditions block",
    of(Conditions={"C": {"Fn::Not": [{"Condition": "D"}]}}): "[D] in the Conditions block",
    of(Outputs={"O": {"Value": {"Ref": "Absent"}}}): "[Absent] in the Outputs block",
    of(Outputs={"O": "x"}): "Every Outputs object must contain a Value member",
    of(Parameters={"P": {}}): "Every Parameters object must contain a Type member",
    of(Parameters={"P": {"Type": "String"}}): "Parameters: [P] must have values",
}
"""Templates, and a part of the sentence about each."""


def stacks(aws: TestAws) -> list[str]:
    return [each["StackName"] for each in aws.client("cloudformation").describe_stacks()["Stacks"]]


@pytest.fixture(scope="module")
def existing(aws: TestAws) -> str:
    aws.client("cloudformation").create_stack(StackName="existing", TemplateBody=of())
    return "existing"


@pytest.mark.parametrize("body", BAD)
def test_a_bad_template_is_refused_by_every_call_that_takes_one(
    aws: TestAws, existing: str, body: str
) -> None:
    client = aws.client("cloudformation")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("create_stack", {"StackName": "new"}),
        ("update_stack", {"StackName": existing}),
        ("create_change_set", {"StackName": "new", "ChangeSetName": "c", "ChangeSetType": "CREATE"}),
        ("create_change_set", {"StackName": existing, "ChangeSetName": "c", "ChangeSetType": "UPDATE"}),
    ]
    if "must have values" not in BAD[body]:
        calls.append(("validate_template", {}))
    for call, given in calls:
        with pytest.raises(ClientError) as refused:
            getattr(client, call)(**given, TemplateBody=body)
        error = refused.value.response["Error"]
        assert (error["Code"], BAD[body] in error["Message"]) == ("ValidationError", True), error
    assert stacks(aws) == [existing]
    assert client.describe_stacks()["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", ["a b", "1a", "a_b", "-", "é", "a" * 129])
def test_a_stack_is_created_under_a_valid_name_only(aws: TestAws, existing: str, name: str) -> None:
    client = aws.client("cloudformation")
    for call in (client.create_stack, client.create_change_set):
        given = {"ChangeSetName": "c", "ChangeSetType": "CREATE"} if call == client.create_change_set else {}
        with pytest.raises(ClientError, match="at 'stackName' failed to satisfy constraint") as refused:
            call(StackName=name, TemplateBody=of(), **given)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert stacks(aws) == [existing]


def test_a_stack_without_a_name_is_refused(aws: TestAws, existing: str) -> None:
    with pytest.raises(ClientError, match="at 'stackName' failed to satisfy constraint"):
        aws.client("cloudformation").create_stack(StackName="", TemplateBody=of())
    assert stacks(aws) == [existing]


def test_a_call_without_a_template_is_refused(aws: TestAws, existing: str) -> None:
    client = aws.client("cloudformation")
    for call, name in ((client.create_stack, "new"), (client.update_stack, existing)):
        with pytest.raises(ClientError, match="Either Template URL or Template Body must be specified"):
            call(StackName=name)


@pytest.mark.parametrize(
    ("declared", "given", "says"),
    [
        ({"Type": "String"}, {}, r"Parameters: \[P\] must have values"),
        ({"Type": "String"}, {"P": "x", "R": "y"}, r"Parameters: \[R\] do not exist in the template"),
        ({"Type": "String", "AllowedValues": ["a"]}, {"P": "b"}, "'P' must be one of AllowedValues"),
        ({"Type": "String", "AllowedPattern": "a+"}, {"P": "b"}, r"'P' must match pattern a\+"),
        ({"Type": "Number"}, {"P": "x"}, "'P' must be a number"),
    ],
)
def test_values_of_parameters_are_held_against_their_declaration(
    declared: dict[str, Any], given: dict[str, Any], says: str
) -> None:
    with pytest.raises(TemplateError, match=says):
        check_template(of(Parameters={"P": declared}), given)


def test_a_previous_value_that_does_not_exist_is_refused(aws: TestAws, existing: str) -> None:
    parameters = [{"ParameterKey": "P", "UsePreviousValue": True}]
    body = of(Parameters={"P": {"Type": "String"}})
    with pytest.raises(ClientError, match="parameter P") as refused:
        aws.client("cloudformation").update_stack(
            StackName=existing, TemplateBody=body, Parameters=parameters
        )
    assert refused.value.response["Error"]["Code"] == "ValidationError"


YAML = """
Parameters: {P: {Type: String, Default: x}}
Conditions: {C: !Equals [!Ref P, x], D: !Not [{Condition: C}]}
Resources:
  Q:
    Type: AWS::SQS::Queue
    Condition: D
    Properties:
      QueueName: !Sub ["${P}-${Own}-${!literal}-${AWS::Region}", {Own: !If [C, a, b]}]
  R: {Type: "AWS::SQS::Queue", DependsOn: [Q], DeletionPolicy: Retain}
Outputs: {O: {Value: !GetAtt R.Arn, Condition: C}}
"""


def test_what_cloudformation_takes_passes() -> None:
    check_template(json.dumps(template()))
    check_template(YAML, {})
    check_template(YAML, {"P": "y"})
