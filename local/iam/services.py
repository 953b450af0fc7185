"""What calls of services other than Redshift need to be allowed: those that a serverless workflow makes.

Only the calls read here are authorized; every other one is open to everybody, as in moto. Actions and
resources: Service Authorization Reference of the service.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from moto.awslambda.exceptions import GenericResourcNotFound, UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.sns.models import sns_backends

from local.iam.authorization import Permission
from local.iam.identity import PARTITION
from local.iam.leading_keys import hash_key, leading_keys, requests_of_batch
from local.iam.pass_role import pass_role
from local.iam.principals import tags_context
from local.iam.resource_tags import function_tags, machine_tags, table_tags
from local.iam.service_roles import CLOUDFORMATION, EVENTS, LAMBDA, SCHEDULER, STATES
from local.iam.topic_keys import USES, key_of_topic, use_context
from local.stepfunctions import current
from local.stepfunctions.engine.tokens import UnknownTokenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from moto.kms.models import Key

    from local.iam.patterns import RequestContext


@dataclass(frozen=True)
class ServiceRequest:
    """A call as it arrived.

    Attributes:
        action: Of services that name it; empty for the REST ones.
        members: Parameters, as the service names them.
        path: Decoded.
        query: The parts of the query.
    """

    account: str
    region: str
    method: str
    action: str
    path: str
    query: Mapping[str, str]
    members: Mapping[str, Any]

    def arn(self, service: str, resource: str) -> str:
        """An ARN where the call is made."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def _resource_tags(tags: Mapping[str, str]) -> RequestContext:
    return tags_context("aws:ResourceTag", [{"Key": key, "Value": value} for key, value in tags.items()])


OF_TABLES = frozenset(
    {"DeleteItem", "DescribeTable", "DescribeTimeToLive", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}
)
OF_SEVERAL = frozenset({"BatchGetItem", "BatchWriteItem"})
IN_TRANSACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
"""What each element of a transaction is authorized as (DynamoDB developer guide, "IAM and transactions")."""


def dynamodb(call: ServiceRequest) -> Iterator[Permission]:
    """Calls about items; those about indexes name the index, those about known items their leading keys."""
    if call.action in OF_TABLES:
        table, index = call.members.get("TableName", ""), call.members.get("IndexName")
        yield _on_table(call, call.action, table, [call.members], index)
    if call.action in OF_SEVERAL:
        for table, requests in (call.members.get("RequestItems") or {}).items():
            yield _on_table(call, call.action, table, requests_of_batch(requests))
    for element in call.members.get("TransactItems") or []:
        for kind, about in element.items():
            if kind in IN_TRANSACTIONS:
                yield _on_table(call, IN_TRANSACTIONS[kind], about.get("TableName", ""), [about])


def _on_table(
    call: ServiceRequest,
    action: str,
    table: str,
    requests: list[Mapping[str, Any]],
    index: str | None = None,
) -> Permission:
    arn = table if table.startswith("arn:") else call.arn("dynamodb", f"table/{table}")
    keys = leading_keys(hash_key(call.account, call.region, arn, index), requests)
    context = _resource_tags(table_tags(call.account, call.region, arn))
    context |= {"dynamodb:leadingkeys": keys} if keys else {}
    return Permission(f"dynamodb:{action}", f"{arn}/index/{index}" if index else arn, context)


OF_KEYS = frozenset({"CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"})


def kms(call: ServiceRequest) -> Iterator[Permission]:
    """Calls about one key, by whatever name."""
    name = call.members.get("KeyId", "")
    if call.action not in OF_KEYS or not name:
        return
    try:
        key = kms_backends[call.account][call.region].describe_key(name)
    except (KeyError, AttributeError):
        arn = name if name.startswith("arn:") else call.arn("kms", f"key/{name}")
        yield Permission(f"kms:{call.action}", arn)
    else:
        for_aws: RequestContext = {"kms:grantisforawsresource": ("false",)}
        yield _on_key(call, f"kms:{call.action}", key, for_aws if call.action == "CreateGrant" else {})


def _on_key(call: ServiceRequest, action: str, key: Key, context: RequestContext) -> Permission:
    tags = kms_backends[call.account][call.region].list_resource_tags(key.id)["Tags"]
    context = context | _resource_tags({each["TagKey"]: each["TagValue"] for each in tags})
    return Permission(
        action, key.arn, context | {"kms:calleraccount": (call.account,)}, key.policy, must_be_trusted=True
    )


def sns(call: ServiceRequest) -> Iterator[Permission]:
    """Publish and Subscribe; whoever publishes to an encrypted topic uses its key."""
    arn = call.members.get("TopicArn")
    action = {"PublishBatch": "Publish"}.get(call.action, call.action)
    if action not in {"Publish", "Subscribe"} or not arn:
        return
    topic = sns_backends[call.account][call.region].topics.get(arn)
    yield Permission(f"sns:{action}", arn, resource_policy=topic.policy if topic is not None else None)
    key = key_of_topic(arn) if action == "Publish" and topic is not None else None
    if key is not None:
        for use in USES:
            yield _on_key(call, use, key, use_context(arn))


