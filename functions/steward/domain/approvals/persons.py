"""Persons behind callers: four eyes means two persons.

A person is who AWS or an identity provider vouches for: an IAM user, an IAM Identity Center user, a session
with a SourceIdentity, or a session of a role that the policy names as federated, whose name the identity
provider sets. The name of another session is chosen by whoever assumes the role, so it says nothing. The
root user is whoever has its password: no person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.approvals.identity import Identity, identity, is_sso_session, matches
from steward.domain.one_line import one_line

NO_PERSON = (
    "sign in as an IAM user or through IAM Identity Center, assume the role with a source identity, or have "
    "the role named in approval.federated_roles of the policy"
)
"""What somebody can do who is no person to the steward."""

LONGEST_CHAIN = 5
"""Roles that were assumed one with the other's session, until the steward gives up looking for the person."""


@dataclass(frozen=True)
class Principal:
    """Who made a call.

    Attributes:
        arn: As STS and CloudTrail name it; empty when an AWS service called by itself.
        access_key: The id of the key that signed; empty when it is not known.
        source_identity: The session's, empty for none.
        service: The AWS service that called, for itself or for somebody, such as scheduler.amazonaws.com.
    """

    arn: str = ""
    access_key: str = ""
    source_identity: str = ""
    service: str = ""

    @property
    def described(self) -> str:
        via = f" (through {one_line(self.service, 100)})" if self.service else ""
        return f"{self.arn or 'an AWS service'}{via}"


def person_of(who: Principal, federated_roles: Iterable[str]) -> str:
    """The person's name or ARN; empty for a caller who is no person."""
    if who.source_identity:
        return who.source_identity
    found = identity(who.arn)
    if found.kind == "user" or is_sso_session(found) or _is_federated(found, federated_roles):
        return who.arn
    return ""


def _is_federated(found: Identity, federated_roles: Iterable[str]) -> bool:
    return bool(found.role) and any(matches(found, pattern) for pattern in federated_roles)


def principal_in(record: Mapping[str, Any]) -> Principal:
    """Who made the call of a CloudTrail record (user guide, "CloudTrail userIdentity element")."""
    who = record.get("userIdentity") or {}
    session = who.get("sessionContext") or {}
    return Principal(
        arn=str(who.get("arn") or ""),
        access_key=str(who.get("accessKeyId") or ""),
        source_identity=str(session.get("sourceIdentity") or ""),
        service=str(who.get("invokedBy") or ""),
    )


def has_started(record: Mapping[str, Any], execution: str) -> bool:
    """Whether a record of StartExecution is that of this execution."""
    return (record.get("responseElements") or {}).get("executionArn") == execution


def has_set_tag(record: Mapping[str, Any], cluster_arn: str, key: str) -> bool:
    """Whether a record of CreateTags set this tag of this cluster."""
    return (
        str(record.get("eventSource", "")).startswith("redshift.")
        and not record.get("errorCode")
        and (record.get("requestParameters") or {}).get("resourceName") == cluster_arn
        and tag_value(record, key) is not None
    )


def tag_value(record: Mapping[str, Any], key: str) -> str | None:
    """The value that a record of CreateTags gave to a tag; None if it was not among its tags."""
    tags = (record.get("requestParameters") or {}).get("tags") or []
    return next((str(each.get("value") or "") for each in tags if each.get("key") == key), None)


def session_source(record: Mapping[str, Any]) -> str:
    """The source identity that the session of an AssumeRole record carries, empty for none."""
    for part in ("responseElements", "requestParameters"):
        if found := (record.get(part) or {}).get("sourceIdentity"):
            return str(found)
    return principal_in(record).source_identity


def began_session(record: Mapping[str, Any], access_key: str) -> bool:
    """Whether an AssumeRole record is the one that handed out an access key."""
    credentials = (record.get("responseElements") or {}).get("credentials") or {}
    return str(record.get("eventName", "")).startswith("AssumeRole") and (
        credentials.get("accessKeyId") == access_key
    )
