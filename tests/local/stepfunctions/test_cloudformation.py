"""AWS::StepFunctions::StateMachine in a template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.stepfunctions.conftest import Steps

ROLE = "arn:aws:iam::123456789012:role/machine"
DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "P",
    "States": {"P": {"Type": "Pass", "Output": "${Greeting} ${Greeting}", "End": True}},
}


def template(properties: dict[str, Any]) -> str:
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": ROLE, **properties}}
    outputs = {
        "Ref": {"Value": {"Ref": "Machine"}},
        "Arn": {"Value": {"Fn::GetAtt": ["Machine", "Arn"]}},
        "Name": {"Value": {"Fn::GetAtt": ["Machine", "Name"]}},
    }
    return json.dumps({"Resources": {"Machine": resource}, "Outputs": outputs})


def deploy(steps: Steps, stack: str, properties: dict[str, Any]) -> dict[str, str]:
    """Create the stack; its outputs."""
    steps.client("cloudformation").create_stack(StackName=stack, TemplateBody=template(properties))
    return outputs(steps, stack)


def outputs(steps: Steps, stack: str) -> dict[str, str]:
    (summary,) = steps.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    assert summary["StackStatus"].endswith("_COMPLETE")
    return {each["OutputKey"]: each["OutputValue"] for each in summary["Outputs"]}


def test_a_machine_of_a_template_runs_through_the_api(steps: Steps) -> None:
    text = json.dumps(DEFINITION).replace("${Greeting}", "hello")
    tags = [{"Key": "app", "Value": "steward"}]
    summary = deploy(steps, "inline", {"DefinitionString": text, "StateMachineName": "inline", "Tags": tags})
    assert summary["Ref"] == summary["Arn"] == "arn:aws:states:eu-central-1:123456789012:stateMachine:inline"
    assert summary["Name"] == "inline"
    assert steps.wait_for_end(steps.start(summary["Arn"]))["output"] == "hello hello"
    assert steps.api.list_tags_for_resource(resourceArn=summary["Arn"])["tags"] == [
        {"key": "app", "value": "steward"}
    ]


@pytest.mark.parametrize("field", ["DefinitionString", "Definition"])
def test_substitutions_are_made(steps: Steps, field: str) -> None:
    given = json.dumps(DEFINITION) if field == "DefinitionString" else DEFINITION
    summary = deploy(steps, f"with-{field}", {field: given, "DefinitionSubstitutions": {"Greeting": "hi"}})
    assert steps.wait_for_end(steps.start(summary["Arn"]))["output"] == "hi hi"


def test_a_definition_can_lie_in_s3(steps: Steps) -> None:
    s3 = steps.client("s3")
    s3.create_bucket(Bucket="assets", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="assets", Key="machine.json", Body=json.dumps(DEFINITION))
    location = {"Bucket": "assets", "Key": "machine.json"}
    properties = {"DefinitionS3Location": location, "DefinitionSubstitutions": {"Greeting": "s3"}}
    summary = deploy(steps, "from-s3", properties)
    assert steps.wait_for_end(steps.start(summary["Arn"]))["output"] == "s3 s3"


def test_a_generated_name_fits_the_quota(steps: Steps) -> None:
    summary = deploy(
        steps, "a-stack-with-a-long-name-" + "x" * 60, {"DefinitionString": json.dumps(DEFINITION)}
    )
    assert len(summary["Name"]) <= 80


def test_an_update_changes_the_machine_and_a_deletion_removes_it(steps: Steps) -> None:
    properties = {"DefinitionString": json.dumps(DEFINITION), "StateMachineName": "changing"}
    arn = deploy(steps, "changing", {**properties, "DefinitionSubstitutions": {"Greeting": "1"}})["Arn"]
    changed = template({**properties, "DefinitionSubstitutions": {"Greeting": "2"}, "Tags": []})
    cloudformation = steps.client("cloudformation")
    cloudformation.update_stack(StackName="changing", TemplateBody=changed)
    assert outputs(steps, "changing")["Arn"] == arn
    assert steps.wait_for_end(steps.start(arn))["output"] == "2 2"
    cloudformation.delete_stack(StackName="changing")
    with pytest.raises(steps.api.exceptions.StateMachineDoesNotExist):
        steps.api.describe_state_machine(stateMachineArn=arn)


def test_a_definition_that_is_refused_fails_the_stack_with_its_sentence(steps: Steps) -> None:
    cloudformation = steps.client("cloudformation")
    jsonpath = '{"StartAt":"P","States":{"P":{"Type":"Succeed"}}}'
    cloudformation.create_stack(StackName="refused", TemplateBody=template({"DefinitionString": jsonpath}))
    (summary,) = cloudformation.describe_stacks(StackName="refused")["Stacks"]
    assert "ROLLBACK" in summary["StackStatus"]
    events = cloudformation.describe_stack_events(StackName="refused")["StackEvents"]
    assert any("JSONata only" in event.get("ResourceStatusReason", "") for event in events)
