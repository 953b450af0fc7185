"""Who may be whom: identities, approvers' patterns, and two ARNs of one person."""

from __future__ import annotations

import pytest

from steward.domain.approvals.identity import (
    identity,
    is_sso_session,
    matches,
    may_cancel_for,
    pattern_problem,
    same_person,
)

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/team/ann"
SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_DBA_0123456789abcdef/"


def session(role: str, name: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{name}"


def test_an_identity_is_read_from_its_arn() -> None:
    user, role = identity(USER), identity(session("dba", "ann"))
    assert (user.kind, user.name, user.role) == ("user", "ann", "")
    assert (role.kind, role.name, role.role, role.account) == ("assumed-role", "ann", "dba", ACCOUNT)
    assert identity(f"arn:aws:iam::{ACCOUNT}:root").name == "root"
    assert identity("schedule").kind == ""


@pytest.mark.parametrize(
    ("pattern", "arn"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/dba", session("dba", "ann")),
        (f"arn:aws:iam::{ACCOUNT}:role/team/dba", session("dba", "ann")),
        ("arn:aws:iam::*:role/dba-*", session("dba-eu", "ann")),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/dba/ann", session("dba", "ann")),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/dba/*", session("dba", "bob")),
        (USER, USER),
        (f"arn:aws:iam::{ACCOUNT}:user/team/*", USER),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_DBA_*", f"{SSO}ann"),
    ],
)
def test_a_pattern_matches_whom_it_names(pattern: str, arn: str) -> None:
    assert matches(identity(arn), pattern)


@pytest.mark.parametrize(
    ("pattern", "arn"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/dba", session("dba-2", "ann")),
        (f"arn:aws:iam::{ACCOUNT}:role/dba", session("dba", "ann", account="999999999999")),
        (f"arn:aws:iam::{ACCOUNT}:role/dba", f"arn:aws:iam::{ACCOUNT}:user/dba"),
        (f"arn:aws:iam::{ACCOUNT}:role/ann", session("dba", "ann")),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/dba/ann", session("dba", "bob")),
        (f"arn:aws:iam::{ACCOUNT}:role/admins/*", session("dba", "ann")),
        (f"arn:aws:iam::{ACCOUNT}:user/[a]nn", f"arn:aws:iam::{ACCOUNT}:user/ann"),
        ("*", USER),
        ("arn:aws:iam::*:user/schedule", "schedule"),
    ],
)
def test_a_pattern_matches_nobody_else(pattern: str, arn: str) -> None:
    assert not matches(identity(arn), pattern)


def test_a_pattern_that_is_no_arn_says_what_one_looks_like() -> None:
    assert pattern_problem("dba@example.com").startswith("expected the ARN of an IAM user, role or session")
    assert pattern_problem(f"arn:aws:iam::{ACCOUNT}:role/admins/dba-*").startswith("a session's ARN does not")
    assert pattern_problem(f"arn:aws:iam::{ACCOUNT}:role/admins/dba") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (USER, USER),
        (USER, session("dba", "ann")),
        (f"{SSO}ann@example.com", f"{SSO}Ann@example.com"),
        (f"{SSO}ann@example.com", session("AWSReservedSSO_Admin_0123456789abcdef", "ann@example.com")),
        (f"{SSO}ann@example.com", USER),
        ("ann", USER),
    ],
)
def test_who_may_be_the_same_person_is(one: str, other: str) -> None:
    assert same_person(identity(one), identity(other))
    assert same_person(identity(other), identity(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (USER, f"arn:aws:iam::{ACCOUNT}:user/team/bob"),
        (f"{SSO}ann@example.com", f"{SSO}bob@example.com"),
        (f"{SSO}ann@example.com", f"{SSO}ann@example.org"),
        (session("dba", "ann"), session("dba", "bob")),
        (session("dba", "ann"), session("ops", "bob")),
        (session("dba", "ann"), session("dba", "bob", account="999999999999")),
        ("schedule", USER),
    ],
)
def test_other_people_are_others(one: str, other: str) -> None:
    assert not same_person(identity(one), identity(other))


def test_whoever_has_the_same_role_may_take_a_request_back() -> None:
    assert may_cancel_for(identity(session("dba", "ann")), identity(session("dba", "bob")))
    assert may_cancel_for(identity(USER), identity(session("dba", "ann")))
    assert not may_cancel_for(identity(session("dba", "ann")), identity(session("ops", "bob")))


def test_only_the_roles_of_identity_center_are_taken_for_them() -> None:
    assert is_sso_session(identity(f"{SSO}ann@example.com"))
    for role in ("AWSReservedSSO_", "AWSReservedSSO_DBA", "my-AWSReservedSSO_DBA_0123456789abcdef"):
        assert not is_sso_session(identity(session(role, "ann")))
