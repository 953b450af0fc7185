"""A call as CloudTrail's record of it.

Source: CloudTrail user guide, "CloudTrail record contents" and "CloudTrail userIdentity element"; Redshift
management guide, "Logging with CloudTrail".
"""

from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from local.cloudtrail.calls import Answer, Call
from local.iam.identity import Caller

VERSION = "1.11"
DETAIL_TYPE = "AWS API Call via CloudTrail"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
MASKED = "****"
"""What stands for a password in Redshift's records; other secrets are `HIDDEN`."""

RESOURCES = {
    "clusterIdentifier": "AWS::Redshift::Cluster",
    "snapshotIdentifier": "AWS::Redshift::ClusterSnapshot",
    "finalClusterSnapshotIdentifier": "AWS::Redshift::ClusterSnapshot",
    "stateMachineArn": "AWS::StepFunctions::StateMachine",
    "executionArn": "AWS::StepFunctions::Execution",
    "roleArn": "AWS::IAM::Role",
}
"""Parameters that name a resource, and of which type."""


def build_record(
    call: Call, answer: Answer, caller: Caller, at: datetime, *, event_id: str, session_began: datetime
) -> dict[str, Any]:
    """The record of one call.

    Args:
        call: The request.
        answer: Its answer.
        caller: Who made it.
        at: When it was made.
        event_id: Names the record.
        session_began: When the caller's session was first seen; for sessions only.
    """
    output = call.operation.output_shape
    record = {
        "eventVersion": VERSION,
        "userIdentity": user_identity(caller, session_began),
        "eventTime": stamp(at),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.operation.name,
        "awsRegion": call.region,
        "sourceIPAddress": call.source,
        "userAgent": call.headers["User-Agent"],
        "requestParameters": to_record_case(call.parameters, call.operation.input_shape) or None,
        "responseElements": _unwrap(to_record_case(answer.result, output)) or None,
        "requestID": answer.request_id,
        "eventID": event_id,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
    }
    if answer.code is not None:
        record |= {"errorCode": answer.code, "errorMessage": answer.message}
    return record


def user_identity(caller: Caller, session_began: datetime) -> dict[str, Any]:
    """Who made a call."""
    identity: dict[str, Any] = {
        "type": caller.kind,
        "principalId": caller.principal_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.access_key,
    }
    if caller.kind == "IAMUser":
        identity["userName"] = caller.name
    if caller.role is not None:
        issuer = {
            "type": "Role",
            "principalId": caller.principal_id.partition(":")[0],
            "arn": caller.role,
            "accountId": caller.account,
            "userName": caller.role.rpartition("/")[2],
        }
        attributes = {"creationDate": stamp(session_began), "mfaAuthenticated": "false"}
        session = {"sessionIssuer": issuer, "attributes": attributes}
        source = {"sourceIdentity": caller.source_identity} if caller.source_identity else {}
        identity["sessionContext"] = session | source
    return identity


def to_record_case(value: Any, shape: Shape | None) -> Any:
    """A value of the API as records show it: members in lower camel case, moments as text, no secrets."""
    if value is None or shape is None:
        return None
    if isinstance(shape, StructureShape):
        members = dict(shape.members)
        return {
            _lower(name): to_record_case(item, members[name])
            for name, item in value.items()
            if name in members
        }
    if isinstance(shape, ListShape):
        return [to_record_case(item, shape.member) for item in value]
    if isinstance(shape, MapShape):
        return {name: to_record_case(item, shape.value) for name, item in value.items()}
    if shape.metadata.get("sensitive"):
        return MASKED if shape.name == "SensitiveString" else HIDDEN
    return stamp(value) if isinstance(value, datetime) else value


def resources(record: dict[str, Any]) -> list[dict[str, str]]:
    """What a call was about, as LookupEvents lists it."""
    parameters = record["requestParameters"] or {}
    given = {key: parameters[key] for key in RESOURCES if isinstance(parameters.get(key), str)}
    named = {name: RESOURCES[key] for key, name in given.items()} | _session_key(record)
    return [{"ResourceType": kind, "ResourceName": name} for name, kind in named.items()]


def _session_key(record: dict[str, Any]) -> dict[str, str]:
    """The access key that AssumeRole handed out; event history lists it as a resource."""
    credentials = (record["responseElements"] or {}).get("credentials") or {}
    return {credentials["accessKeyId"]: "AWS::IAM::AccessKey"} if credentials else {}


def stamp(moment: datetime) -> str:
    """A moment as CloudTrail writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _unwrap(elements: dict[str, Any] | None) -> Any:
    """Without the one member that Redshift's answers hold all others in, such as ``cluster``."""
    if elements and len(elements) == 1:
        (only,) = elements.values()
        if isinstance(only, dict):
            return only
    return elements
