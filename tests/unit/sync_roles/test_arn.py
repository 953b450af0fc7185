"""ARNs of roles, and what a Region allows."""

from __future__ import annotations

import pytest

from steward.domain.sync_roles.arn import (
    RoleArn,
    is_service_linked,
    names,
    parse_role_arn,
    partition_of,
    role_arn,
    role_name,
    role_quota,
)


def test_an_arn_has_a_partition_an_account_a_path_and_a_name() -> None:
    assert parse_role_arn("arn:aws-cn:iam::123456789012:role/team/etl/copy") == RoleArn(
        "aws-cn", "123456789012", "team/etl/", "copy"
    )
    assert parse_role_arn("arn:aws:iam::123456789012:role/copy").path == ""


@pytest.mark.parametrize(
    "text",
    [
        "copy",
        "arn:aws:iam::123456789012:user/copy",
        "arn:aws:iam::1234:role/copy",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam:eu-central-1:123456789012:role/copy",
        "arn:aws:iam::123456789012:role/copy\n",
    ],
)
def test_anything_else_is_no_arn_of_a_role(text: str) -> None:
    with pytest.raises(ValueError, match="is not the ARN of an IAM role"):
        parse_role_arn(text)


def test_a_name_alone_means_the_role_in_the_account_and_the_partition() -> None:
    assert role_arn("etl/copy", "123456789012", "cn-north-1") == "arn:aws-cn:iam::123456789012:role/etl/copy"
    assert role_arn("arn:aws:iam::1:role/x", "2", "eu-west-1") == "arn:aws:iam::1:role/x"


def test_a_role_that_aws_manages_is_known_by_its_path() -> None:
    assert is_service_linked("arn:aws:iam::1:role/aws-service-role/redshift.amazonaws.com/AWSServiceRole")
    assert not is_service_linked("arn:aws:iam::1:role/team/aws-service-role")
    assert role_name("arn:aws:iam::1:role/team/etl") == "etl"


@pytest.mark.parametrize(
    ("region", "partition", "quota"),
    [
        ("eu-central-1", "aws", 50),
        ("us-gov-west-1", "aws-us-gov", 50),
        ("cn-north-1", "aws-cn", 50),
        ("us-iso-east-1", "aws-iso", 10),
        ("us-isob-east-1", "aws-iso-b", 10),
        ("us-isof-south-1", "aws-iso-f", 50),
        ("eusc-de-east-1", "aws-eusc", 50),
    ],
)
def test_partition_and_quota_depend_on_the_region(region: str, partition: str, quota: int) -> None:
    assert (partition_of(region), role_quota(region)) == (partition, quota)


def test_a_sentence_names_five_roles_and_counts_the_rest() -> None:
    assert names([f"x/{letter}" for letter in "gfedcba"]) == "a, b, c, d, e and 2 more"
    assert names(["x/a"]) == "a"
