"""The permissions boundary of docs/permissions.md bounds, and leaves the functions what they need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from docs.guardrails import BOUNDARY_LIMIT, permissions_boundary
from policy import load
from policy.guardrails import service_control_policy
from tests.support.rights import is_denied, session_of_role, statement
from tests.support.scenario import Steward, cluster
from tests.support.synthesis import REPOSITORY

if TYPE_CHECKING:
    from tests.support.stage import Stage

SCP_LIMIT = 5120
"""Characters (AWS Organizations user guide, quotas)."""


def test_the_boundary_denies_what_no_function_does_and_allows_what_one_does(
    steward: Steward, stage: Stage
) -> None:
    steward.given([cluster("sales"), cluster("hr")])
    iam = stage.client("iam")
    document = json.dumps(permissions_boundary())
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document)["Policy"]["Arn"]
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    everything = json.dumps({"Version": "2012-10-17", "Statement": [statement("*")]})
    iam.put_role_policy(RoleName="bounded", PolicyName="all", PolicyDocument=everything)
    rights = session_of_role(stage, "bounded")
    redshift = stage.client_as("redshift", **rights)
    assert is_denied(redshift.modify_cluster, ClusterIdentifier="sales", PubliclyAccessible=True)
    assert is_denied(redshift.delete_cluster_snapshot, SnapshotIdentifier="any")
    assert not is_denied(redshift.rotate_encryption_key, ClusterIdentifier="sales")
    assert not is_denied(redshift.pause_cluster, ClusterIdentifier="hr")


def test_both_documents_are_within_the_quotas_of_aws() -> None:
    assert len(json.dumps(permissions_boundary(), separators=(",", ":"))) <= BOUNDARY_LIMIT
    printed = service_control_policy(load(REPOSITORY / "fleet.yaml"), ["arn:aws:iam::*:role/x" * 9])
    assert len(json.dumps(printed)) <= SCP_LIMIT
