"""The resources that IAM judges a call by: ARNs, each with the tags that it has.

Service Authorization Reference, Amazon Redshift: its table of actions says which resource types each has.
What does not exist has no tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.redshift.state.backend import RedshiftBackend

    Parameters = dict[str, Any]
    Tags = list[dict[str, str]]
    Resources = Callable[[RedshiftBackend, Parameters], Iterator[tuple[str, Tags]]]

NAMED_GROUPS = {
    "ParameterGroupName": "parametergroup",
    "ClusterSecurityGroupName": "securitygroup",
    "ClusterSubnetGroupName": "subnetgroup",
    "SnapshotCopyGrantName": "snapshotcopygrant",
}
"""Parameters that name a resource which moto keeps; and the resource's type."""


def everything(_backend: RedshiftBackend, _parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """``*``, for actions without a resource type."""
    yield "*", []


def cluster(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The named cluster; all of them (``cluster:*``) for a DescribeClusters that names none."""
    yield _cluster(backend, parameters.get("ClusterIdentifier", "*"))


def new_snapshot(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The snapshot that the call would take, final ones included."""
    name = parameters.get("FinalClusterSnapshotIdentifier") or parameters["SnapshotIdentifier"]
    yield _arn(backend, "snapshot", f"{parameters['ClusterIdentifier']}/{name}"), []


def snapshots(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """Every snapshot that the call names."""
    for name, of_cluster in _snapshot_names(parameters):
        yield _snapshot(backend, name, of_cluster)


def snapshot_and_cluster(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The cluster that a restore creates, and the snapshot that it reads."""
    yield from cluster(backend, parameters)
    yield from snapshots(backend, parameters)


def tag_target(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The resource whose tags the call is about; ``*`` where it names none."""
    arn = parameters.get("ResourceName", "*")
    yield arn, _tags(backend, arn)


def snapshot_schedule(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The named snapshot schedule; all of them (``snapshotschedule:*``) where none is named."""
    name = parameters.get("ScheduleIdentifier", "*")
    known = backend.snapshot_schedules.get(name)
    yield _arn(backend, "snapshotschedule", name), known.tags if known is not None else []


def event_subscription(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The named event subscription; all of them (``eventsubscription:*``) where none is named."""
    name = parameters.get("SubscriptionName", "*")
    known = backend.subscriptions.get(name)
    yield _arn(backend, "eventsubscription", name), known.tags if known is not None else []


def policy_target(_backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The namespace whose resource policy the call is about."""
    yield parameters["ResourceArn"], []


def groups(backend: RedshiftBackend, parameters: Parameters) -> Iterator[tuple[str, Tags]]:
    """The parameter, subnet or security group or the grant that a call of moto's names; else ``*``."""
    names = NAMED_GROUPS.keys() & parameters.keys()
    for name in names:
        yield _arn(backend, NAMED_GROUPS[name], parameters[name]), []
    if not names:
        yield "*", []


def _cluster(backend: RedshiftBackend, identifier: str) -> tuple[str, Tags]:
    found = backend.clusters_by_id.get(identifier)
    return _arn(backend, "cluster", identifier), found.tags if found is not None else []


def _snapshot_names(parameters: Parameters) -> list[tuple[str, str | None]]:
    """The names, each with the cluster that the call says it is of."""
    if "SnapshotArn" in parameters:
        of_cluster, _, name = parameters["SnapshotArn"].rpartition(":")[2].partition("/")
        return [(name, of_cluster)]
    if "SnapshotIdentifierList" in parameters:
        return [(name, None) for name in parameters["SnapshotIdentifierList"]]
    if "SourceSnapshotIdentifier" in parameters:
        return [(parameters["SourceSnapshotIdentifier"], parameters.get("SourceSnapshotClusterIdentifier"))]
    named = parameters.get("Identifiers") or [parameters]
    return [(each.get("SnapshotIdentifier", "*"), each.get("SnapshotClusterIdentifier")) for each in named]


def _snapshot(backend: RedshiftBackend, name: str, of_cluster: str | None) -> tuple[str, Tags]:
    """``…:snapshot:CLUSTER/NAME``; a snapshot that exists says itself whose it is."""
    known = backend.snapshots_by_id.get(name.lower())
    if known is None:
        return _arn(backend, "snapshot", f"{of_cluster or '*'}/{name}"), []
    return _arn(backend, "snapshot", f"{known.cluster_identifier}/{name}"), known.tags


def _tags(backend: RedshiftBackend, arn: str) -> Tags:
    _, is_cluster, identifier = arn.partition(":cluster:")
    if is_cluster:
        return _cluster(backend, identifier)[1]
    return next((resource.tags for resource in backend.taggable() if resource.arn == arn), [])


def _arn(backend: RedshiftBackend, kind: str, name: str) -> str:
    return f"arn:aws:redshift:{backend.region_name}:{backend.account_id}:{kind}:{name}"
