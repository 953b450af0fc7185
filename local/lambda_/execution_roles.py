"""The role that a function runs as: one that Lambda may assume, when it is named and at each invocation."""

import re
from http import HTTPStatus
from typing import Any

from moto.awslambda.exceptions import InvalidRoleFormat
from moto.awslambda.models import LambdaBackend, LambdaFunction

from local.iam.service_roles import LAMBDA, may_assume
from local.lambda_.errors import RoleNotAssumableError

_create_in_moto = LambdaBackend.create_function
_update_in_moto = LambdaBackend.update_function_configuration


def install() -> None:
    """Have moto's CreateFunction and UpdateFunctionConfiguration look at the role's trust policy."""
    LambdaBackend.create_function = _create_function  # type: ignore[assignment, method-assign] # moto asks no trust
    LambdaBackend.update_function_configuration = _update_configuration  # type: ignore[assignment, method-assign] # moto asks no trust


def require_assumable(function: LambdaFunction) -> None:
    """Refuse to run a function in the name of a role that does not trust Lambda any more.

    Raises:
        RoleNotAssumableError: ``AccessDeniedException``.
    """
    if not may_assume(LAMBDA, function.role, function.account_id, function.function_arn):
        raise RoleNotAssumableError("AccessDeniedException", HTTPStatus.FORBIDDEN)


def _create_function(backend: LambdaBackend, spec: dict[str, Any]) -> LambdaFunction:
    _check(backend, spec["Role"], spec["FunctionName"])
    return _create_in_moto(backend, spec)


def _update_configuration(
    backend: LambdaBackend, function_name: str, qualifier: str, body: dict[str, Any]
) -> dict[str, Any] | None:
    if body.get("Role"):
        _check(backend, body["Role"], function_name)
    return _update_in_moto(backend, function_name, qualifier, body)


def _check(backend: LambdaBackend, role: str, name: str) -> None:
    """Refuse what Lambda may not assume; moto itself refuses what is the ARN of no role."""
    function = f"arn:aws:lambda:{backend.region_name}:{backend.account_id}:function:{name.rpartition(':')[2]}"
    is_role = re.match(InvalidRoleFormat.pattern, role)
    if is_role and not may_assume(LAMBDA, role, backend.account_id, function):
        raise RoleNotAssumableError("InvalidParameterValueException", HTTPStatus.BAD_REQUEST)
