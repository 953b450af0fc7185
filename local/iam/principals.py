"""The policies that a caller is under, from moto's IAM: its own, its boundary's, its session's.

The account's root user is under none. So are sessions of a role that IAM does not have: no such session
exists on AWS, but tests of state machines and schedules need not create the roles that they name.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from moto.iam.exceptions import NotFoundException
from moto.iam.models import Group, IAMBackend, Role, User, iam_backends
from moto.sts.models import sts_backends

from local.iam.identity import PARTITION, Caller
from local.iam.patterns import RequestContext

IDENTITY_BASED = "identity-based policy"


@dataclass(frozen=True)
class Layer:
    """Policies of one kind, of which each must allow a request.

    Attributes:
        name: As AWS's refusals call one of them.
        documents: JSON.
    """

    name: str
    documents: tuple[str, ...]

    @property
    def article(self) -> str:
        """The name with its article, as in ``an explicit deny in an identity-based policy``."""
        return f"an {self.name}" if self.name == IDENTITY_BASED else f"a {self.name}"


def layers(caller: Caller) -> tuple[Layer, ...] | None:
    """All kinds of policies that the caller is under; None for a caller whom nothing restricts."""
    holder = _holder(caller)
    if holder is None:
        return None
    found = [Layer(IDENTITY_BASED, tuple(_own(holder)))]
    if caller.role is not None and (session := _session_policy(caller)):
        found.append(Layer("session policy", (session,)))
    if boundary := getattr(holder, "permissions_boundary_arn", None):
        policy = _backend(caller.account).managed_policies.get(boundary)
        found.append(Layer("permissions boundary", (_document(policy),) if policy is not None else ()))
    return tuple(found)


def principal_context(caller: Caller) -> RequestContext:
    """The condition keys that speak of the caller (IAM user guide, "AWS global condition context keys")."""
    kinds = {"Root": "Account", "IAMUser": "User", "AssumedRole": "AssumedRole"}
    context: RequestContext = {
        "aws:principalarn": (caller.role or caller.arn,),
        "aws:principalaccount": (caller.account,),
        "aws:principaltype": (kinds[caller.kind],),
        "aws:principalisawsservice": ("false",),
        "aws:userid": (caller.principal_id,),
    }
    if caller.kind == "IAMUser":
        context["aws:username"] = (caller.name,)
    tags = tags_context("aws:PrincipalTag", principal_tags(caller))
    return context | tags


def principal_tags(caller: Caller) -> list[dict[str, str]]:
    """The tags of the user or role behind a caller."""
    holder = _holder(caller)
    if holder is None:
        return []
    if caller.role is not None:
        return list(cast("Role", holder).tags or [])
    return _backend(caller.account).list_user_tags(holder.name)


def role_tags(arn: str) -> list[dict[str, str]]:
    """The tags of a role; none for one that IAM does not have."""
    role = _role(arn)
    return list(role.tags or []) if role is not None else []


def tags_context(key: str, tags: Iterable[dict[str, str]]) -> RequestContext:
    """Tags as condition keys, such as ``aws:ResourceTag/team``."""
    return {f"{key}/{tag['Key']}".lower(): (tag.get("Value", ""),) for tag in tags}


def _holder(caller: Caller) -> User | Role | None:
    """What moto keeps the policies at."""
    if caller.role is not None:
        return _role(caller.role)
    with suppress(NotFoundException):
        return _backend(caller.account).get_user(caller.name) if caller.kind == "IAMUser" else None
    return None


def _role(arn: str) -> Role | None:
    with suppress(NotFoundException):
        return _backend(arn.split(":")[4]).get_role_by_arn(arn)
    return None


def _backend(account: str) -> IAMBackend:
    return iam_backends[account][PARTITION]


def _own(holder: User | Role | Group) -> Iterable[str]:
    yield from holder.policies.values()
    yield from map(_document, holder.managed_policies.values())
    if hasattr(holder, "access_keys"):  # a user
        for group in _backend(holder.account_id).get_groups_for_user(holder.name):
            yield from _own(group)


def _document(policy: Any) -> str:
    return str(next(version.document for version in policy.versions if version.is_default))


def _session_policy(caller: Caller) -> str | None:
    session = sts_backends[caller.account][PARTITION].get_assumed_role_from_access_key(caller.access_key)
    return session.policy or None if session is not None else None