def events(call: ServiceRequest) -> Iterator[Permission]:
    """PutEvents, for each bus; PutTargets, with the roles that EventBridge is handed."""
    if call.action == "PutTargets":
        bus, name = call.members.get("EventBusName", "").rpartition("/")[2], call.members.get("Rule", "")
        path = name if bus in {"", "default"} else f"{bus}/{name}"
        targets = call.members.get("Targets") or []
        context: RequestContext = {"events:targetarn": tuple(each.get("Arn", "") for each in targets)}
        yield Permission("events:PutTargets", call.arn("events", f"rule/{path}"), context)
        for role in sorted({each["RoleArn"] for each in targets if each.get("RoleArn")}):
            yield pass_role(role, EVENTS)
    if call.action == "PutEvents":
        names = {entry.get("EventBusName", "default") for entry in call.members.get("Entries") or []}
        for name in sorted(names):
            bus = name if name.startswith("arn:") else call.arn("events", f"event-bus/{name}")
            yield Permission("events:PutEvents", bus)


OF_STATES = {
    "DescribeExecution": "executionArn",
    "DescribeMapRun": "mapRunArn",
    "DescribeStateMachine": "stateMachineArn",
    "GetExecutionHistory": "executionArn",
    "ListExecutions": "stateMachineArn",
    "RedriveExecution": "executionArn",
    "StartExecution": "stateMachineArn",
    "StopExecution": "executionArn",
    "UpdateStateMachine": "stateMachineArn",
}
"""Calls of Step Functions and the member that names their resource."""


ANSWERS = frozenset({"SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess"})


def stepfunctions(call: ServiceRequest) -> Iterator[Permission]:
    """Calls about machines, executions and Map runs; an answer to a task is about the task's machine.

    Whoever creates or changes a machine hands over its role.

    The Service Authorization Reference has no resource for answers; observed is the state machine
    (aws/aws-cdk#8486, NOAA-OWP/hydrovis#837).
    """
    arn = call.members.get(OF_STATES.get(call.action, ""))
    if call.action in ANSWERS:
        with suppress(UnknownTokenError):
            arn = current().tokens.find(call.members.get("taskToken", "")).machine
    if call.action == "CreateStateMachine":
        arn = call.arn("states", f"stateMachine:{call.members.get('name', '')}")
    if arn:
        yield Permission(f"states:{call.action}", arn, _resource_tags(machine_tags(arn)))
    if call.action in {"CreateStateMachine", "UpdateStateMachine"} and call.members.get("roleArn"):
        yield pass_role(call.members["roleArn"], STATES)


def cloudtrail(call: ServiceRequest) -> Iterator[Permission]:
    """LookupEvents."""
    if call.action == "LookupEvents":
        yield Permission("cloudtrail:LookupEvents", "*")


def cloudwatch(call: ServiceRequest) -> Iterator[Permission]:
    """Calls that read metrics and alarms."""
    if call.action in {"GetMetricData", "GetMetricStatistics", "ListMetrics"}:
        yield Permission(f"cloudwatch:{call.action}", "*")
    if call.action == "DescribeAlarms":
        yield Permission("cloudwatch:DescribeAlarms", call.arn("cloudwatch", "alarm:*"))


def servicequotas(call: ServiceRequest) -> Iterator[Permission]:
    """GetServiceQuota."""
    if call.action == "GetServiceQuota":
        quota = f"{call.members.get('ServiceCode')}/{call.members.get('QuotaCode')}"
        yield Permission("servicequotas:GetServiceQuota", call.arn("servicequotas", quota))


def iam(call: ServiceRequest) -> Iterator[Permission]:
    """Calls that read a role."""
    name = call.members.get("RoleName", "")
    if call.action not in {"GetRole", "ListAttachedRolePolicies", "ListRolePolicies"} or not name:
        return
    try:
        arn = iam_backends[call.account][PARTITION].get_role(name).arn
    except NotFoundException:
        arn = f"arn:aws:iam::{call.account}:role/{name}"
    yield Permission(f"iam:{call.action}", arn)


def awslambda(call: ServiceRequest) -> Iterator[Permission]:
    """Invoke, on the function or the version or alias that is named; what hands a function its role."""
    match (call.method, *call.path.strip("/").split("/")[1:]):
        case (_, "functions", name, "invocations"):
            yield _invocation(call, *unquote(name).rpartition(":function:")[2].partition(":")[::2])
        case ("POST", "functions"):
            yield from _with_role(call, "CreateFunction", call.members.get("FunctionName", ""))
        case ("PUT", "functions", name, "configuration"):
            yield from _with_role(call, "UpdateFunctionConfiguration", unquote(name))


def _with_role(call: ServiceRequest, action: str, function: str) -> Iterator[Permission]:
    name = function.rpartition(":function:")[2].partition(":")[0]
    tags = _resource_tags(function_tags(call.account, call.region, name))
    yield Permission(f"lambda:{action}", call.arn("lambda", f"function:{name}"), tags)
    if call.members.get("Role"):
        yield pass_role(call.members["Role"], LAMBDA)


