"""Users and roles with policies in a local AWS, and clients that sign as they do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from tests.support.local_aws import REGION, trust_policy

if TYPE_CHECKING:
    from tests.support.local_aws import TestAws

TRUST = trust_policy("lambda.amazonaws.com", "states.amazonaws.com")


@dataclass
class Identity:
    """A user or a session of a role, with its credentials in boto3's words."""

    aws: TestAws
    arn: str
    credentials: dict[str, str] = field(default_factory=dict)

    def client(self, service: str, **settings: Any) -> Any:
        """A client that signs with these credentials and does not retry."""
        return boto3.client(
            service,  # type: ignore[call-overload] # any service
            endpoint_url=self.aws.endpoint,
            region_name=REGION,
            config=Config(retries={"total_max_attempts": 1}),
            **self.credentials,
            **settings,
        )


def document(*statements: dict[str, Any]) -> str:
    """A policy; statements allow everything where they do not say otherwise."""
    whole = [{"Effect": "Allow", "Action": "*", "Resource": "*", **each} for each in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


def user(aws: TestAws, name: str, *statements: dict[str, Any]) -> Identity:
    """A new user with one inline policy and an access key."""
    iam = aws.client("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    credentials = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }
    return Identity(aws, arn, credentials)


def role(aws: TestAws, name: str, *statements: dict[str, Any], **settings: Any) -> str:
    """A new role with one inline policy; its ARN."""
    iam = aws.client("iam")
    created = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **settings)
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return str(created["Role"]["Arn"])


def session(aws: TestAws, role_arn: str, name: str = "test", **settings: Any) -> Identity:
    """A session of a role."""
    sts = aws.client("sts")
    answer = sts.assume_role(RoleArn=role_arn, RoleSessionName=name, **settings)
    keys = answer["Credentials"]
    credentials = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    return Identity(aws, answer["AssumedRoleUser"]["Arn"], credentials)
