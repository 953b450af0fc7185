"""What a call needs beside its own action, as the Service Authorization Reference lists it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.iam.dependent_actions import dependent_actions
from local.redshift import backend_of
from local.redshift.behavior.knobs import Knobs
from tests.support.local_aws import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.local_aws import TestAws

USES = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant"]
VIA = {"StringEquals": {"kms:ViaService": f"redshift.{REGION}.amazonaws.com"}}
READS = [each for each in dependent_actions("redshift:RestoreFromClusterSnapshot") if each.startswith("ec2:")]
RESTORE = {"ClusterIdentifier": "copy", "SnapshotIdentifier": "one"}
PROMPT = {"describe_lag": "0 seconds", "post_op_busy_tail": "0 seconds", "maintenance": "quiet"}


@pytest.fixture
def key(aws: TestAws) -> Iterator[str]:
    """The customer's key of a cluster `dwh` with a snapshot `one`."""
    backend = backend_of(aws.context)
    backend.reset()
    backend.knobs_of_new = Knobs(**PROMPT)
    arn = backend.keys.declare("alias/ours", "Enabled")
    redshift = aws.client("redshift")
    admin = {"MasterUsername": "admin", "MasterUserPassword": "Secret123"}
    redshift.create_cluster(ClusterIdentifier="dwh", NodeType="ra3.xlplus", KmsKeyId=arn, **admin)
    redshift.create_cluster(ClusterIdentifier="plain", NodeType="ra3.xlplus", **admin)
    aws.clock.advance(400)
    for cluster, name in (("dwh", "one"), ("plain", "two")):
        redshift.create_cluster_snapshot(ClusterIdentifier=cluster, SnapshotIdentifier=name)
    aws.clock.advance(400)
    yield arn
    backend.reset()


def user(aws: TestAws, *statements: dict[str, Any]) -> Any:
    """Redshift as somebody may use it who has these statements beside all of Redshift's actions."""
    iam, name = aws.client("iam"), f"user-{len(aws.client('iam').list_users()['Users'])}"
    iam.create_user(UserName=name)
    allowed = [{"Effect": "Allow", "Action": "redshift:*", "Resource": "*"}, *statements]
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return boto3.client(
        "redshift",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def allow(*actions: str, **condition: Any) -> dict[str, Any]:
    conditions = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **conditions}


def code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize("missing", USES)
def test_a_restore_needs_each_use_of_the_customers_key(aws: TestAws, key: str, missing: str) -> None:
    assert key
    held = [each for each in USES if each != missing]
    redshift = user(aws, allow(*held), allow(*READS))
    assert code(redshift.restore_from_cluster_snapshot, **RESTORE) == "DependentServiceAccessDenied"


@pytest.mark.parametrize("missing", READS)
def test_a_restore_needs_each_look_at_the_network(aws: TestAws, key: str, missing: str) -> None:
    assert key
    redshift = user(aws, allow(*USES), allow(*[each for each in READS if each != missing]))
    assert code(redshift.restore_from_cluster_snapshot, **RESTORE) == "UnauthorizedOperation"


@pytest.mark.parametrize("condition", [VIA, {"Bool": {"kms:GrantIsForAWSResource": "true"}}])
def test_the_key_is_used_through_redshift_and_grants_are_for_aws(
    aws: TestAws, key: str, condition: dict[str, Any]
) -> None:
    assert key
    others = allow(*USES[1:], **VIA)
    redshift = user(aws, allow(USES[0], **condition), others, allow(*READS))
    redshift.restore_from_cluster_snapshot(**RESTORE)


def test_a_permission_for_another_service_is_none(aws: TestAws, key: str) -> None:
    assert key
    elsewhere = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    redshift = user(aws, allow(*USES, **elsewhere), allow(*READS))
    assert code(redshift.restore_from_cluster_snapshot, **RESTORE) == "DependentServiceAccessDenied"


def test_awss_own_key_lets_redshift_in_by_itself(aws: TestAws, key: str) -> None:
    assert key
    redshift = user(aws, allow(*READS))
    redshift.restore_from_cluster_snapshot(ClusterIdentifier="copy", SnapshotIdentifier="two")


@pytest.mark.parametrize("needed", [True, False])
def test_a_rotation_needs_the_key_as_well_or_not(aws: TestAws, key: str, needed: bool) -> None:  # noqa: FBT001 the rule's two sides
    assert key
    cluster = backend_of(aws.context).cluster("dwh")
    cluster.knobs = replace(cluster.knobs, rotate_needs_kms=needed)
    if needed:
        assert (
            code(user(aws).rotate_encryption_key, ClusterIdentifier="dwh") == "DependentServiceAccessDenied"
        )
    user(aws, *[allow(*USES, **VIA)] * needed).rotate_encryption_key(ClusterIdentifier="dwh")
    assert cluster.current_status() == "rotating-keys"