def _invocation(call: ServiceRequest, name: str, qualifier: str) -> Permission:
    qualifier = qualifier or call.query.get("Qualifier", "")
    arn = call.arn("lambda", f"function:{name}")
    return Permission(
        "lambda:InvokeFunction",
        f"{arn}:{qualifier}" if qualifier else arn,
        _resource_tags(function_tags(call.account, call.region, name)),
        resource_policy=_policy_of(call, name),
    )


def _policy_of(call: ServiceRequest, function: str) -> str | None:
    try:
        found = lambda_backends[call.account][call.region].get_function(function)
        return json.dumps(found.policy.get_policy()["Policy"])
    except (GenericResourcNotFound, UnknownFunctionException):
        return None


OF_OBJECTS = {"DELETE": "DeleteObject", "GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject"}
TAGGING = {"DELETE": "DeleteObjectTagging", "GET": "GetObjectTagging", "PUT": "PutObjectTagging"}
OTHERS = frozenset({"acl", "attributes", "legal-hold", "restore", "retention", "select", "torrent"})


def s3(call: ServiceRequest) -> Iterator[Permission]:
    """Calls about objects, and listings; path-style addresses."""
    bucket, _, key = call.path.lstrip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}"
    if not bucket or OTHERS & call.query.keys():
        return
    if key:
        names = TAGGING if "tagging" in call.query else OF_OBJECTS
        action = (
            "PutObject" if "uploadId" in call.query or "uploads" in call.query else names.get(call.method)
        )
        if action is not None:
            yield Permission(f"s3:{action}", f"{arn}/{key}")
    elif call.method == "HEAD" or (call.method == "GET" and _lists(call.query)):
        prefix: RequestContext = {"s3:prefix": (call.query["prefix"],)} if "prefix" in call.query else {}
        yield Permission("s3:ListBucket", arn, prefix)


def _lists(query: Mapping[str, str]) -> bool:
    listing = {"list-type", "prefix", "delimiter", "max-keys", "marker", "continuation-token", "start-after"}
    return query.keys() <= {*listing, "encoding-type", "fetch-owner"}


def sts(call: ServiceRequest) -> Iterator[Permission]:
    """AssumeRole of a role that IAM has: its trust policy must let the caller in."""
    arn = call.members.get("RoleArn", "")
    if call.action != "AssumeRole" or not arn:
        return
    with suppress(NotFoundException):
        role = iam_backends[arn.split(":")[4]][PARTITION].get_role_by_arn(arn)
        context: RequestContext = {"sts:rolesessionname": (call.members.get("RoleSessionName", ""),)}
        if "ExternalId" in call.members:
            context["sts:externalid"] = (call.members["ExternalId"],)
        context |= _resource_tags({each["Key"]: each.get("Value", "") for each in role.tags or []})
        policy = role.assume_role_policy_document
        if "SourceIdentity" in call.members:
            context["sts:sourceidentity"] = (call.members["SourceIdentity"],)
            yield Permission("sts:SetSourceIdentity", arn, context, policy, must_be_trusted=True)
        yield Permission("sts:AssumeRole", arn, context, policy, must_be_trusted=True)


def scheduler(call: ServiceRequest) -> Iterator[Permission]:
    """Whoever creates or changes a schedule hands over the role that calls its target."""
    action = {"POST": "CreateSchedule", "PUT": "UpdateSchedule"}.get(call.method)
    match call.path.strip("/").split("/"):
        case ["schedules", name] if action is not None:
            group = call.members.get("GroupName") or "default"
            yield Permission(
                f"scheduler:{action}", call.arn("scheduler", f"schedule/{group}/{unquote(name)}")
            )
            role = (call.members.get("Target") or {}).get("RoleArn")
            if role:
                yield pass_role(role, SCHEDULER)


OF_STACKS = frozenset({"CreateChangeSet", "CreateStack", "DeleteStack", "UpdateStack"})


def cloudformation(call: ServiceRequest) -> Iterator[Permission]:
    """The calls that may name the role with which CloudFormation deploys."""
    name = call.members.get("StackName", "")
    if call.action in OF_STACKS and name:
        arn = name if name.startswith("arn:") else call.arn("cloudformation", f"stack/{name}/*")
        yield Permission(f"cloudformation:{call.action}", arn)
        if call.members.get("RoleARN"):
            yield pass_role(call.members["RoleARN"], CLOUDFORMATION)


READERS: Mapping[str, Callable[[ServiceRequest], Iterable[Permission]]] = {
    "awslambda": awslambda,
    "cloudformation": cloudformation,
    "cloudtrail": cloudtrail,
    "cloudwatch": cloudwatch,
    "dynamodb": dynamodb,
    "events": events,
    "iam": iam,
    "kms": kms,
    "s3": s3,
    "scheduler": scheduler,
    "servicequotas": servicequotas,
    "sns": sns,
    "stepfunctions": stepfunctions,
    "sts": sts,
}
"""By moto's names of the services."""
