"""`steward doctor` says when four eyes cannot work here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cli.doctor.four_eyes_checks import check_drift_events, check_four_eyes

ROLE = "arn:aws:iam::123456789012:role/dba"
USER = "arn:aws:iam::123456789012:user/*"
SSO = "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_DBA_*"
SAML = "sts:AssumeRoleWithSAML"
MANAGEMENT = {"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]}
ADVANCED = {
    "AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
}


READS_ONLY = {
    "AdvancedEventSelectors": [
        {
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": ["Management"]},
                {"Field": "readOnly", "Equals": ["true"]},
            ]
        }
    ]
}


class FakeAws:
    """IAM, STS and CloudTrail of one account."""

    def __init__(
        self, trust: Any = None, selectors: Any = None, *, logging: bool = True, role: str = "/dba"
    ) -> None:
        self.trust, self.selectors, self.logging, self.role = trust, selectors or MANAGEMENT, logging, role

    def get_paginator(self, _: str) -> Any:
        """The only role, if there is one."""
        path, _, name = self.role.rpartition("/")
        role = {
            "RoleName": name,
            "Path": f"{path}/",
            "Arn": f"arn:aws:iam::123456789012:role{path}/{name}",
            "AssumeRolePolicyDocument": {"Statement": self.trust},
        }
        return SimpleNamespace(paginate=lambda: [{"Roles": [] if self.trust is None else [role]}])

    def get_caller_identity(self) -> Any:
        """The account."""
        return {"Account": "123456789012"}

    def describe_trails(self) -> Any:
        """One trail."""
        return {"trailList": [{"TrailARN": "trail"}]}

    def get_trail_status(self, **_: str) -> Any:
        """Whether it logs."""
        return {"IsLogging": self.logging}

    def get_event_selectors(self, **_: str) -> Any:
        """What it logs."""
        return self.selectors


def findings(aws: FakeAws | None = None, **approval: Any) -> list[tuple[str, str]]:
    """Level and sentence of each finding, for a policy with four eyes."""
    section = {"approval": {"required": True, "four_eyes": True} | approval}
    fake = aws or FakeAws()
    stack = SimpleNamespace(settings=lambda _: section)
    context: Any = SimpleNamespace(stack=stack, client=lambda _: fake)
    return [(each.level.value, each.detail) for each in check_four_eyes(context)]


def trust(*actions: str) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": list(actions)}, {"Effect": "Deny", "Action": "*"}]


@pytest.mark.parametrize("approvers", [[], [USER], [SSO], [ROLE, USER]])
def test_with_persons_among_the_approvers_it_works(approvers: list[str]) -> None:
    assert findings(approvers=approvers)[0][0] == "ok"
    assert findings(FakeAws(selectors=ADVANCED), approvers=approvers)[0][0] == "ok"


@pytest.mark.parametrize("off", [{"required": False}, {"four_eyes": False}])
def test_without_four_eyes_there_is_nothing_to_check(off: dict[str, bool]) -> None:
    assert findings(approvers=[ROLE], **off) == []


def test_only_sessions_of_roles_as_approvers_cannot_be_four_eyes() -> None:
    ((level, sentence),) = findings(approvers=[ROLE])
    assert level == "fail"
    assert sentence == f"all approvers are sessions of roles, whose names are no persons: {ROLE}"


@pytest.mark.parametrize(
    "aws",
    [
        FakeAws(logging=False),
        FakeAws(selectors={"EventSelectors": [{"IncludeManagementEvents": False}]}),
        FakeAws(
            selectors={"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "ReadOnly"}]}
        ),
        FakeAws(selectors=READS_ONLY),
    ],
)
def test_a_missing_trail_is_told(aws: FakeAws) -> None:
    ((level, sentence),) = findings(aws)
    assert level == "warn"
    assert sentence.startswith("no trail of CloudTrail logs management events here")

    ((level, sentence),) = drift_findings(aws, "sync-roles")
    assert level == "warn"
    assert "changes of roles by others start no run, and only the schedule corrects them" in sentence


def test_changes_by_others_are_heard_of_through_a_trail_and_matter_to_sync_roles_only() -> None:
    assert [level for level, _ in drift_findings(FakeAws(), "sync-roles")] == ["ok"]
    assert [level for level, _ in drift_findings(FakeAws(selectors=ADVANCED), "sync-roles")] == ["ok"]
    assert drift_findings(FakeAws(logging=False), "rotate-keys") == []


def drift_findings(aws: FakeAws, *machines: str) -> list[tuple[str, str]]:
    context: Any = SimpleNamespace(stack=SimpleNamespace(machines=machines), client=lambda _: aws)
    return [(each.level.value, each.detail) for each in check_drift_events(context)]


def test_a_federated_role_lets_nobody_in_but_by_the_identity_provider() -> None:
    federated = {"approvers": [ROLE], "federated_roles": [ROLE]}
    assert findings(FakeAws(trust(SAML, "sts:TagSession")), **federated)[0][0] == "ok"
    for actions in ([SAML, "sts:AssumeRole"], ["sts:*"]):
        (level, sentence), *_ = findings(FakeAws(trust(*actions)), **federated)
        assert level == "fail"
        assert f"its trust policy also allows {actions[-1]}, and so a session of any name" in sentence
    assert findings(FakeAws([{"Effect": "Allow", "NotAction": "s3:*"}]), **federated)[0][0] == "fail"
    assert findings(FakeAws(), **federated)[0] == ("warn", "the federated role dba does not exist")
    elsewhere = "arn:aws:iam::999999999999:role/dba"
    assert findings(approvers=[elsewhere], federated_roles=[elsewhere])[0][0] == "ok"


def setting(source: dict[str, Any] | None = None, **more: Any) -> list[dict[str, Any]]:
    """A trust policy that lets IAM users assume the role and set a source identity."""
    condition = {"Condition": source} if source else {}
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    return [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": actions, **condition, **more}]


BOUND = {"StringEquals": {"sts:SourceIdentity": "${aws:username}"}}


@pytest.mark.parametrize(
    "trusted",
    [
        setting(),
        setting(Action="sts:*"),
        setting(Action="*"),
        [{"Effect": "Allow", "Principal": "*", "NotAction": "s3:*"}],
        setting({"StringLike": {"sts:SourceIdentity": "*"}}),
        setting({"StringLike": {"sts:SourceIdentity": "${aws:username}*"}}),
        setting({"StringEquals": {"sts:SourceIdentity": ["ann", "bob"]}}),
        setting({"StringNotEquals": {"sts:SourceIdentity": "${aws:username}"}}),
        setting({"StringEquals": {"aws:PrincipalOrgID": "${aws:username}"}}),
        [*setting(BOUND), *setting()],
    ],
)
def test_a_role_of_an_approver_lets_nobody_choose_a_source_identity(trusted: Any) -> None:
    for approvers in ([], [ROLE, USER], ["arn:aws:iam::*:role/d*", USER]):
        ((level, sentence),) = findings(FakeAws(trusted), approvers=approvers)
        assert level == "fail"
        assert sentence.startswith("whoever may assume the role dba may set any source identity")


@pytest.mark.parametrize(
    "trusted",
    [
        setting(BOUND),
        setting({"StringLike": {"STS:SourceIdentity": ["${aws:PrincipalTag/person}"]}}),
        setting(Action=["sts:AssumeRole", "sts:TagSession"]),
        setting(Effect="Deny"),
        setting(Principal={"Federated": "saml"}, Action=[SAML, "sts:SetSourceIdentity"]),
    ],
)
def test_a_source_identity_that_follows_from_the_caller_is_a_person(trusted: Any) -> None:
    assert findings(FakeAws(trusted), approvers=[ROLE, USER])[0][0] == "ok"


def test_source_identities_of_roles_that_may_not_approve_do_not_matter() -> None:
    assert findings(FakeAws(setting()), approvers=[USER])[0][0] == "ok"


def test_a_role_that_is_only_named_as_one_of_identity_center_is_told() -> None:
    name = "AWSReservedSSO_DBA_0123456789abcdef"
    own, path = trust(SAML, "sts:TagSession"), "/aws-reserved/sso.amazonaws.com/eu-central-1"
    assert findings(FakeAws(own, role=f"{path}/{name}"), approvers=[SSO])[0][0] == "ok"
    assert findings(FakeAws(own, role="/AWSReservedSSO_backup"), approvers=[SSO])[0][0] == "ok"
    assert findings(FakeAws(own, role=f"/{name}"), approvers=[SSO]) == [
        ("fail", f"the role {name} is named as one of IAM Identity Center, but is none")
    ]
    opened = findings(FakeAws(trust(SAML, "sts:AssumeRole"), role=f"{path}/{name}"), approvers=[SSO])
    ((level, sentence),) = opened
    assert level == "fail"
    assert sentence.endswith("of IAM Identity Center, but its trust policy also allows sts:AssumeRole")
