"""Whether a caller may do what a call asks for, and AWS's sentence when not.

Callers whom IAM knows (users, and sessions of roles) need an allow in each kind of policy that they are
under; a resource's own policy can stand in for the identity's (IAM user guide, "Policy evaluation logic";
the sentences: "Troubleshoot access denied error messages"). Nobody else is restricted: see `principals`.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from local.context import Context
from local.iam.identity import Caller
from local.iam.patterns import RequestContext
from local.iam.policy import Effect, Request, effect
from local.iam.principals import IDENTITY_BASED, Layer, layers, principal_context

LOG = logging.getLogger("local")
ACCOUNT = 4
"""Which part of an ARN is the account."""


class AccessDeniedError(Exception):
    """A call is refused; the message is AWS's sentence.

    Attributes:
        action: What is not allowed.
    """

    action = ""


@dataclass(frozen=True)
class Permission:
    """One action on one resource that a call needs to be allowed.

    Attributes:
        context: Condition keys of the resource and the request, beside those of the caller.
        resource_policy: JSON of the policy that the resource has itself.
        must_be_trusted: Whether the resource's policy has to let the caller or its account in: a role's, and
            a KMS key's, without which no policy of the account counts (KMS developer guide, "Key policies").
    """

    action: str
    resource: str
    context: RequestContext = field(default_factory=dict)
    resource_policy: str | None = None
    must_be_trusted: bool = False


def authorize(caller: Caller, permissions: Iterable[Permission], context: Context, region: str) -> None:
    """Refuse a call of which anything is not allowed.

    Args:
        caller: Who calls.
        permissions: Everything that the call needs.
        context: Its clock is the policies'.
        region: Where the call is made.

    Raises:
        AccessDeniedError: With the sentence for the first permission that is not allowed.
        UnknownOperatorError: A policy has a condition that cannot be evaluated.
    """
    restrictions = layers(caller)
    if restrictions is None:
        return
    general = principal_context(caller) | _request_context(context, region)
    for permission in permissions:
        try:
            owner: RequestContext = {"aws:resourceaccount": (_account_of(permission.resource, context),)}
            _check(caller, restrictions, permission, general | owner | permission.context)
        except AccessDeniedError as refusal:
            refusal.action = permission.action
            LOG.info("AccessDenied: %s", refusal)
            raise


def _account_of(resource: str, context: Context) -> str:
    """Whose a resource is; ARNs of buckets and their objects name no account."""
    parts = resource.split(":", 5)
    return (parts[ACCOUNT] if len(parts) > ACCOUNT else "") or context.account


def _request_context(context: Context, region: str) -> RequestContext:
    now = context.clock.now()
    return {
        "aws:currenttime": (f"{now:%Y-%m-%dT%H:%M:%SZ}",),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:requestedregion": (region,),
        "aws:securetransport": ("true",),  # localhost stands for AWS's endpoints, which are reached by TLS
        "aws:sourceip": ("127.0.0.1",),
    }


def _check(
    caller: Caller, restrictions: tuple[Layer, ...], permission: Permission, context: RequestContext
) -> None:
    request = Request(permission.action, permission.resource, context)
    granted = _granted_by_resource(caller, permission, request)
    found = [(layer, effect(layer.documents, request)) for layer in restrictions]
    for layer, said in found:
        if said is Effect.DENY:
            raise AccessDeniedError(_explicit(caller, permission, layer.article))
    for layer, said in found:
        stands_in = granted and layer.name == IDENTITY_BASED
        if said is Effect.SILENT and not stands_in:
            because = f"because no {layer.name} allows the {permission.action} action"
            raise AccessDeniedError(f"{_refusal(caller, permission)} {because}")


def _granted_by_resource(caller: Caller, permission: Permission, request: Request) -> bool:
    """Whether the resource's own policy allows the caller itself.

    A policy that names the caller's account leaves the decision to the account's own policies.
    """
    if permission.resource_policy is None:
        return False
    itself = (caller.arn, *([caller.role] if caller.role else []))
    account = (f"arn:aws:iam::{caller.account}:root", caller.account)
    said = effect([permission.resource_policy], replace(request, principals=itself + account))
    if said is Effect.DENY:
        raise AccessDeniedError(_explicit(caller, permission, "a resource-based policy"))
    if said is Effect.SILENT and permission.must_be_trusted:
        raise AccessDeniedError(_refusal(caller, permission))
    return effect([permission.resource_policy], replace(request, principals=itself)) is Effect.ALLOW


def _refusal(caller: Caller, permission: Permission) -> str:
    action, resource = permission.action, permission.resource
    return f"User: {caller.arn} is not authorized to perform: {action} on resource: {resource}"


def _explicit(caller: Caller, permission: Permission, where: str) -> str:
    return f"{_refusal(caller, permission)} with an explicit deny in {where}"
