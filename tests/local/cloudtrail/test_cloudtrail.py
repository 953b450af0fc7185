"""Changing calls become events soon, and appear in LookupEvents later, as on AWS."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from local import cloudtrail
from local.clients import role_session
from local.clock import Waiter
from local.redshift import backend_of
from local.redshift.behavior.faults import Fault
from local.redshift.behavior.knobs import Knobs
from tests.support.local_aws import ACCOUNT, REGION, TestAws, trust_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.local.eventbridge.conftest import Bus

ROLE = f"arn:aws:iam::{ACCOUNT}:role/events"
SERVICES = ("events.amazonaws.com", "scheduler.redshift.amazonaws.com", "states.amazonaws.com")
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ROLES_CHANGED = {
    "source": ["aws.redshift"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {
        "eventSource": ["redshift.amazonaws.com"],
        "eventName": ["ModifyClusterIamRoles"],
        "errorCode": [{"exists": False}],
        "userIdentity": {
            "sessionContext": {"sessionIssuer": {"arn": [{"anything-but": [ROLE]}, {"exists": False}]}}
        },
    },
}


@pytest.fixture(autouse=True)
def cluster(bus: Bus) -> Iterator[None]:
    """The cluster ``dwh``, which does at once what it is asked to."""
    backend = backend_of(bus.aws.context)
    backend.knobs_of_new = Knobs(describe_lag="0 seconds", post_op_busy_tail="0 seconds", role_check="none")  # type: ignore[arg-type] # as fleet files spell them
    bus.aws.client("redshift").create_cluster(
        ClusterIdentifier="dwh", NodeType="ra3.xlplus", MasterUsername="admin", MasterUserPassword="Secret123"
    )
    bus.aws.clock.advance(600)
    yield
    backend.faults.clear()
    backend.clusters_by_id.clear()


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def client_of(aws: TestAws, service: str, **credentials: str) -> Any:
    """A client that signs with these credentials."""
    retries = Config(retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=aws.endpoint, region_name=REGION, config=retries, **credentials)  # type: ignore[call-overload] # any service


def in_session(aws: TestAws, role: str, session: str) -> Any:
    """A Redshift client in a session of a role that may do everything."""
    iam = aws.client("iam")
    if role not in [each["RoleName"] for each in iam.list_roles()["Roles"]]:
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust_policy(*SERVICES))
    iam.put_role_policy(RoleName=role, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    return client_of(aws, "redshift", **role_session(role_arn(role), session, REGION))


def lookup(aws: TestAws, **asked: Any) -> list[dict[str, Any]]:
    """What LookupEvents answers, page by page."""
    pages = aws.client("cloudtrail").get_paginator("lookup_events").paginate(**asked)
    return [event for page in pages for event in page["Events"]]


def by(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def last(aws: TestAws, name: str) -> dict[str, Any]:
    """The record of the last call of an operation, once CloudTrail knows it."""
    aws.clock.advance(301)
    record: dict[str, Any] = json.loads(lookup(aws, **by("EventName", name))[0]["CloudTrailEvent"])
    return record


def test_a_change_of_roles_starts_the_rules_machine_within_a_minute(bus: Bus) -> None:
    definition = {"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    api = bus.aws.client("stepfunctions")
    machine = api.create_state_machine(name="corrector", definition=json.dumps(definition), roleArn=ROLE)
    transformer = {
        "InputPathsMap": {
            "cluster": "$.detail.requestParameters.clusterIdentifier",
            "by": "$.detail.userIdentity.arn",
            "change": "$.detail.requestParameters",
        },
        "InputTemplate": '{"clusters": [<cluster>], "drift": {"by": <by>, "change": <change>}}',
    }
    target = {"Arn": machine["stateMachineArn"], "RoleArn": ROLE, "InputTransformer": transformer}
    bus.rule(ROLES_CHANGED, **target)
    called_at = bus.aws.clock.now()
    added = [role_arn("a"), role_arn("b")]
    bus.aws.client("redshift").modify_cluster_iam_roles(ClusterIdentifier="dwh", AddIamRoles=added)
    bus.aws.clock.advance(60)

    (execution,) = api.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    assert timedelta(seconds=30) <= execution["startDate"] - called_at <= timedelta(seconds=60)
    run_input = json.loads(api.describe_execution(executionArn=execution["executionArn"])["input"])
    assert run_input["clusters"] == ["dwh"]
    assert run_input["drift"]["by"] == f"arn:aws:iam::{ACCOUNT}:root"
    assert run_input["drift"]["change"] == {"clusterIdentifier": "dwh", "addIamRoles": added}


def test_an_event_has_cloudtrails_shape(bus: Bus) -> None:
    bus.rule(ROLES_CHANGED)
    at = bus.aws.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    given = {"AddIamRoles": [role_arn("a")], "DefaultIamRoleArn": role_arn("a")}
    in_session(bus.aws, "Owner", "ann").modify_cluster_iam_roles(ClusterIdentifier="dwh", **given)
    bus.aws.clock.advance(31)

    (event,) = bus.bodies()
    detail = event["detail"]
    assert (event["source"], event["detail-type"], event["time"]) == (
        "aws.redshift",
        "AWS API Call via CloudTrail",
        at,
    )
    assert detail["requestParameters"] == {
        "clusterIdentifier": "dwh",
        "addIamRoles": [role_arn("a")],
        "defaultIamRoleArn": role_arn("a"),
    }
    assert detail["responseElements"]["clusterIdentifier"] == "dwh"
    assert detail["responseElements"]["iamRoles"] == [{"iamRoleArn": role_arn("a"), "applyStatus": "adding"}]
    assert (detail["eventSource"], detail["eventName"]) == ("redshift.amazonaws.com", "ModifyClusterIamRoles")
    assert (detail["eventTime"], detail["awsRegion"], detail["recipientAccountId"]) == (at, REGION, ACCOUNT)
    assert (detail["readOnly"], detail["managementEvent"], detail["eventType"]) == (False, True, "AwsApiCall")
    assert detail["sourceIPAddress"] == "127.0.0.1"
    assert detail["userAgent"].startswith("Boto3/")
    assert detail["eventID"] != detail["requestID"]
    assert "errorCode" not in detail
    identity, issuer = detail["userIdentity"], detail["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/Owner/ann"
    assert identity["principalId"] == f"{issuer['principalId']}:ann"
    assert (issuer["type"], issuer["arn"], issuer["userName"]) == ("Role", role_arn("Owner"), "Owner")


def test_a_rule_can_pass_over_the_changes_of_one_role(bus: Bus) -> None:
    bus.rule(ROLES_CHANGED)
    own = in_session(bus.aws, "events", "steward")
    own.modify_cluster_iam_roles(ClusterIdentifier="dwh", AddIamRoles=[role_arn("a")])
    bus.aws.clock.advance(60)

    assert bus.letters() == []


def test_a_refused_call_is_told_with_its_error(bus: Bus) -> None:
    bus.rule({"detail": {"errorCode": [{"exists": True}]}})
    with pytest.raises(ClientError):
        bus.aws.client("redshift").pause_cluster(ClusterIdentifier="absent")
    bus.aws.clock.advance(60)

    (event,) = bus.bodies()
    detail = event["detail"]
    assert (detail["eventName"], detail["errorCode"]) == ("PauseCluster", "ClusterNotFound")
    assert "absent" in detail["errorMessage"]
    assert (detail["requestParameters"], detail["responseElements"]) == (
        {"clusterIdentifier": "absent"},
        None,
    )


def test_a_call_that_iam_refuses_is_told_with_its_caller(bus: Bus) -> None:
    bus.aws.client("iam").create_role(RoleName="Stranger", AssumeRolePolicyDocument=trust_policy(*SERVICES))
    stranger = client_of(bus.aws, "redshift", **role_session(role_arn("Stranger"), "eve", REGION))
    with pytest.raises(ClientError, match="AccessDenied"):
        stranger.pause_cluster(ClusterIdentifier="dwh")

    record = last(bus.aws, "PauseCluster")
    assert (record["errorCode"], record["responseElements"]) == ("AccessDenied", None)
    assert record["userIdentity"]["arn"].endswith("assumed-role/Stranger/eve")


def test_a_call_whose_answer_was_lost_is_told_as_carried_out(bus: Bus) -> None:
    backend_of(bus.aws.context).faults.add(Fault(fault="lost response", call="PauseCluster", times=1))
    with pytest.raises(ConnectionClosedError):
        bus.aws.client("redshift").pause_cluster(ClusterIdentifier="dwh")

    record = last(bus.aws, "PauseCluster")
    assert record["responseElements"]["clusterStatus"] == "pausing"
    assert "errorCode" not in record


def test_calls_that_only_read_are_told_to_nobody(bus: Bus) -> None:
    bus.rule({"detail-type": ["AWS API Call via CloudTrail"]})
    bus.aws.client("redshift").describe_clusters()
    bus.aws.client("stepfunctions").list_state_machines()
    bus.aws.clock.advance(600)

    assert bus.letters() == []
    assert lookup(bus.aws, **by("EventName", "DescribeClusters")) == []


def test_a_clock_that_jumps_does_not_run_on_for_an_event_that_no_rule_awaits(bus: Bus) -> None:
    bus.rule(ROLES_CHANGED)
    called_at = bus.aws.clock.now()
    bus.aws.client("redshift").pause_cluster(ClusterIdentifier="dwh")
    bus.aws.client("redshift").describe_clusters()

    assert bus.aws.clock.now() == called_at


def test_lookups_name_who_paused_a_cluster(bus: Bus) -> None:
    in_session(bus.aws, "Owner", "ann").pause_cluster(ClusterIdentifier="dwh")
    called_at = bus.aws.clock.now()
    assert lookup(bus.aws, StartTime=called_at, **by("ResourceName", "dwh")) == []

    bus.aws.clock.advance(301)
    (event,) = lookup(bus.aws, StartTime=called_at, **by("ResourceName", "dwh"))
    assert (event["EventName"], event["Username"]) == ("PauseCluster", "ann")
    assert (event["EventTime"], event["EventSource"]) == (called_at, "redshift.amazonaws.com")
    assert event["Resources"] == [{"ResourceType": "AWS::Redshift::Cluster", "ResourceName": "dwh"}]
    record = json.loads(event["CloudTrailEvent"])
    assert record["userIdentity"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/Owner/ann"
    assert (record["eventID"], event["ReadOnly"]) == (event["EventId"], "false")


def test_lookups_go_back_from_the_newest_page_by_page(bus: Bus) -> None:
    began = bus.aws.clock.now()
    arn = f"arn:aws:redshift:{REGION}:{ACCOUNT}:cluster:dwh"
    for number in range(3):
        tags = [{"Key": "n", "Value": str(number)}]
        bus.aws.client("redshift").create_tags(ResourceName=arn, Tags=tags)
        bus.aws.clock.advance(1)
    bus.aws.clock.advance(301)

    found = lookup(
        bus.aws, StartTime=began, PaginationConfig={"PageSize": 2}, **by("EventName", "CreateTags")
    )
    numbers = [json.loads(each["CloudTrailEvent"])["requestParameters"]["tags"][0]["value"] for each in found]
    assert numbers == ["2", "1", "0"]
    bus.aws.clock.advance(1)
    assert lookup(bus.aws, EndTime=began - timedelta(seconds=1), **by("EventName", "CreateTags")) == []
    one = found[1]["EventId"]
    assert [each["EventId"] for each in lookup(bus.aws, **by("EventId", one))] == [one]


def test_two_lookups_a_second_are_answered_and_the_next_one_once_it_tries_again(bus: Bus) -> None:
    api = bus.aws.client("cloudtrail")
    bus.aws.clock.advance(1)
    began = bus.aws.clock.now()
    for _ in range(2):
        api.lookup_events()
    with pytest.raises(ClientError) as caught:
        api.lookup_events()
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    assert bus.aws.clock.now() - began == timedelta(seconds=1), (
        "the refusal takes the time that a pause would"
    )
    api.lookup_events()


@pytest.mark.parametrize(("allowed", "error"), [(EVERYTHING, None), (None, "AccessDenied")])
def test_a_scheduled_action_is_recorded_as_a_call_of_its_role(
    bus: Bus, allowed: dict[str, Any] | None, error: str | None
) -> None:
    iam, name = bus.aws.client("iam"), f"pauser-{error}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy(*SERVICES))
    if allowed:
        iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(allowed))
    due = bus.aws.clock.now() + timedelta(hours=1)
    bus.aws.client("redshift").create_scheduled_action(
        ScheduledActionName=f"night-{error}",
        TargetAction={"PauseCluster": {"ClusterIdentifier": "dwh"}},
        Schedule=f"at({due:%Y-%m-%dT%H:%M:%S})",
        IamRole=role_arn(name),
    )
    bus.aws.clock.advance(3601)

    record = last(bus.aws, "PauseCluster")
    assert record["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == role_arn(name)
    assert record["requestParameters"] == {"clusterIdentifier": "dwh"}
    assert record.get("errorCode") == error
    assert record["eventTime"] == due.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_lookups_know_users_by_their_name(bus: Bus) -> None:
    iam = bus.aws.client("iam")
    iam.create_user(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    key = iam.create_access_key(UserName="bob")["AccessKey"]
    credentials = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    client_of(bus.aws, "redshift", **credentials).pause_cluster(ClusterIdentifier="dwh")
    bus.aws.clock.advance(301)

    (event,) = lookup(bus.aws, **by("Username", "bob"))
    identity = json.loads(event["CloudTrailEvent"])["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("IAMUser", "bob")
    assert event["AccessKeyId"] == key["AccessKeyId"]


def test_secrets_are_not_written_down(bus: Bus) -> None:
    assert last(bus.aws, "CreateCluster")["requestParameters"]["masterUserPassword"] == "****"

    definition = {"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    api = bus.aws.client("stepfunctions")
    machine = api.create_state_machine(name="quiet", definition=json.dumps(definition), roleArn=ROLE)
    arn = machine["stateMachineArn"]
    started = api.start_execution(stateMachineArn=arn, name="run", input='{"password": "x"}')
    record = last(bus.aws, "StartExecution")
    assert record["eventSource"] == "states.amazonaws.com"
    assert record["requestParameters"] == {
        "stateMachineArn": arn,
        "name": "run",
        "input": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }
    assert record["responseElements"]["executionArn"] == started["executionArn"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2},
            "InvalidLookupAttributesException",
        ),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "?"}, "InvalidNextTokenException"),
        ({"StartTime": 2, "EndTime": 1}, "InvalidTimeRangeException"),
    ],
)
def test_a_wrong_lookup_is_refused(bus: Bus, asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=reason):
        bus.aws.client("cloudtrail").lookup_events(**asked)


def test_the_lags_can_be_set(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudtrail.current(), "lags", cloudtrail.Lags(timedelta(minutes=2), timedelta(0)))
    bus.rule(ROLES_CHANGED)
    called_at = bus.aws.clock.now()
    with bus.aws.clock.busy():
        bus.aws.client("redshift").modify_cluster_iam_roles(
            ClusterIdentifier="dwh", AddIamRoles=[role_arn("a")]
        )
        assert len(lookup(bus.aws, StartTime=called_at, **by("EventName", "ModifyClusterIamRoles"))) == 1
        Waiter(bus.aws.clock).wait(called_at + timedelta(seconds=110))
        queue = f"{bus.aws.endpoint}/{ACCOUNT}/letters"
        assert "Messages" not in bus.aws.client("sqs").receive_message(QueueUrl=queue)
    bus.aws.clock.advance(15)
    assert len(bus.letters()) == 1


def test_there_are_no_insights_events(bus: Bus) -> None:
    bus.aws.client("redshift").pause_cluster(ClusterIdentifier="dwh")
    bus.aws.clock.advance(301)
    assert lookup(bus.aws) != []
    assert lookup(bus.aws, EventCategory="insight") == []
