"""What IAM must allow for a call: its own action and those that it depends on.

Service Authorization Reference, Amazon Redshift, table of API operations: a DeleteCluster with a final
snapshot also needs CreateClusterSnapshot; roles need iam:PassRole for redshift.amazonaws.com, those of
scheduled actions for scheduler.redshift.amazonaws.com; tags given at creation need CreateTags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.iam.authorization import Permission
from local.iam.pass_role import pass_role
from local.iam.principals import tags_context
from local.iam.service_roles import REDSHIFT, REDSHIFT_SCHEDULER
from local.redshift.api import resources
from local.redshift.api.dependents import dependent_permissions
from local.redshift.api.registry import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.iam.patterns import RequestContext
    from local.redshift.state.backend import RedshiftBackend

    Parameters = dict[str, Any]

ABOUT_CLUSTERS = frozenset({"DescribeLoggingStatus", "EnableLogging", "DisableLogging"})
"""Calls of moto's whose resource is the cluster."""


def permissions_for_call(backend: RedshiftBackend, name: str, parameters: Parameters) -> Iterator[Permission]:
    """Everything that one call needs."""
    request = _request_context(parameters)
    about = list(_resources(backend, name, parameters))
    for arn, tags in about:
        yield Permission(_action(name, parameters), arn, request | tags_context("aws:ResourceTag", tags))
    if parameters.get("FinalClusterSnapshotIdentifier"):
        for arn, _ in resources.new_snapshot(backend, parameters):
            yield Permission("redshift:CreateClusterSnapshot", arn, request)
    if parameters.get("Tags") and name != "CreateTags":
        for arn, _ in about:
            yield Permission("redshift:CreateTags", arn, request)
    yield from _pass_role(backend, parameters)
    yield from dependent_permissions(backend, name, parameters)


def _action(name: str, parameters: Parameters) -> str:
    registered = CALLS.get(name)
    other = registered.action if registered is not None else None
    return f"redshift:{other(parameters) if other is not None else name}"


def _resources(backend: RedshiftBackend, name: str, parameters: Parameters) -> Iterator[tuple[str, Any]]:
    if name in CALLS:
        return CALLS[name].resource(backend, parameters)
    return (resources.cluster if name in ABOUT_CLUSTERS else resources.groups)(backend, parameters)


def _request_context(parameters: Parameters) -> RequestContext:
    """``aws:RequestTag/…`` and ``aws:TagKeys``."""
    tags = parameters.get("Tags") or []
    keys = [tag["Key"] for tag in tags] or list(parameters.get("TagKeys") or [])
    context = tags_context("aws:RequestTag", tags)
    return context | ({"aws:tagkeys": tuple(keys)} if keys else {})


def _pass_role(backend: RedshiftBackend, parameters: Parameters) -> Iterator[Permission]:
    """iam:PassRole on each role that a cluster or a scheduled action is handed."""
    for role in parameters.get("AddIamRoles") or parameters.get("IamRoles") or []:
        (cluster, _), *_ = resources.cluster(backend, parameters)
        yield pass_role(role, REDSHIFT, cluster)
    if parameters.get("IamRole"):
        yield pass_role(parameters["IamRole"], REDSHIFT_SCHEDULER)
