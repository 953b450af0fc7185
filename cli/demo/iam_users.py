"""The people of the demo: IAM users of local AWS, each with an access key of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.aws import Deployed


def person(
    stack: Deployed, name: str, *, actions: Sequence[str] = (), policies: Sequence[str] = ()
) -> boto3.Session:
    """A new IAM user with these rights; the session that signs with the user's key.

    Args:
        stack: Where.
        name: The user's.
        actions: What the user may do, to everything.
        policies: ARNs of managed policies.
    """
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    if actions:
        statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=json.dumps(document))
    for policy in policies:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=stack.region)
