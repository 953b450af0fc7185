"""What the roles of the deployed functions may not do, tried with each role: IAM as the last guard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from steward.domain.workflows import DEPROVISION
from tests.support.rights import is_denied, session_of
from tests.support.scenario import Steward, cluster

if TYPE_CHECKING:
    from tests.support.stage import Stage

CLUSTER = "arn:aws:redshift:eu-central-1:123456789012:cluster:"
APPROVED, ROTATED, COPY = "steward:deletion-approved", "steward:keys-rotated-at", "steward:restore-test"
PROTECTED = "steward:protected"
DELETE_ROLE = "DeleteClusterRole"


@pytest.fixture
def fleet(steward: Steward) -> Steward:
    protected = {"tags": {PROTECTED: "yes"}}
    names = [
        cluster("sales"),
        cluster("hr", **protected),
        cluster("sales-ledger"),
        cluster("steward-restore-1"),
    ]
    steward.given(names, workflow=DEPROVISION.name)
    return steward


def redshift_of(stage: Stage, role: str) -> Any:
    return stage.client_as("redshift", **session_of(stage, role))


VALUES = {ROTATED: "2026-11-21T21:00:00Z", "retired-by": "redshift-steward"}


def tags(*keys: str) -> list[dict[str, str]]:
    """Tags of these keys with values that the steward gives them."""
    return [{"Key": key, "Value": VALUES.get(key, "sha256:1")} for key in keys]


@pytest.mark.parametrize(
    ("role", "name", "keys", "denied"),
    [
        ("FinishRotation", "sales", (ROTATED,), False),
        ("FinishRotation", "sales", (APPROVED,), True),
        ("FinishRotation", "sales", (ROTATED, APPROVED), True),
        ("AdvanceDeprovision", "sales", (APPROVED,), False),
        ("AdvanceDeprovision", "sales", (PROTECTED,), True),
        ("AdvanceDeprovision", "sales", (APPROVED, "owner"), True),
        ("AdvanceDeprovision", "sales", (COPY,), True),
        ("AdvanceDeprovision", "steward-restore-1", (COPY,), False),
        ("AdvanceDeprovision", "hr", (APPROVED,), True),
        (DELETE_ROLE, "sales", (APPROVED,), True),
    ],
)
def test_a_function_may_write_the_tags_that_are_its_task_and_no_other(
    fleet: Steward, stage: Stage, role: str, name: str, keys: tuple[str, ...], *, denied: bool
) -> None:
    write = redshift_of(stage, role).create_tags
    assert is_denied(write, ResourceName=CLUSTER + name, Tags=tags(*keys)) is denied
    written = {tag["Key"] for tag in fleet.find(name).tags}
    assert (set(keys) <= written) is (not denied)


@pytest.mark.parametrize(
    ("role", "key", "value"),
    [("FinishRotation", ROTATED, "never"), ("AdvanceDeprovision", APPROVED, "by me")],
)
def test_a_function_may_give_its_tags_no_other_values(
    fleet: Steward, stage: Stage, role: str, key: str, value: str
) -> None:
    write = redshift_of(stage, role).create_tags
    assert is_denied(write, ResourceName=f"{CLUSTER}sales", Tags=[{"Key": key, "Value": value}])
    assert key not in {tag["Key"] for tag in fleet.find("sales").tags}


@pytest.mark.parametrize("key", [PROTECTED, "owner"])
def test_no_function_may_remove_the_protection_or_a_tag_of_others(
    fleet: Steward, stage: Stage, key: str
) -> None:
    remove = redshift_of(stage, "AdvanceDeprovision").delete_tags
    assert is_denied(remove, ResourceName=CLUSTER + "hr", TagKeys=[key])
    assert is_denied(remove, ResourceName=CLUSTER + "hr", TagKeys=[APPROVED, key])
    assert not is_denied(remove, ResourceName=CLUSTER + "hr", TagKeys=[APPROVED])
    assert PROTECTED in {tag["Key"] for tag in fleet.find("hr").tags}


@pytest.mark.usefixtures("fleet")
def test_snapshots_get_the_tags_of_the_policy_and_no_others(stage: Stage) -> None:
    take = redshift_of(stage, "AdvanceDeprovision").create_cluster_snapshot
    snapshot = partial(take, ClusterIdentifier="sales", SnapshotIdentifier="guard")
    assert is_denied(snapshot, Tags=tags("steward:run", "tier"))
    assert is_denied(snapshot, Tags=[*tags("steward:run"), {"Key": "retired-by", "Value": "me"}])
    assert not is_denied(snapshot, Tags=tags("steward:run", "retired-by"))


@pytest.mark.parametrize("name", ["hr", "sales-ledger"])
def test_what_the_policy_protects_is_denied_to_each_role_of_deprovision(
    fleet: Steward, stage: Stage, name: str
) -> None:
    stage.client("redshift").create_cluster_snapshot(
        ClusterIdentifier=name, SnapshotIdentifier="own", Tags=tags(PROTECTED)
    )
    advance = redshift_of(stage, "AdvanceDeprovision")
    for call in (advance.pause_cluster, advance.rotate_encryption_key):
        assert is_denied(call, ClusterIdentifier=name)
    assert is_denied(advance.create_tags, ResourceName=CLUSTER + name, Tags=tags(APPROVED))
    assert is_denied(
        advance.restore_from_cluster_snapshot,
        ClusterIdentifier="steward-restore-2",
        SnapshotIdentifier="own",
        SnapshotClusterIdentifier=name,
    )
    deletion = {"ClusterIdentifier": name, "FinalClusterSnapshotIdentifier": "last"}
    assert is_denied(redshift_of(stage, DELETE_ROLE).delete_cluster, **deletion)
    assert fleet.find(name).current_status() == "available"


def test_a_cluster_that_is_protected_in_quarantine_may_be_put_back(fleet: Steward, stage: Stage) -> None:
    stage.client("redshift").pause_cluster(ClusterIdentifier="hr")
    fleet.pass_time(minutes=30)
    advance = redshift_of(stage, "AdvanceDeprovision")
    assert not is_denied(advance.resume_cluster, ClusterIdentifier="hr")


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize(
    ("role", "partition", "denied"),
    [
        ("FinishRotation", "CLUSTER#sales", False),
        ("FinishRotation", "REQUESTS", True),
        ("ConvergeRoles", "REQUESTS", True),
        ("ConvergeRoles", "SCHEDULE#rotate-keys", True),
        ("AbandonRole", "REQUESTS", True),
        ("AdvanceDeprovision", "REQUESTS", False),
        ("AdvanceDeprovision", "WATCH", True),
        ("RequestApproval", "CLUSTER#sales", True),
        ("RequestApproval", "REQUESTS", False),
    ],
)
def test_a_function_may_write_the_kinds_of_records_that_are_its_task_and_no_other(
    stage: Stage, role: str, partition: str, *, denied: bool
) -> None:
    put = stage.client_as("dynamodb", **session_of(stage, role)).put_item
    item = {"pk": {"S": partition}, "sk": {"S": "forged"}}
    assert is_denied(put, TableName=stage.outputs["LedgerTable"], Item=item) is denied
    assert (partition in {each["pk"] for each in stage.items()}) is (not denied)


@pytest.mark.usefixtures("fleet")
def test_watch_may_write_when_it_began_and_no_lock_or_request(stage: Stage) -> None:
    table = stage.outputs["LedgerTable"]
    update = stage.client_as("dynamodb", **session_of(stage, "ObservationWatchRole")).update_item
    for partition, denied in (("WATCH", False), ("CLUSTER#sales", True), ("REQUESTS", True)):
        key = {"pk": {"S": partition}, "sk": {"S": "forged"}}
        sets = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"S": "b"}}}
        assert is_denied(update, TableName=table, Key=key, **sets) is denied


@pytest.mark.usefixtures("fleet")
def test_no_function_may_create_a_grant_on_a_key_by_itself(stage: Stage) -> None:
    key = stage.client("kms").create_key()["KeyMetadata"]["KeyId"]
    create = stage.client_as("kms", **session_of(stage, "AdvanceDeprovision")).create_grant
    assert is_denied(
        create, KeyId=key, GranteePrincipal="arn:aws:iam::123456789012:user/me", Operations=["Decrypt"]
    )
