"""A session keeps its source identity, and so do the sessions that it begins."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.support.identities import document, session, user
from tests.support.local_aws import ACCOUNT

if TYPE_CHECKING:
    from tests.support.local_aws import TestAws

ASSUME = {"Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}


def test_a_source_identity_is_kept_over_roles_and_shown_in_event_history(aws: TestAws) -> None:
    statement = {"Effect": "Allow", "Action": "sts:*", "Principal": {"AWS": "*"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = aws.client("iam")
    created = [iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust) for name in ("first", "second")]
    roles = [each["Role"]["Arn"] for each in created]
    for name in ("first", "second"):
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(ASSUME))
    bob = user(aws, "bob-with-a-source")
    answer = bob.client("sts").assume_role(RoleArn=roles[0], RoleSessionName="one", SourceIdentity="bob")
    assert answer["SourceIdentity"] == "bob"
    first = session(aws, roles[0])
    assert first.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/first/test"
    keys = answer["Credentials"]
    first.credentials = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    chained = first.client("sts").assume_role(RoleArn=roles[1], RoleSessionName="two")
    assert chained["SourceIdentity"] == "bob"
    aws.clock.advance(timedelta(minutes=6).total_seconds())
    key = {"AttributeKey": "ResourceName", "AttributeValue": chained["Credentials"]["AccessKeyId"]}
    (event,) = aws.client("cloudtrail").lookup_events(LookupAttributes=[key])["Events"]
    record = json.loads(event["CloudTrailEvent"])
    assert record["eventName"] == "AssumeRole"
    assert record["userIdentity"]["sessionContext"]["sourceIdentity"] == "bob"
    assert keys["SecretAccessKey"] not in event["CloudTrailEvent"]
