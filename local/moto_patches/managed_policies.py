"""AWS's managed policies, each loaded when it is first used.

moto has them all or, by default, none; reading all 1,500 takes half a second for each account, and ``cdk
bootstrap`` attaches three.
"""

import functools
import json
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy

OWNED_BY_AWS = "arn:aws:iam::aws:policy/"

_attach_in_moto = IAMBackend.attach_role_policy
_get_in_moto = IAMBackend.get_policy


def install() -> None:
    """Have moto know a managed policy as soon as one is attached or looked up."""
    for name, own in (("attach_role_policy", _attach), ("get_policy", _get)):
        setattr(IAMBackend, name, own)


def _attach(backend: IAMBackend, policy_arn: str, role_name: str) -> None:
    _add_managed_policy(backend, policy_arn)
    _attach_in_moto(backend, policy_arn, role_name)


def _get(backend: IAMBackend, policy_arn: str) -> ManagedPolicy:
    _add_managed_policy(backend, policy_arn)
    return _get_in_moto(backend, policy_arn)


def _add_managed_policy(backend: IAMBackend, arn: str) -> None:
    """Add the policy to what the backend knows, if it is one of AWS's."""
    name = arn.rpartition("/")[2]
    if not arn.startswith(OWNED_BY_AWS) or arn in backend.managed_policies or name not in _all():
        return
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, _all()[name])
    backend.managed_policies[policy.arn] = policy


@functools.cache
def _all() -> dict[str, Any]:
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies
