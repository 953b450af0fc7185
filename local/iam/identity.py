"""Who makes a call: found by the access key in Signature Version 4's ``Authorization`` header.

moto knows the keys of IAM users and the credentials that STS handed out. Local AWS takes any key, so every
other one counts as the account's root user.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

from local.context import Context
from local.moto_patches.source_identity import source_identity

PARTITION = "aws"

Kind = Literal["Root", "IAMUser", "AssumedRole"]
"""How CloudTrail names the type of a caller (CloudTrail user guide, "userIdentity element")."""


@dataclass(frozen=True)
class Caller:
    """One caller, as IAM policies and CloudTrail's records speak of it.

    Attributes:
        kind: What it is.
        arn: Of the user, of the root user, or of the session (``arn:aws:sts::…:assumed-role/ROLE/SESSION``).
        account: Whose credentials they are.
        principal_id: As in ``aws:userid``; ``ROLE-ID:SESSION`` for a session.
        name: The user's name, the session's name, or ``root``.
        access_key: What the call is signed with; empty for an unsigned one.
        role: ARN of the role that was assumed.
        source_identity: Of the session, empty for none.
    """

    kind: Kind
    arn: str
    account: str
    principal_id: str
    name: str
    access_key: str
    role: str | None = None
    source_identity: str = ""


def caller(headers: Mapping[str, str], context: Context) -> Caller:
    """Who signed a request.

    Args:
        headers: The request's, by their usual names.
        context: Its account is that of unknown keys.
    """
    key = access_key(headers.get("Authorization", ""))
    return _session(key) or _user(key) or _root(key, context.account)


def access_key(authorization: str) -> str:
    """The access key id in an ``Authorization`` header, or an empty string."""
    return authorization.partition("Credential=")[2].partition("/")[0]


def _session(key: str) -> Caller | None:
    for account in list(sts_backends):
        found = sts_backends[account][PARTITION].get_assumed_role_from_access_key(key)
        if found is not None:
            return _identity_of(found)
    return None


def _identity_of(session: AssumedRole) -> Caller:
    return Caller(
        kind="AssumedRole",
        arn=session.arn,
        account=session.account_id,
        principal_id=session.user_id,
        name=session.session_name,
        access_key=session.access_key_id,
        role=session.role_arn,
        source_identity=source_identity(session),
    )


def _user(key: str) -> Caller | None:
    for account in list(iam_backends):
        user = iam_backends[account][PARTITION].get_user_from_access_key_id(key)
        if user is not None:
            return Caller("IAMUser", user.arn, account, user.id, user.name, key)
    return None


def _root(key: str, account: str) -> Caller:
    return Caller("Root", f"arn:{PARTITION}:iam::{account}:root", account, account, "root", key)
