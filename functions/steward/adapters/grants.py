"""What an adapter needs to be allowed: the infrastructure grants exactly these, a test proves them used."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """What a permission is narrowed to; the infrastructure turns each into ARNs."""

    ANY = "any"
    """Actions that IAM cannot narrow to a resource."""
    CLUSTERS = "clusters"
    APPROVED_CLUSTERS = "approved_clusters"
    """Clusters that carry the tag of an approved deletion."""
    RESTORE_COPIES = "restore_copies"
    """Clusters that a restore test made: by name and by tag."""
    NEW_COPIES = "new_copies"
    """Clusters of a name that only restore tests use."""
    RESTORES = "restores"
    """Any snapshot, restored under a name that only restore tests use."""
    SNAPSHOTS = "snapshots"
    KMS_KEYS = "kms_keys"
    ROLES = "roles"
    """The roles that the policy wants clusters to have."""
    LEDGER = "ledger"
    LOCKS_INDEX = "locks_index"
    """The ledger's index of locks."""
    RUNS = "runs"
    EXECUTIONS = "executions"
    """Executions of the steward's own state machines."""
    STATE_MACHINES = "state_machines"
    """The steward's own."""
    DEPROVISION_MACHINE = "deprovision_machine"
    """The state machine of deprovision, and the Distributed Map's within it."""
    NOTICES = "notices"
    NOTICES_KEY = "notices_key"
    """The KMS key of the notices' topic."""
    EVENT_BUS = "event_bus"


KEY_USE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:RetireGrant",
)
"""What Redshift does with a customer's KMS key on the caller's behalf, besides CreateGrant.

Sources: Service Authorization Reference, RestoreFromClusterSnapshot; Management Guide, "Database encryption",
which asks for Encrypt as well and is silent about whether a rotation needs any of it.
"""

NETWORK_READS = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcs",
)
"""What Redshift reads on the caller's behalf to place a restored cluster.

Without it, UnauthorizedOperation was observed (aws/redshift-test-drive#120).
"""


CLUSTER_RECORDS = ("CLUSTER#*",)
"""Partition keys of the records about a cluster: locks, operations, last rotations, baselines."""


@dataclass(frozen=True)
class Grant:
    """Permission for ``actions`` within ``scope``.

    Attributes:
        passed_to: The only service that may be given the roles, for ``iam:PassRole``: no call of an API, but
            what IAM asks for when another call hands a role to a service.
        via: The only service through which it may be done, for what that service does with the caller's
            permissions: no call of the adapter's own either.
        besides: Whether IAM asks for it beside a call of another name.
        tag_keys: The only keys of tags that may be written or removed; on snapshots, also those that the
            policy gives them.
        records: Patterns of the only partition keys of the ledger that may be read or written.
        for_service: Whether only a service of AWS may be given the KMS grant (``kms:GrantIsForAWSResource``).
    """

    scope: Scope
    actions: tuple[str, ...]
    passed_to: str = ""
    via: str = ""
    besides: bool = False
    tag_keys: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    for_service: bool = False


def grant(scope: Scope, *actions: str) -> Grant:
    """Permission for ``actions`` (``service:Operation``) within ``scope``."""
    return Grant(scope, actions)


def may_pass(service: str) -> Grant:
    """Permission to give ``service`` (``redshift.amazonaws.com``) the policy's roles."""
    return Grant(Scope.ROLES, ("iam:PassRole",), service)


def tagging(scope: Scope, *actions: str, keys: Sequence[str], besides: bool = False) -> Grant:
    """Permission to write or remove tags of these keys only."""
    return Grant(scope, actions, besides=besides, tag_keys=tuple(keys))


def on_records(records: Sequence[str], *actions: str, scope: Scope = Scope.LEDGER) -> Grant:
    """Permission for the ledger's records of these partition keys only."""
    return Grant(scope, actions, records=tuple(records))


def use_of_keys(service: str) -> tuple[Grant, Grant]:
    """Permission for what ``service`` does with a customer's KMS key on the caller's behalf.

    A grant on a key is for the service itself, never for another principal.
    """
    create = Grant(Scope.KMS_KEYS, ("kms:CreateGrant",), via=service, for_service=True)
    return through(service, Scope.KMS_KEYS, *KEY_USE), create


def through(service: str, scope: Scope, *actions: str) -> Grant:
    """Permission for what ``service`` (``sns``) does within ``scope`` on the caller's behalf."""
    return Grant(scope, actions, via=service)


def besides(scope: Scope, *actions: str) -> Grant:
    """Permission for what IAM asks for within ``scope`` beside the call itself.

    Source: Service Authorization Reference, Amazon Redshift (a DeleteCluster with a final snapshot also needs
    CreateClusterSnapshot; tags that are given at creation need CreateTags).
    """
    return Grant(scope, actions, besides=True)
