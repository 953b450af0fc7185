"""AWS::Events::Rule: what the template says is what EventBridge has, and nothing is passed over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.deploy import DeployError, deploy_template
from tests.support.local_aws import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.local.eventbridge.conftest import Bus

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"


def deploy(bus: Bus, **properties: Any) -> str:
    """Deploy a rule on full tanks with these properties; its name."""
    rule = {"EventPattern": {"source": ["tank"]}, "State": "ENABLED", **properties}
    template = {
        "Resources": {"Rule": {"Type": "AWS::Events::Rule", "Properties": rule}},
        "Outputs": {"Name": {"Value": {"Ref": "Rule"}}, "Arn": {"Value": {"Fn::GetAtt": ["Rule", "Arn"]}}},
    }
    outputs = deploy_template(bus.aws, template, stack_name="rules")
    assert outputs["Arn"] == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{outputs['Name']}"
    return outputs["Name"]


def target(name: str, **settings: Any) -> dict[str, Any]:
    return {"Id": name, "Arn": QUEUE, **settings}


def test_a_rule_follows_its_template_until_it_is_removed(bus: Bus) -> None:
    events = bus.aws.client("events")
    first = [target("a", Input='{"a": 1}'), target("b", Input='{"b": 1}')]
    tags = [{"Key": "team", "Value": "dwh"}, {"Key": "env", "Value": "prod"}]
    name = deploy(bus, Targets=first, Tags=tags, Description="drift")
    bus.put({})
    assert sorted(map(json.dumps, bus.bodies())) == ['{"a": 1}', '{"b": 1}']
    assert events.describe_rule(Name=name)["Description"] == "drift"

    retry = {"MaximumRetryAttempts": "3"}  # templates may write numbers as text
    changed = [target("b", Input='{"b": 2}', RetryPolicy=retry)]
    assert deploy(bus, Targets=changed, Tags=tags[:1], EventPattern={"source": ["pump"]}) == name
    bus.put({})
    assert bus.letters() == []
    bus.put({}, source="pump")
    assert bus.bodies() == [{"b": 2}]
    arn = events.describe_rule(Name=name)["Arn"]
    assert events.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags[:1]
    (kept,) = events.list_targets_by_rule(Rule=name)["Targets"]
    assert kept["RetryPolicy"] == {"MaximumRetryAttempts": 3}

    deploy(bus, Targets=changed, State="DISABLED")
    bus.put({})
    assert bus.letters() == []

    bus.aws.client("cloudformation").delete_stack(StackName="rules")
    assert events.list_rules()["Rules"] == []


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Pattern": {}}, "local AWS does not know the property Pattern of AWS::Events::Rule"),
        ({"Targets": [target("a", RunCommand={})]}, 'Unknown parameter in Targets\\[0\\]: "RunCommand"'),
        ({"Targets": [target("a", InputPath="detail")]}, "Invalid JSONPath detail in target a"),
        ({"EventPattern": {"source": [{"regex": "x"}]}}, "Unrecognized match type regex"),
        ({"ScheduleExpression": "rate(1 hour)"}, "local AWS fires no rule by a schedule"),
    ],
)
def test_what_would_not_work_is_refused_with_a_sentence(
    bus: Bus, properties: dict[str, Any], reason: str
) -> None:
    with pytest.raises(DeployError, match=reason):
        deploy(bus, **properties)
    bus.aws.client("cloudformation").delete_stack(StackName="rules")
