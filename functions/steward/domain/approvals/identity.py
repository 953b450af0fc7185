"""Identities that AWS verifies, and when two of them may be the same person.

The ARN is that of the caller as STS names it: a user, a role's session or a federated user (IAM user guide,
"IAM identifiers"). A session's ARN carries the role's name without the role's path.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

SSO_ROLES = "AWSReservedSSO_"
"""Prefix of the roles that IAM Identity Center creates; it names each session after the signed-in user."""

_SSO_SESSION = re.compile(SSO_ROLES + r".+_[0-9a-f]{16}")

_ARN = re.compile(r"arn:[\w-]+:(?:iam|sts)::(?P<account>\d{12}):(?P<kind>[\w-]+)(?:/(?P<rest>.+))?")
_PATTERN = re.compile(r"arn:[\w*?-]+:(?:iam|sts)::[\d*?]+:(?P<kind>user|role|assumed-role|federated-user)/.+")


@dataclass(frozen=True)
class Identity:
    """A caller, parsed from an ARN.

    Attributes:
        arn: The text that was parsed; a text that is no ARN is kept and has an empty ``kind``.
        account: 12 digits, empty for other texts.
        kind: ``user``, ``assumed-role``, ``federated-user``, ``root``; empty for other texts.
        role: The role's name, for a session.
        name: The user's or the session's name; for other texts the whole text.
    """

    arn: str
    account: str = ""
    kind: str = ""
    role: str = ""
    name: str = ""


def identity(arn: str) -> Identity:
    """Never fails: a text that is no ARN becomes an identity with only a name."""
    found = _ARN.fullmatch(arn)
    if found is None:
        return Identity(arn, name=arn)
    kind, rest = found["kind"], found["rest"] or ""
    name = rest.rpartition("/")[2] or kind
    role = rest.split("/")[0] if kind == "assumed-role" else ""
    return Identity(arn, found["account"], kind, role, name)


def is_sso_session(who: Identity) -> bool:
    """Whether it is a session of IAM Identity Center, by the name of its role."""
    return bool(_SSO_SESSION.fullmatch(who.role))


def same_person(one: Identity, other: Identity) -> bool:
    """Whether two persons may be one, by their names; when in doubt, yes.

    Equal names are one person, whichever way they signed in: a user who assumed a role with a source
    identity, a person with two permission sets. Only for persons (`steward.domain.approvals.persons`): the
    name of another session says nothing.
    """
    return one.arn == other.arn or _same_name(one.name.casefold(), other.name.casefold())


def may_cancel_for(one: Identity, other: Identity) -> bool:
    """Whether one may cancel what the other has requested: the same person, or a session of its role."""
    return same_person(one, other) or (
        bool(one.role) and (one.account, one.role) == (other.account, other.role)
    )


def _same_name(one: str, other: str) -> bool:
    """``ann`` equals ``ann@example.com``; the same name at two domains differs."""
    if "@" in one and "@" in other:
        return one == other
    return one.partition("@")[0] == other.partition("@")[0]


def matches(who: Identity, pattern: str) -> bool:
    """Whether an approver's pattern (``*`` any characters, ``?`` one character) matches ``who``.

    A session is compared by its own ARN and by its role's.
    """
    if pattern_problem(pattern):
        return False
    return any(_glob(arn, pattern_arn) for arn, pattern_arn in _comparable(who, pattern))


def _comparable(who: Identity, pattern: str) -> list[tuple[str, str]]:
    own = (who.arn, pattern)
    if not who.role:
        return [own]
    partition = who.arn.split(":")[1]
    role = f"arn:{partition}:iam::{who.account}:role/{who.role}"
    return [own, (role, _without_path(pattern))]


def _without_path(pattern: str) -> str:
    """A role's name is unique in its account, so the path is not needed."""
    head, slash, tail = pattern.partition("/")
    return head + slash + tail.rpartition("/")[2]


def _glob(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern.replace("[", "[[]"))


def pattern_problem(pattern: str) -> str:
    """What is wrong with an approver's pattern, in one sentence; empty when nothing is."""
    found = _PATTERN.fullmatch(pattern)
    if found is None:
        return (
            "expected the ARN of an IAM user, role or session, for example "
            '"arn:aws:iam::123456789012:role/dba" (* and ? are wildcards after the service)'
        )
    path, _, name = pattern.partition("/")[2].rpartition("/")
    if found["kind"] == "role" and path and re.search(r"[*?]", name) and not name.startswith(SSO_ROLES):
        return "a session's ARN does not show its role's path, so write out the role's name or omit the path"
    return ""
