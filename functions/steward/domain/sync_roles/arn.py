"""ARNs of IAM roles: their parts, the partition of a Region, and how many of them a cluster may have."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ROLE_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
"""IAM API reference, CreateRole."""

ROLE_PATH = r"([A-Za-z0-9_+=,.@-]+/)*"
"""What may stand between ``role/`` and the name; IAM allows a few more characters, which nobody uses."""

ROLE_ARN = rf"arn:aws[a-z-]*:iam::[0-9]{{12}}:role/{ROLE_PATH}{ROLE_NAME}"

SERVICE_LINKED = "aws-service-role/"
"""The path of service-linked roles (IAM user guide): Redshift manages its own, and refuses to be asked.

Observed: hashicorp/terraform-provider-aws#44028.
"""

QUOTA = 50
"""Roles of a cluster, not adjustable (Amazon Redshift Management Guide, quotas and limits)."""

SMALL_QUOTA, SMALL_REGIONS = 10, frozenset({"us-iso-east-1", "us-iso-west-1", "us-isob-east-1"})
"""The same page, for these Regions."""

PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
}
"""How the names of Regions outside the partition ``aws`` begin."""

LISTED = 5
"""Roles that a sentence names; a person who wants all of them reads the record."""


@dataclass(frozen=True)
class RoleArn:
    """The parts of a role's ARN; ``path`` ends in a slash or is empty."""

    partition: str
    account: str
    path: str
    name: str


def parse_role_arn(text: str) -> RoleArn:
    """The parts of the role's ARN in ``text``.

    Raises:
        ValueError: It is no ARN of an IAM role.
    """
    if re.fullmatch(ROLE_ARN, text) is None:
        raise ValueError(f"{text} is not the ARN of an IAM role")
    _, partition, _, _, account, resource = text.split(":")
    path, _, name = resource.removeprefix("role/").rpartition("/")
    return RoleArn(partition, account, f"{path}/" if path else "", name)


def role_arn(text: str, account: str, region: str) -> str:
    """The ARN that ``text`` stands for: itself, or a role's name within an account and Region's partition."""
    return text if text.startswith("arn:") else f"arn:{partition_of(region)}:iam::{account}:role/{text}"


def is_service_linked(arn: str) -> bool:
    return f":role/{SERVICE_LINKED}" in arn


def role_name(arn: str) -> str:
    return arn.rpartition("/")[2]


def partition_of(region: str) -> str:
    return next((name for prefix, name in PARTITIONS.items() if region.startswith(prefix)), "aws")


def role_quota(region: str) -> int:
    return SMALL_QUOTA if region in SMALL_REGIONS else QUOTA


def names(arns: Iterable[str]) -> str:
    """Roles for a sentence, by name."""
    listed = sorted(role_name(arn) for arn in arns)
    more = f" and {len(listed) - LISTED} more" if len(listed) > LISTED else ""
    return ", ".join(listed[:LISTED]) + more
