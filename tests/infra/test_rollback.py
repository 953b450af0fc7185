"""A deployment of the steward that fails leaves nothing behind, whichever resource fails, at whichever call.

What is deployed comes from the template: a new type is tried at once, and needs a line in `LISTED`.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from local.cloudformation import resource as cloudformation
from local.cloudformation.types import HANDLERS as ALL_HANDLERS
from local.deploy import DeployError, deploy_template
from tests.support.local_aws import TestAws, local_aws
from tests.support.synthesis import template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUCKET, CODE = "assets", "code.zip"
REFERENCE = re.compile(r'"(?:Ref|Fn::GetAtt)": (?:"(\w+)"|\["(\w+)")|\$\{(\w+)')
MOST_CALLS = 12
"""Of one creation: more than any type needs."""

LISTED: dict[str, tuple[str, str, str]] = {
    "AWS::CloudWatch::Alarm": ("cloudwatch", "describe_alarms", "MetricAlarms"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch", "list_dashboards", "DashboardEntries"),
    "AWS::DynamoDB::Table": ("dynamodb", "list_tables", "TableNames"),
    "AWS::Events::Archive": ("events", "list_archives", "Archives"),
    "AWS::Events::Rule": ("events", "list_rules", "Rules"),
    "AWS::IAM::ManagedPolicy": ("iam", "list_policies", "Policies"),
    "AWS::IAM::Role": ("iam", "list_roles", "Roles"),
    "AWS::Lambda::Function": ("lambda", "list_functions", "Functions"),
    "AWS::Logs::LogGroup": ("logs", "describe_log_groups", "logGroups"),
    "AWS::S3::Bucket": ("s3", "list_buckets", "Buckets"),
    "AWS::SNS::Subscription": ("sns", "list_subscriptions", "Subscriptions"),
    "AWS::SNS::Topic": ("sns", "list_topics", "Topics"),
    "AWS::SQS::Queue": ("sqs", "list_queues", "QueueUrls"),
    "AWS::Scheduler::Schedule": ("scheduler", "list_schedules", "Schedules"),
    "AWS::Scheduler::ScheduleGroup": ("scheduler", "list_schedule_groups", "ScheduleGroups"),
    "AWS::StepFunctions::StateMachine": ("stepfunctions", "list_state_machines", "stateMachines"),
}
"""How the resources of a type are listed: client, method, member of the answer."""

PARTS = {
    "AWS::IAM::Policy": "AWS::IAM::Role",
    "AWS::Lambda::Permission": "AWS::Lambda::Function",
    "AWS::Lambda::Url": "AWS::Lambda::Function",
    "AWS::Lambda::Version": "AWS::Lambda::Function",
    "AWS::S3::BucketPolicy": "AWS::S3::Bucket",
    "AWS::SNS::TopicPolicy": "AWS::SNS::Topic",
    "AWS::SQS::QueuePolicy": "AWS::SQS::Queue",
}
"""Types whose resources are parts of others, and go with them."""

KEY = "AWS::KMS::Key"
HANDLERS = {each.TYPE: each for each in ALL_HANDLERS}
TYPES = sorted({each["Type"] for each in template()["Resources"].values()})


@pytest.fixture(scope="module")
def aws() -> Iterator[TestAws]:
    with local_aws() as running:
        yield running


def left(aws: TestAws) -> dict[str, list[str]]:
    """What exists, by type; keys whose deletion is scheduled are gone."""
    found = {
        kind: sorted(json.dumps(each, default=str, sort_keys=True) for each in _list(aws, *how))
        for kind, how in LISTED.items()
    }
    kms = aws.client("kms")
    keys = [kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    return found | {KEY: [each["KeyId"] for each in keys if each["KeyState"] != "PendingDeletion"]}


def _list(aws: TestAws, service: str, method: str, member: str) -> list[Any]:
    given = {"Scope": "Local"} if method == "list_policies" else {}
    return list(getattr(aws.client(service), method)(**given).get(member, []))


def with_all_it_needs(name: str) -> dict[str, Any]:
    """The part of the template that a resource needs, itself included; nothing of it is to be retained."""
    everything = template()["Resources"]
    wanted, ahead = set(), [name]
    while ahead:
        each = ahead.pop()
        if each not in wanted and each in everything:
            wanted.add(each)
            ahead += _needed(everything[each])
    return {each: _deployable(everything[each]) for each in everything if each in wanted}


def _needed(body: dict[str, Any]) -> list[str]:
    depends = body.get("DependsOn", [])
    found = [next(filter(None, groups)) for groups in REFERENCE.findall(json.dumps(body))]
    return found + ([depends] if isinstance(depends, str) else list(depends))


def _deployable(body: dict[str, Any]) -> dict[str, Any]:
    mine = {key: copy.deepcopy(value) for key, value in body.items() if not key.endswith("Policy")}
    if body["Type"] == "AWS::Lambda::Function":
        mine["Properties"]["Code"] = {"ZipFile": "def handle(event, context): pass"}
    # an enabled one calls its function, which logs and so makes its log group anew, as on AWS
    if body["Type"] in {"AWS::Events::Rule", "AWS::Scheduler::Schedule"}:
        mine["Properties"]["State"] = "DISABLED"
    if body["Type"] == "AWS::DynamoDB::Table":  # else AWS, too, would keep it
        mine["Properties"]["DeletionProtectionEnabled"] = False
    return mine


@dataclass
class Failing:
    """Has the nth call of the creation of one type fail; the one after the last stands for its end."""

    kind: str
    nth: int
    calls: int = 0

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        create, call = cloudformation._create, cloudformation.Environment.call

        def creating(handler: Any, environment: Any, generated: str, properties: Any) -> Any:
            if self.kind != handler.TYPE:
                return create(handler, environment, generated, properties)
            with patch.context() as inside:
                inside.setattr(cloudformation.Environment, "call", self._counting(call))
                inside.setattr(cloudformation, "_discard", self._undisturbed(inside, call))
                inside.setattr(handler, "create", self._ending(handler.create))
                return create(handler, environment, generated, properties)

        patch.setattr(cloudformation, "_create", creating)

    def _counting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(environment: Any, *arguments: Any) -> Any:
            self._count()
            return call(environment, *arguments)

        return counted

    def _ending(self, create: Callable[..., Any]) -> Any:
        def ended(*arguments: Any) -> Any:
            made = create(*arguments)
            self._count()
            return made

        return ended

    @staticmethod
    def _undisturbed(patch: pytest.MonkeyPatch, call: Callable[..., Any]) -> Callable[..., Any]:
        discard = cloudformation._discard

        def undisturbed(*arguments: Any) -> None:
            patch.setattr(cloudformation.Environment, "call", call)
            discard(*arguments)

        return undisturbed

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.nth:
            raise RuntimeError(f"call {self.nth} of {self.kind} fails")


def test_every_type_of_the_template_is_looked_for() -> None:
    known = {*LISTED, *PARTS, KEY, "AWS::CDK::Metadata"}
    assert set(TYPES) <= known, "say in LISTED how the new types are listed, or in PARTS what they go with"


@pytest.mark.parametrize("kind", TYPES)
def test_a_creation_that_fails_at_any_of_its_calls_leaves_nothing(
    aws: TestAws, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(name for name, each in template()["Resources"].items() if each["Type"] == kind)
    before, part = left(aws), with_all_it_needs(name)
    tried = 0
    for nth in range(1, MOST_CALLS):
        failing = Failing(kind, nth)
        with monkeypatch.context() as patch:
            failing.patch(patch)
            if not _fails(aws, part, f"{kind.rpartition(':')[2].lower()}-{nth}"):
                break
        assert left(aws) == before, f"call {nth} of {kind} failed"
        tried = nth
    assert 0 < tried < MOST_CALLS - 1


def _fails(aws: TestAws, resources: dict[str, Any], stack: str) -> bool:
    try:
        deploy_template(aws, {"Resources": resources}, stack_name=stack)
    except DeployError as error:
        assert "fails" in str(error), error  # noqa: PT017 - any other failure is not the one that was made
        return True
    aws.client("cloudformation").delete_stack(StackName=stack)
    return False


def test_the_whole_stack_is_rolled_back_when_its_last_resource_fails(aws: TestAws) -> None:
    before = left(aws)
    resources = {name: _deployable(each) for name, each in template()["Resources"].items()}
    last = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": "x"},
        "DependsOn": list(resources),
    }
    with pytest.raises(DeployError, match="Last"):
        deploy_template(aws, {"Resources": {**resources, "Last": last}}, stack_name="whole")
    assert left(aws) == before


UNNAMED = {KEY, "AWS::CDK::Metadata", "AWS::Lambda::Permission", "AWS::Lambda::Version"}
"""Types whose resources get an id of their own at each creation."""

OVERWRITING = {"AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"}
"""Attributes of their topic or queue, which AWS overwrites."""


@pytest.mark.parametrize("kind", sorted({*TYPES} - UNNAMED - OVERWRITING))
def test_a_stack_neither_takes_nor_deletes_what_another_stack_has_made(aws: TestAws, kind: str) -> None:
    name = next(name for name, each in template()["Resources"].items() if each["Type"] == kind)
    first, second = (f"{kind.rpartition(':')[2].lower()}-{which}" for which in ("first", "second"))
    twin = _deploy_and_copy(aws, name, first)
    before = left(aws)
    with pytest.raises(DeployError, match=rf"{name}: .*already exists"):
        deploy_template(aws, {"Resources": {name: twin}}, stack_name=second)
    assert left(aws) == before
    aws.client("cloudformation").delete_stack(StackName=second)
    assert left(aws) == before
    aws.client("cloudformation").delete_stack(StackName=first)


def _deploy_and_copy(aws: TestAws, name: str, stack: str) -> dict[str, Any]:
    """Deploy a resource with all it needs; what another stack would say to make the very same one."""
    resources = with_all_it_needs(name)
    references: list[dict[str, Any]] = []
    _with_references(resources[name], references.append)
    outputs = {f"O{number}": {"Value": node} for number, node in enumerate(references)}
    given = deploy_template(aws, {"Resources": resources, "Outputs": outputs}, stack_name=stack)
    values = iter([given[output] for output in outputs])
    twin = _with_references(resources[name], lambda _: next(values))
    named = HANDLERS[twin["Type"]].NAME
    if named:
        twin["Properties"][named] = re.split("[:/]", _physical_id(aws, stack, name))[-1]
    return {key: twin[key] for key in ("Type", "Properties")}


def _with_references(node: Any, replace: Callable[[dict[str, Any]], Any]) -> Any:
    if isinstance(node, dict):
        if node.keys() & {"Ref", "Fn::GetAtt"} and not str(node.get("Ref")).startswith("AWS::"):
            return replace(node)
        return {key: _with_references(value, replace) for key, value in node.items()}
    return [_with_references(each, replace) for each in node] if isinstance(node, list) else node


def _physical_id(aws: TestAws, stack: str, name: str) -> str:
    found = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return next(each["PhysicalResourceId"] for each in found if each["LogicalResourceId"] == name)
