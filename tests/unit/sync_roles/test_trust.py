"""Which roles Redshift can use: those that exist, trust it, and are of the cluster's account."""

from __future__ import annotations

from typing import Any

import pytest

from steward.domain.sync_roles.check import RoleFacts, conditions_of, problem_of, unusable
from steward.domain.sync_roles.trust import Trust, trust_of
from tests.support.role_facts import COPY, OLD

REDSHIFT = "redshift.amazonaws.com"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(principal: Any = None, action: Any = "sts:AssumeRole", **other: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal or {"Service": REDSHIFT}, "Action": action, **other}


@pytest.mark.parametrize(
    "document",
    [
        policy(allow()),
        {"Statement": allow()},
        policy(allow({"Service": ["ec2.amazonaws.com", REDSHIFT]})),
        policy(allow({"Service": "redshift.amazonaws.com.cn"})),
        policy(allow("*")),
        policy(allow(action=["sts:TagSession", "sts:AssumeRole"])),
        policy(allow(action="sts:*")),
        policy(allow(action="STS:assumerole")),
        policy(allow({"AWS": "arn:aws:iam::1:root"}), allow()),
        policy(allow(), allow(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})),
    ],
)
def test_a_role_that_lets_redshift_assume_it_is_trusted(document: Any) -> None:
    assert trust_of(document) == Trust()


@pytest.mark.parametrize(
    "document",
    [
        policy(),
        {},
        None,
        "text",
        policy(allow({"Service": "ec2.amazonaws.com"})),
        policy(allow({"AWS": REDSHIFT})),
        policy(allow(action="sts:TagSession")),
        {"Statement": ["no statement"]},
    ],
)
def test_any_other_role_is_not(document: Any) -> None:
    assert trust_of(document).problem == (
        "does not trust Redshift: its trust policy has to let redshift.amazonaws.com assume it"
    )


def test_a_denial_outweighs() -> None:
    denied = trust_of(policy(allow(), allow(Effect="Deny")))
    assert denied.problem == "is denied to Redshift by its trust policy"


def test_conditions_are_told_unless_it_is_trusted_without_them_too() -> None:
    conditional = allow(Condition={"StringEquals": {"sts:ExternalId": "x", "aws:SourceAccount": "1"}})
    assert trust_of(policy(conditional)).conditions == ("aws:SourceAccount", "sts:ExternalId")
    assert trust_of(policy(conditional, allow())).conditions == ()
    assert conditions_of(RoleFacts(COPY, policy(conditional))) == ("aws:SourceAccount", "sts:ExternalId")
    assert conditions_of(RoleFacts()) == ()


ACCOUNT = "123456789012"


def test_a_role_has_to_exist_under_exactly_its_arn() -> None:
    assert problem_of(COPY, ACCOUNT, RoleFacts(COPY, policy(allow()))) == ""
    assert problem_of(COPY, ACCOUNT, RoleFacts()) == "does not exist in IAM"
    elsewhere = COPY.replace("copy", "team/copy")
    assert problem_of(COPY, ACCOUNT, RoleFacts(elsewhere, policy(allow()))) == f"is {elsewhere} in IAM"
    assert "does not trust Redshift" in problem_of(COPY, ACCOUNT, RoleFacts(COPY, policy()))


def test_a_role_of_another_account_can_not_be_given() -> None:
    assert problem_of(COPY, "210987654321", RoleFacts(known=False)) == (
        "belongs to account 123456789012, and a cluster takes only roles of its own account, 210987654321"
    )


def test_nothing_is_held_against_a_role_that_may_not_be_looked_at() -> None:
    assert problem_of(COPY, ACCOUNT, RoleFacts(known=False)) == ""


def test_the_first_role_that_can_not_be_used_is_named_with_the_fix() -> None:
    problems = {OLD: "does not exist in IAM", COPY: ""}
    assert unusable([OLD, COPY], problems) == (
        "the role old does not exist in IAM; correct the role, or the rule that wants it"
    )
    assert unusable([COPY], problems) == ""
