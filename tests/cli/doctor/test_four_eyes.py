"""`steward doctor` says when four eyes cannot work here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cli.doctor.four_eyes_checks import check_four_eyes

ROLE = "arn:aws:iam::123456789012:role/dba"
USER = "arn:aws:iam::123456789012:user/*"
SSO = "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_DBA_*"
SAML = "sts:AssumeRoleWithSAML"
MANAGEMENT = {"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]}
ADVANCED = {
    "AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
}


class NoSuchEntityError(Exception):
    """IAM's error for a role that is not there."""


class FakeAws:
    """IAM, STS and CloudTrail of one account."""

    exceptions = SimpleNamespace(NoSuchEntityException=NoSuchEntityError)

    def __init__(self, trust: Any = None, selectors: Any = None, *, logging: bool = True) -> None:
        self.trust, self.selectors, self.logging = trust, selectors or MANAGEMENT, logging

    def get_role(self, **_: str) -> Any:
        """The only role, if there is one."""
        if self.trust is None:
            raise NoSuchEntityError
        return {"Role": {"AssumeRolePolicyDocument": {"Statement": self.trust}}}

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
    ],
)
def test_a_missing_trail_is_told(aws: FakeAws) -> None:
    ((level, sentence),) = findings(aws)
    assert level == "warn"
    assert sentence.startswith("no trail of CloudTrail logs management events here")


def test_a_federated_role_lets_nobody_in_but_by_the_identity_provider() -> None:
    federated = {"approvers": [ROLE], "federated_roles": [ROLE]}
    assert findings(FakeAws(trust(SAML, "sts:TagSession")), **federated)[0][0] == "ok"
    for actions in ([SAML, "sts:AssumeRole"], ["sts:*"]):
        ((level, sentence),) = findings(FakeAws(trust(*actions)), **federated)
        assert level == "fail"
        assert f"its trust policy also allows {actions[-1]}, and so a session of any name" in sentence
    assert findings(FakeAws([{"Effect": "Allow", "NotAction": "s3:*"}]), **federated)[0][0] == "fail"
    assert findings(FakeAws(), **federated)[0] == ("warn", "the federated role dba does not exist")
    elsewhere = "arn:aws:iam::999999999999:role/dba"
    assert findings(approvers=[elsewhere], federated_roles=[elsewhere])[0][0] == "ok"
