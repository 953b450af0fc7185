"""What each call of Redshift needs to be allowed: actions, resources and condition keys.

Service Authorization Reference, Amazon Redshift: its table of API operations (a DeleteCluster with a final
snapshot also needs CreateClusterSnapshot; roles need iam:PassRole for redshift.amazonaws.com; tags given at
creation need CreateTags) and its table of actions (which resource types each has). Calls without a resource
type are about ``*``. DescribeClusters without an identifier is about all clusters (``cluster:*``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.iam.authorization import RequiredPermission
from local.iam.principals import role_tags, tags_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.iam.patterns import RequestContext
    from local.redshift.state.backend import RedshiftBackend

Parameters = dict[str, Any]
Tags = list[dict[str, str]]

SERVICE = "redshift.amazonaws.com"
OF_CLUSTERS = frozenset(
    {
        "CancelResize",
        "CreateCluster",
        "DeleteCluster",
        "DescribeClusters",
        "DescribeLoggingStatus",
        "DescribeResize",
        "DisableLogging",
        "DisableSnapshotCopy",
        "EnableLogging",
        "EnableSnapshotCopy",
        "ModifyCluster",
        "ModifyClusterIamRoles",
        "ModifySnapshotCopyRetentionPeriod",
        "PauseCluster",
        "RebootCluster",
        "ResizeCluster",
        "RestoreFromClusterSnapshot",
        "ResumeCluster",
        "RotateEncryptionKey",
    }
)
OF_SNAPSHOTS = frozenset(
    {
        "BatchDeleteClusterSnapshots",
        "BatchModifyClusterSnapshots",
        "CopyClusterSnapshot",
        "DeleteClusterSnapshot",
        "ModifyClusterSnapshot",
        "RestoreFromClusterSnapshot",
    }
)
OF_TAGGED = frozenset({"CreateTags", "DeleteTags", "DescribeTags"})
NAMED = {
    "ParameterGroupName": "parametergroup",
    "ClusterSecurityGroupName": "securitygroup",
    "ClusterSubnetGroupName": "subnetgroup",
    "SnapshotCopyGrantName": "snapshotcopygrant",
}
"""Parameters that name the resource of the calls which are moto's own; and the resource's type."""


def demands(backend: RedshiftBackend, call: str, parameters: Parameters) -> Iterator[RequiredPermission]:
    """Everything that one call needs; what does not exist has no tags."""
    request = _request_context(parameters)
    resources = list(_resources(backend, call, parameters)) or [("*", [])]
    for arn, tags in resources:
        yield RequiredPermission(
            _action(call, parameters), arn, request | tags_context("aws:ResourceTag", tags)
        )
    if "FinalClusterSnapshotIdentifier" in parameters:
        final = _new_snapshot(backend, parameters, parameters["FinalClusterSnapshotIdentifier"])
        yield RequiredPermission("redshift:CreateClusterSnapshot", final, request)
    if parameters.get("Tags") and call != "CreateTags":
        for arn, _ in resources:
            yield RequiredPermission("redshift:CreateTags", arn, request)
    yield from _passed_roles(backend, call, parameters)


def _action(call: str, parameters: Parameters) -> str:
    if call == "ModifyLakehouseConfiguration":
        leaves = parameters.get("LakehouseRegistration") == "Deregister"
        return f"redshift:{'DeregisterNamespace' if leaves else 'RegisterNamespace'}"
    return f"redshift:{call}"


def _resources(backend: RedshiftBackend, call: str, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """ARNs with tags."""
    if call in OF_CLUSTERS:
        yield _cluster(backend, parameters.get("ClusterIdentifier", "*"))
    if call == "CreateClusterSnapshot":
        yield _new_snapshot(backend, parameters, parameters["SnapshotIdentifier"]), []
    if call in OF_SNAPSHOTS:
        for name, cluster in _named_snapshots(parameters):
            yield _snapshot(backend, name, cluster)
    if call in OF_TAGGED and "ResourceName" in parameters:
        yield parameters["ResourceName"], _tags(backend, parameters["ResourceName"])
    for name in NAMED.keys() & parameters.keys():
        if call not in OF_CLUSTERS:
            yield _arn(backend, NAMED[name], parameters[name]), []


def _cluster(backend: RedshiftBackend, identifier: str) -> tuple[str, Tags]:
    cluster = backend.clusters_by_id.get(identifier)
    return _arn(backend, "cluster", identifier), cluster.tags if cluster is not None else []


def _named_snapshots(parameters: Parameters) -> list[tuple[str, str | None]]:
    """The snapshots that a call names, each perhaps with its cluster."""
    if "SnapshotArn" in parameters:
        cluster, _, name = parameters["SnapshotArn"].rpartition(":")[2].partition("/")
        return [(name, cluster)]
    if "SnapshotIdentifierList" in parameters:
        return [(name, None) for name in parameters["SnapshotIdentifierList"]]
    if "SourceSnapshotIdentifier" in parameters:
        return [(parameters["SourceSnapshotIdentifier"], parameters.get("SourceSnapshotClusterIdentifier"))]
    named = parameters.get("Identifiers") or [parameters]
    return [(each.get("SnapshotIdentifier", "*"), each.get("SnapshotClusterIdentifier")) for each in named]


def _snapshot(backend: RedshiftBackend, name: str, cluster: str | None) -> tuple[str, Tags]:
    """``…:snapshot:CLUSTER/NAME``; a snapshot that exists says itself whose it is."""
    known = backend.snapshots_by_id.get(name.lower())
    if known is None:
        return _arn(backend, "snapshot", f"{cluster or '*'}/{name}"), []
    return _arn(backend, "snapshot", f"{known.source['ClusterIdentifier']}/{name}"), known.tags


def _new_snapshot(backend: RedshiftBackend, parameters: Parameters, name: str) -> str:
    return _arn(backend, "snapshot", f"{parameters['ClusterIdentifier']}/{name}")


def _tags(backend: RedshiftBackend, arn: str) -> Tags:
    _, is_cluster, identifier = arn.partition(":cluster:")
    if is_cluster:
        return _cluster(backend, identifier)[1]
    return next((resource.tags for resource in backend.taggable() if resource.arn == arn), [])


def _arn(backend: RedshiftBackend, kind: str, name: str) -> str:
    return f"arn:aws:redshift:{backend.region_name}:{backend.account_id}:{kind}:{name}"


def _request_context(parameters: Parameters) -> RequestContext:
    """``aws:RequestTag/…`` and ``aws:TagKeys``."""
    tags = parameters.get("Tags") or []
    keys = [tag["Key"] for tag in tags] or list(parameters.get("TagKeys") or [])
    context = tags_context("aws:RequestTag", tags)
    return context | ({"aws:tagkeys": tuple(keys)} if keys else {})


def _passed_roles(
    backend: RedshiftBackend, call: str, parameters: Parameters
) -> Iterator[RequiredPermission]:
    """iam:PassRole on each role that Redshift is handed."""
    if call not in OF_CLUSTERS:
        return
    cluster, _ = _cluster(backend, parameters.get("ClusterIdentifier", "*"))
    for role in parameters.get("AddIamRoles") or parameters.get("IamRoles") or []:
        tags = role_tags(role)
        context = tags_context("aws:ResourceTag", tags) | tags_context("iam:ResourceTag", tags)
        context |= {"iam:passedtoservice": (SERVICE,), "iam:associatedresourcearn": (cluster,)}
        yield RequiredPermission("iam:PassRole", role, context)
