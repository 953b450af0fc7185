"""IAM as the last guard: who may delete what, read from the synthesized policies."""

from __future__ import annotations

from typing import Any

import pytest

from infra.workflows.deprovision import DENIED_ON_PROTECTED
from steward.domain.deprovision.copies import COPY_TAG, PREFIX
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.deprovision.settings import PROTECTED_TAG
from tests.contracts.test_permissions import role_of_handler
from tests.support.synthesis import as_list, flat, logical_id, resource, resources

DELETE = "redshift:DeleteCluster"


def statements() -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every policy, with each role that it is attached to."""
    return [
        (logical_id(flat(role)), statement)
        for policy in resources("AWS::IAM::Policy").values()
        for role in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def about(action: str, effect: str = "Allow") -> list[tuple[str, dict[str, Any]]]:
    return [(role, s) for role, s in statements() if action in as_list(s["Action"]) and s["Effect"] == effect]


def test_only_the_two_functions_that_delete_may_delete_a_cluster() -> None:
    assert sorted(role for role, _ in about(DELETE)) == sorted(
        map(role_of_handler, ("deprovision.delete", "deprovision.remove_copy"))
    )


def test_a_cluster_of_the_fleet_may_only_be_deleted_with_the_tag_of_an_approval() -> None:
    (statement,) = (s for role, s in about(DELETE) if role == role_of_handler("deprovision.delete"))

    assert as_list(statement["Action"]) == [DELETE]
    assert statement["Condition"] == {"StringLike": {f"aws:ResourceTag/{APPROVED_TAG}": "sha256:*"}}


def test_a_copy_may_only_be_deleted_by_its_name_and_its_tag() -> None:
    (statement,) = (s for role, s in about(DELETE) if role == role_of_handler("deprovision.remove_copy"))

    assert flat(statement["Resource"]).endswith(f":cluster:{PREFIX}*")
    assert statement["Condition"] == {"StringLike": {f"aws:ResourceTag/{COPY_TAG}": "*"}}


@pytest.mark.parametrize("action", sorted(DENIED_ON_PROTECTED))
@pytest.mark.parametrize("handler", ["deprovision.advance", "deprovision.delete", "deprovision.remove_copy"])
def test_what_the_policy_protects_is_denied_to_every_function_that_changes(handler: str, action: str) -> None:
    denied = [s for role, s in about(action, "Deny") if role == role_of_handler(handler)]
    tags = {k: v for s in denied for k, v in s.get("Condition", {}).get("StringLike", {}).items()}
    named = [flat(arn) for s in denied if "Condition" not in s for arn in as_list(s["Resource"])]

    assert tags == {
        f"aws:ResourceTag/{PROTECTED_TAG}": ["*"],
        "aws:ResourceTag/tier": ["critical"],
    }
    assert [arn.rpartition(":")[2] for arn in named] == ["*-ledger", "*-ledger/*"]


def test_nobody_may_delete_a_snapshot_or_make_one_expire() -> None:
    forbidden = {"DeleteClusterSnapshot", "BatchDeleteClusterSnapshots", "ModifyClusterSnapshot"}
    forbidden |= {"BatchModifyClusterSnapshots", "ModifyCluster", "DeleteSnapshotSchedule"}

    granted = {action.partition(":")[2] for _, s in statements() for action in as_list(s["Action"])}

    assert granted & forbidden == set()


def test_the_evidence_outlives_the_stack() -> None:
    ledger = next(r for name, r in resources("AWS::DynamoDB::Table").items() if "Ledger" in name)

    assert ledger["DeletionPolicy"] == ledger["UpdateReplacePolicy"] == "Retain"
    assert resource("AWS::DynamoDB::Table", "Ledger")["DeletionProtectionEnabled"] is True
