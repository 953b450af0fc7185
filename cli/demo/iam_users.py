"""IAM users of local AWS for the people of the demo."""

import json
from collections.abc import Sequence
from typing import Any

import boto3

from cli.deployed_stack import DeployedStack


def create_user(
    stack: DeployedStack, name: str, *, actions: Sequence[str] = (), policies: Sequence[str] = ()
) -> boto3.Session:
    """Create an IAM user with an access key; a session that signs with it.

    Args:
        stack: The stack whose account gets the user.
        name: The user's name.
        actions: IAM actions allowed on every resource.
        policies: ARNs of managed policies to attach.
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
