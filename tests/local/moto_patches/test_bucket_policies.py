"""Bucket policies: what they say of insecure connections is not said of local AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.iam.access_control import IAMPolicy, PermissionResult

from tests.support.local_aws import REGION, local_aws

OBJECTS = "arn:aws:s3:::papers/*"
INSECURE = {"Bool": {"aws:SecureTransport": "false"}}
OLD_TLS = {"NumericLessThan": {"s3:TlsVersion": 1.2}}


def deny(condition: dict[str, Any] | None) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": OBJECTS}
    return statement | ({"Condition": condition} if condition else {})


def read_under(*statements: dict[str, Any]) -> bytes:
    with local_aws() as aws:
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="papers", CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="papers", Key="a", Body=b"text")
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        s3.put_bucket_policy(Bucket="papers", Policy=json.dumps(policy))
        return bytes(s3.get_object(Bucket="papers", Key="a")["Body"].read())


def test_a_bucket_that_denies_insecure_connections_can_be_read() -> None:
    assert read_under(deny(INSECURE), deny(OLD_TLS)) == b"text"


@pytest.mark.parametrize("condition", [None, {"StringEquals": {"aws:PrincipalArn": "somebody"}}])
def test_every_other_deny_is_kept(condition: dict[str, Any] | None) -> None:
    with pytest.raises(ClientError, match="403"):
        read_under(deny(INSECURE), deny(condition))


def test_moto_itself_still_looks_at_no_condition() -> None:
    policy = IAMPolicy(json.dumps({"Statement": [deny(INSECURE)]}))

    assert policy.is_action_permitted("s3:GetObject", "arn:aws:s3:::papers/a") is PermissionResult.DENIED
