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
PASSWORD = re.compile(r"""(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[!-~]{8,64}""")
FORBIDDEN_IN_PASSWORDS = frozenset("'\"\\/@")
USER_NAME = re.compile(r"[a-z][a-z0-9_+.@-]{0,127}")
DATABASE_NAME = re.compile(r"[a-z_][a-z0-9_$]{0,63}")
PORTS_OF_NEW_NODES = (range(5431, 5456), range(8191, 8216))
PORTS_OF_DC2 = (range(1150, 65536),)
_RESERVED = """
    aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup
    between binary blanksasnull both bytedict bzip2 case cast check collate column constraint create
    credentials cross current_date current_time current_timestamp current_user current_user_id
    default deferrable deflate defrag delta delta32k desc disable distinct do else emptyasnull
    enable encode encrypt encryption end except explicit false for foreign freeze from full
    globaldict256 globaldict64k grant group gzip having identity ignore ilike in initially inner
    intersect interval into is isnull join leading left like limit localtime localtimestamp lun luns
    lzo lzop minus mostly16 mostly32 mostly8 natural new not notnull null nulls off offline offset
    oid old on only open or order outer overlaps parallel partition percent permissions pivot
    placing primary raw readratio recover references rejectlog resort respect restore right select
    session_user similar snapshot some sysdate system table tag tdes text255 text32k then timestamp
    to top trailing true truncatecolumns union unique unnest unpivot user using verbose wallet when
    where with without public
"""
RESERVED_WORDS = frozenset(_RESERVED.split())
"""Amazon Redshift Database Developer Guide, "Reserved words"; and PUBLIC, which no user may be called."""

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


def check_password(password: str) -> None:
    """An admin password: 8-64 printable ASCII characters, upper and lower case and a digit among them."""
    if not PASSWORD.fullmatch(password) or FORBIDDEN_IN_PASSWORDS & set(password):
        raise invalid_value(
            "The parameter MasterUserPassword is not a valid password: it must have 8 to 64 printable ASCII "
            "characters, at least one uppercase letter, one lowercase letter and one number, and none of "
            "' \" \\ / @ or space."
        )


def check_user_name(name: str) -> None:
    """An admin's name: a letter, then up to 127 lower-case letters, digits, ``_ + . @ -``; not reserved."""
    if not USER_NAME.fullmatch(name) or name in RESERVED_WORDS:
        raise invalid_value(
            "The parameter MasterUsername is not valid: it must begin with a letter, have 1 to 128 lowercase "
            f"letters, numbers and _ + . @ - and be no reserved word. Found: {name!r}."
        )


def check_database_name(name: str) -> None:
    """A database's name: 1-64 lower-case letters, digits, ``_`` and ``$``, no digit first; not reserved."""
    if not DATABASE_NAME.fullmatch(name) or name in RESERVED_WORDS:
        raise invalid_value(
            "The parameter DBName is not valid: it must have 1 to 64 lowercase letters, numbers, _ or $ and "
            f"be no reserved word. Found: {name!r}."
        )


def check_port(port: int, node_type: str) -> None:
    """A port: 5431-5455 or 8191-8215 for RA3 and RG nodes, 1150-65535 for DC2."""
    ranges = PORTS_OF_DC2 if node_type.startswith("dc2") else PORTS_OF_NEW_NODES
    if not any(port in each for each in ranges):
        possible = " or ".join(f"{each.start}-{each.stop - 1}" for each in ranges)
        raise invalid_value(f"Port must be within {possible} for {node_type} nodes. Found: {port}.")


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


def check_tags(tags: list[dict[str, Any]], *, by_aws: bool = False) -> None:
    """Keys of 1-128 characters, each once; values of at most 256.

    Args:
        tags: ``[{"Key": …, "Value": …}]``.
        by_aws: Whether keys may begin with ``aws:``, which only AWS itself can write.
    """
    keys = [str(tag.get("Key") or "") for tag in tags]
    if len(set(keys)) != len(keys):
        raise RedshiftError("InvalidTagFault", "The tag is invalid: a tag key occurs more than once.")
    for key, tag in zip(keys, tags, strict=True):
        check_tag_key(key, by_aws=by_aws)
        if len(tag.get("Value") or "") > LONGEST_TAG_VALUE:
            sentence = (
                f"The tag is invalid: the value of {key} is longer than {LONGEST_TAG_VALUE} characters."
            )
            raise RedshiftError("InvalidTagFault", sentence)


def check_tag_key(key: str, *, by_aws: bool = False) -> None:
    if not 1 <= len(key) <= LONGEST_TAG_KEY:
        sentence = f"The tag is invalid: a tag key must have 1 to {LONGEST_TAG_KEY} characters."
        raise RedshiftError("InvalidTagFault", sentence)
    if key.lower().startswith("aws:") and not by_aws:
        sentence = f"The tag is invalid: the key {key} begins with aws:, which is reserved."
        raise RedshiftError("InvalidTagFault", sentence)
