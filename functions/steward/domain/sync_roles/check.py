"""Whether a role can be given to a cluster at all: it exists, trusts Redshift, is of the same account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.sync_roles.arn import parse_role_arn, role_name
from steward.domain.sync_roles.trust import Trust, trust_of


@dataclass(frozen=True)
class RoleFacts:
    """What IAM says of a role.

    Attributes:
        arn: Its ARN, empty when there is no role of that name.
        trust_policy: Its trust policy as a JSON document.
        known: False when IAM does not let us look; then nothing is held against the role.
    """

    arn: str = ""
    trust_policy: Any = None
    known: bool = True


def problem_of(arn: str, account: str, facts: RoleFacts) -> str:
    """Why the role ``arn`` cannot be given to a cluster of ``account``; empty when it can.

    Redshift takes roles of its own account only (management guide, "Authorizing Amazon Redshift to access
    other AWS services on your behalf").
    """
    owner = parse_role_arn(arn).account
    if owner != account:
        return f"belongs to account {owner}, and a cluster takes only roles of its own account, {account}"
    if not facts.known:
        return ""
    if not facts.arn:
        return "does not exist in IAM"
    if facts.arn != arn:
        return f"is {facts.arn} in IAM"
    return trust_of(facts.trust_policy).problem


def conditions_of(facts: RoleFacts) -> tuple[str, ...]:
    """The conditions under which the role trusts Redshift."""
    trust = trust_of(facts.trust_policy) if facts.arn else Trust()
    return trust.conditions


def unusable(roles: Iterable[str], problems: Mapping[str, str]) -> str:
    """The first of the roles that cannot be used and why, as a sentence; empty when all can be."""
    arn = next((arn for arn in sorted(roles) if problems.get(arn)), "")
    if not arn:
        return ""
    return f"the role {role_name(arn)} {problems[arn]}; correct the role, or the rule that wants it"
