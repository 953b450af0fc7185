"""AWS's own managed policies are there when they are asked for."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from moto.settings import load_iam_aws_managed_policies

from tests.support.local_aws import local_aws

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
SERVICE_ROLE = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def test_moto_still_has_none_by_default() -> None:
    assert not load_iam_aws_managed_policies()


@pytest.mark.parametrize("arn", [READ_ONLY, SERVICE_ROLE])
def test_one_can_be_attached_and_read(arn: str) -> None:
    with local_aws() as aws:
        iam = aws.client("iam")
        iam.create_role(RoleName="dba", AssumeRolePolicyDocument="{}")
        iam.attach_role_policy(RoleName="dba", PolicyArn=arn)

        attached = iam.list_attached_role_policies(RoleName="dba")["AttachedPolicies"]
        assert [policy["PolicyArn"] for policy in attached] == [arn]
        assert iam.get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


@pytest.mark.parametrize("arn", [f"{READ_ONLY}Please", "arn:aws:iam::aws:policy/other/ReadOnlyAccess"])
def test_one_that_aws_does_not_have_is_refused(arn: str) -> None:
    with local_aws() as aws:
        iam = aws.client("iam")
        iam.create_role(RoleName="dba", AssumeRolePolicyDocument="{}")

        with pytest.raises(ClientError) as refused:
            iam.attach_role_policy(RoleName="dba", PolicyArn=arn)
        assert refused.value.response["Error"]["Code"] == "NoSuchEntity"
