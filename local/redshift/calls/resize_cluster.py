"""ResizeCluster, CancelResize and DescribeResize; ModifyCluster with other nodes comes here too."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.errors import STREAMING_RESTORE, RedshiftError, invalid_state
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import CANCELLING, CLASSIC, ELASTIC, IN_PROGRESS, SUCCEEDED, Cluster, Resize
from local.redshift.state.operations import CANCEL_RESIZE, RESIZE
from local.redshift.validation import check_node_type, check_nodes


@call("ResizeCluster", resource=resources.cluster)
def resize_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin a resize, an elastic one unless ``Classic`` is set.

    Raises:
        RedshiftError: Not now, or not to these nodes.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    if "NodeType" in parameters:
        check_node_type(parameters["NodeType"])
    target_nodes(cluster, parameters)
    cluster.require_ready(now)
    if now < cluster.streaming_until:
        raise invalid_state(STREAMING_RESTORE)
    begin_resize(backend, cluster, parameters, now, CLASSIC if parameters.get("Classic", False) else ELASTIC)
    return cluster_result(backend, cluster)


def target_nodes(cluster: Cluster, parameters: dict[str, Any]) -> int:
    """How many nodes a call asks for; as many as there are if it does not say.

    Raises:
        RedshiftError: A number that no cluster of the wanted type can have.
    """
    asked = parameters.get("NumberOfNodes", cluster.nodes if "ClusterType" not in parameters else None)
    return check_nodes(parameters.get("ClusterType"), asked)


def begin_resize(
    backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any], now: datetime, kind: str
) -> None:
    """Start the operation; the cluster has its new nodes when it is over."""
    nodes, node_type = target_nodes(cluster, parameters), parameters.get("NodeType", cluster.node_type)

    def finish(moment: datetime) -> None:
        cluster.nodes, cluster.node_type, cluster.pending = nodes, node_type, {}
        resize.status = SUCCEEDED
        backend.events.record("3002", cluster.identifier, moment)

    backend.events.record("2006", cluster.identifier, now)
    operation = cluster.begin(now, RESIZE, finish)
    cluster.resize = resize = Resize(kind, node_type, nodes, now, operation.ends)
    cluster.pending = {"NodeType": node_type, "NumberOfNodes": nodes}


@call("CancelResize", resource=resources.cluster)
def cancel_resize(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin to take a classic resize back; the cluster is `cancelling-resize`, then what it was.

    Raises:
        RedshiftError: ``ResizeNotFound``, none is under way; or ``UnsupportedOperation``, an elastic one
            (inferred: AWS's samples cancel classic ones).
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    resize = _resize(cluster)
    if resize.status != IN_PROGRESS:
        raise _resize_not_found_error(cluster)
    if resize.kind == ELASTIC:
        raise RedshiftError("UnsupportedOperation", "An elastic resize can't be cancelled.")

    def finish(_moment: datetime) -> None:
        cluster.pending, cluster.resize = {}, None

    operation = cluster.begin(now, CANCEL_RESIZE, finish)
    resize.status, resize.ends = CANCELLING, operation.ends
    return resize_view(cluster, now)


@call("DescribeResize", resource=resources.cluster)
def describe_resize(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The last resize of a cluster.

    Raises:
        RedshiftError: ``ResizeNotFound``; it was never resized, or the resize was cancelled.
    """
    now = backend.now()
    return resize_view(backend.cluster(parameters["ClusterIdentifier"]), now)


def resize_view(cluster: Cluster, now: datetime) -> dict[str, Any]:
    """The members of ResizeProgressMessage that say something here."""
    resize = _resize(cluster)
    until = now if resize.status != SUCCEEDED or resize.ends is None else resize.ends
    view = {
        "TargetNodeType": resize.node_type,
        "TargetNumberOfNodes": resize.nodes,
        "TargetClusterType": "single-node" if resize.nodes == 1 else "multi-node",
        "TargetEncryptionType": "KMS" if cluster.encrypted else "None",
        "ResizeType": resize.kind,
        "Status": resize.status,
        "ElapsedTimeInSeconds": int((until - resize.started).total_seconds()),
    }
    if resize.ends is not None and resize.status != CANCELLING:
        view["EstimatedTimeToCompletionInSeconds"] = int((resize.ends - until).total_seconds())
    return view


def _resize(cluster: Cluster) -> Resize:
    if cluster.resize is None:
        raise _resize_not_found_error(cluster)
    return cluster.resize


def _resize_not_found_error(cluster: Cluster) -> RedshiftError:
    return RedshiftError("ResizeNotFound", f"A resize operation for {cluster.identifier} is not found.")
