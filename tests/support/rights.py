"""Callers of the deployed stack with exactly the rights of a function, or exactly those that a test names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.stage import Stage

Credentials = dict[str, str]


def statement(*actions: str, on: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow, for everything unless ``on`` says otherwise."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


def user_with(stage: Stage, name: str, *statements: dict[str, Any], policy: str = "") -> Credentials:
    """The credentials of a new user who has these statements, or this managed policy, and nothing else."""
    iam = stage.client("iam")
    iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    if policy:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


def session_of(stage: Stage, role: str) -> Credentials:
    """The credentials of a session of the deployed role whose logical id speaks of ``role``."""
    (name,) = (
        name
        for logical, name in stage.physical("AWS::IAM::Role").items()
        if role in logical and "Schedules" not in logical
    )
    return session_of_role(stage, name)


def session_of_role(stage: Stage, name: str) -> Credentials:
    """The credentials of a session of the role of this name."""
    arn = f"arn:aws:iam::{stage.aws.context.account}:role/{name}"
    keys = stage.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }


DENIALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"}


def is_denied(call: Callable[..., Any], **parameters: Any) -> bool:
    """Whether IAM refuses the call; any other error is the test's."""
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] in DENIALS:
            return True
        raise
    return False
