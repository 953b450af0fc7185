"""The AWS operations that a class calls, found in its source: boto3 clients, paginators and resources."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore import xform_name

from steward.adapters.ledger import table as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = {
    "_redshift": "redshift",
    "_kms": "kms",
    "_s3": "s3",
    "_sns": "sns",
    "_events": "events",
    "_states": "stepfunctions",
    "_trail": "cloudtrail",
    "_iam": "iam",
    "_cloudwatch": "cloudwatch",
    "_quotas": "service-quotas",
    "_table": "dynamodb",
    "_dynamodb": "dynamodb",
}
"""The attributes of adapters that hold a client or a resource, and the service behind each."""

IAM_NAMES = {"cloudwatch": "cloudwatch"}
"""IAM's names of services whose requests are signed for another name."""

HELPERS = {
    "read_many": ("dynamodb", ledger.read_many),
    "write_many": ("dynamodb", ledger.write_many),
    "read_one": ("table", ledger.read_one),
    "query_all": ("table", ledger.query_all),
}
"""Functions that call DynamoDB for adapters, each with the parameter through which it does."""

OUR_OWN = {"exceptions", "meta", "name", "get_paginator"}
"""What a client or resource has beside its operations."""


@cache
def model(service: str) -> Any:
    """The model of a service that botocore carries."""
    return botocore.session.get_session().get_service_model(service)


@cache
def operations(service: str) -> dict[str, str]:
    """The operations of a service, by boto3's name for each."""
    return {xform_name(name): name for name in model(service).operation_names}


def actions_of(adapter: type) -> set[str]:
    """``service:Operation``, as IAM names it, for every call in the class or in classes that it extends."""
    trees = [ast.parse(inspect.getsource(kind)) for kind in adapter.__mro__ if kind is not object]
    return {action for tree in trees for action in _actions(tree)}


def _actions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _held(node.value) and node.attr not in OUR_OWN:
            yield _action(_held(node.value), node.attr)
        if isinstance(node, ast.Call):
            yield from _by_call(node)


def _by_call(node: ast.Call) -> Iterator[str]:
    """Calls whose operation is no attribute: paginators and helpers."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get_paginator":
        (name,) = node.args
        assert isinstance(name, ast.Constant), "a paginator's operation is written out"
        yield _action(_held(node.func.value), str(name.value))
    if isinstance(node.func, ast.Name) and node.func.id in HELPERS:
        parameter, helper = HELPERS[node.func.id]
        for inner in ast.walk(ast.parse(inspect.getsource(helper))):
            if isinstance(inner, ast.Attribute) and _is_name(inner.value, parameter):
                yield _action("dynamodb", inner.attr)


def _held(node: ast.expr) -> str:
    """The service behind ``self._something``, empty for anything else."""
    if isinstance(node, ast.Attribute) and _is_name(node.value, "self"):
        return SERVICES.get(node.attr, "")
    return ""


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _action(service: str, method: str) -> str:
    assert method in operations(service), f"{service} has no operation {method}"
    return f"{IAM_NAMES.get(service) or model(service).signing_name}:{operations(service)[method]}"
