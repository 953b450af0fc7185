"""The rules for names, numbers and tags, as the AWS Redshift API reference states them."""

import re
from typing import Any

from local.redshift.errors import RedshiftError, invalid_combination, invalid_value

CLUSTER_NAME = re.compile(r"[a-z](?:-?[a-z0-9])*")
SNAPSHOT_NAME = re.compile(r"[A-Za-z](?:-?[A-Za-z0-9])*")
ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]+")
LONGEST_CLUSTER_NAME, LONGEST_SNAPSHOT_NAME = 63, 255
LONGEST_RETENTION = 3653
LONGEST_AUTOMATED_RETENTION = 35
LONGEST_TAG_KEY, LONGEST_TAG_VALUE = 128, 256
MOST_TAGS = 50
MOST_NODES = 100
NODE_TYPES = (
    *("dc2.large", "dc2.8xlarge"),
    *("rg.large", "rg.xlarge", "rg.4xlarge", "rg.12xlarge"),
    *("ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge"),
)


def check_cluster_identifier(identifier: str, field: str = "ClusterIdentifier") -> None:
    """A cluster's name: 1-63 lower-case letters, digits, single hyphens; a letter first, no hyphen last."""
    if len(identifier) > LONGEST_CLUSTER_NAME or not CLUSTER_NAME.fullmatch(identifier):
        raise invalid_value(
            f"The parameter {field} is not a valid identifier. Identifiers must begin with a letter; must "
            "contain only lowercase ASCII letters, digits, and hyphens; and must not end with a hyphen or "
            f"contain two consecutive hyphens; at most {LONGEST_CLUSTER_NAME} characters. "
            f"Found: {identifier!r}."
        )


def check_snapshot_identifier(identifier: str, field: str = "SnapshotIdentifier") -> None:
    """A manual snapshot's name: 1-255 letters, digits and single hyphens, a letter first, no hyphen last."""
    if len(identifier) > LONGEST_SNAPSHOT_NAME or not SNAPSHOT_NAME.fullmatch(identifier):
        raise invalid_value(
            f"The parameter {field} is not a valid identifier. Identifiers must begin with a letter; must "
            "contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            f"consecutive hyphens; at most {LONGEST_SNAPSHOT_NAME} characters. Found: {identifier!r}."
        )


def check_manual_retention(days: int) -> None:
    """How long a manual snapshot is kept: -1 for indefinitely, or 1 to 3653 days."""
    if days != -1 and not 1 <= days <= LONGEST_RETENTION:
        raise RedshiftError(
            "InvalidRetentionPeriodFault",
            f"The retention period must be -1 or between 1 and {LONGEST_RETENTION} days. Found: {days}.",
        )


def check_automated_retention(days: int, node_type: str) -> None:
    """How long automated snapshots are kept: 0 to 35 days; 0 (none at all) not on RA3 and RG nodes."""
    if not 0 <= days <= LONGEST_AUTOMATED_RETENTION:
        raise invalid_value(f"AutomatedSnapshotRetentionPeriod must be between 0 and 35. Found: {days}.")
    if days == 0 and node_type.startswith(("ra3", "rg")):
        raise invalid_value("AutomatedSnapshotRetentionPeriod can't be 0 for RA3 and RG node types.")


def check_node_type(node_type: str) -> None:
    """One of the node types that can be provisioned."""
    if node_type not in NODE_TYPES:
        raise invalid_value(f"Invalid node type: {node_type}. Valid values: {', '.join(NODE_TYPES)}.")


def check_nodes(cluster_type: str | None, nodes: int | None) -> int:
    """The number of nodes that a cluster type and a number ask for together."""
    if cluster_type not in (None, "single-node", "multi-node"):
        raise invalid_value("Invalid cluster type. Cluster type can be one of multi-node or single-node")
    if cluster_type == "single-node":
        return 1
    if cluster_type == "multi-node" and (nodes or 0) <= 1:
        raise invalid_combination(
            "Number of nodes for cluster type multi-node must be greater than or equal to 2"
        )
    wanted = 1 if nodes is None else nodes
    if not 1 <= wanted <= MOST_NODES:
        raise invalid_value(f"NumberOfNodes must be between 1 and {MOST_NODES}. Found: {wanted}.")
    return wanted


def check_role_arn(arn: str) -> None:
    """The ARN of an IAM role."""
    if not ROLE_ARN.fullmatch(arn):
        raise invalid_value(f"The IAM role {arn} is not valid. It must be the ARN of an IAM role.")


def check_tags(tags: list[dict[str, Any]]) -> None:
    """Keys of 1-128 characters that do not begin with ``aws:``, each once; values of at most 256."""
    keys = [str(tag.get("Key") or "") for tag in tags]
    if len(set(keys)) != len(keys):
        raise RedshiftError("InvalidTagFault", "The tag is invalid: a tag key occurs more than once.")
    for key, tag in zip(keys, tags, strict=True):
        check_tag_key(key)
        if len(tag.get("Value") or "") > LONGEST_TAG_VALUE:
            sentence = (
                f"The tag is invalid: the value of {key} is longer than {LONGEST_TAG_VALUE} characters."
            )
            raise RedshiftError("InvalidTagFault", sentence)


def check_tag_key(key: str) -> None:
    if not 1 <= len(key) <= LONGEST_TAG_KEY:
        sentence = f"The tag is invalid: a tag key must have 1 to {LONGEST_TAG_KEY} characters."
        raise RedshiftError("InvalidTagFault", sentence)
    if key.lower().startswith("aws:"):
        sentence = f"The tag is invalid: the key {key} begins with aws:, which is reserved."
        raise RedshiftError("InvalidTagFault", sentence)
