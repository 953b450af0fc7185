"""What nodes can be had: orderable options, configurations for a restore or a resize, and storage in use."""

import operator
from collections.abc import Callable
from typing import Any

from local.redshift.api import resources
from local.redshift.api.paging import page_in_order
from local.redshift.api.registry import call
from local.redshift.errors import invalid_combination, invalid_snapshot_state, invalid_value
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import MEGABYTES_PER_NODE
from local.redshift.state.inventory import Record, matching
from local.redshift.state.snapshots import AVAILABLE, MANUAL, RESTORABLE, Snapshot
from local.redshift.validation import NODE_TYPES

NODES_TO_TRY = (1, 2, 4, 8, 16)
NUMERIC = ("NumberOfNodes", "EstimatedDiskUtilizationPercent")
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "lt": operator.lt,
    "gt": operator.gt,
    "le": operator.le,
    "ge": operator.ge,
}


@call("DescribeOrderableClusterOptions", resource=resources.everything)
def describe_orderable_cluster_options(
    backend: RedshiftBackend, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Each node type that can be had, for one node and for several."""
    backend.now()
    zones = [{"Name": zone} for zone in backend.availability_zones()]
    options: list[Record] = [
        {"ClusterVersion": "1.0", "ClusterType": kind, "NodeType": node_type, "AvailabilityZones": zones}
        for node_type in NODE_TYPES
        for kind in ("single-node", "multi-node")
    ]
    found = matching(options, parameters, "ClusterVersion", "NodeType")
    shown, marker = page_in_order(parameters, found)
    return {"OrderableClusterOptions": shown, "Marker": marker}


@call("DescribeNodeConfigurationOptions", resource=resources.everything)
def describe_node_configuration_options(
    backend: RedshiftBackend, parameters: dict[str, Any]
) -> dict[str, Any]:
    """The configurations that can hold the data of a snapshot or a cluster; those that the filters leave.

    Raises:
        RedshiftError: No such snapshot or cluster, or the action's source is not given.
    """
    backend.now()
    size = _megabytes(backend, parameters)
    options = [
        {
            "NodeType": node_type,
            "NumberOfNodes": nodes,
            "EstimatedDiskUtilizationPercent": round(100 * size / (nodes * MEGABYTES_PER_NODE), 1),
            "Mode": "standard",
        }
        for node_type in RESTORABLE
        for nodes in NODES_TO_TRY
        if size <= nodes * MEGABYTES_PER_NODE
    ]
    filters = parameters.get("Filters", [])
    shown, marker = page_in_order(
        parameters, [option for option in options if all(_passes(option, each) for each in filters)]
    )
    return {"NodeConfigurationOptionList": shown, "Marker": marker}


@call("DescribeStorage", resource=resources.everything)
def describe_storage(backend: RedshiftBackend, _parameters: dict[str, Any]) -> dict[str, Any]:
    """What the backups of all clusters take, and what their nodes have."""
    backend.now()
    manual = [each.size for each in backend.snapshots_by_id.values() if each.kind == MANUAL]
    nodes = sum(cluster.nodes for cluster in backend.clusters_by_id.values())
    return {
        "TotalBackupSizeInMegaBytes": float(sum(manual)),
        "TotalProvisionedStorageInMegaBytes": float(nodes * MEGABYTES_PER_NODE),
    }


def _megabytes(backend: RedshiftBackend, parameters: dict[str, Any]) -> float:
    """How much data the source of the action has."""
    if parameters["ActionType"] == "restore-cluster":
        name, arn = parameters.get("SnapshotIdentifier"), parameters.get("SnapshotArn")
        if (name is None) == (arn is None):
            raise invalid_combination("Give either SnapshotIdentifier or SnapshotArn to restore from.")
        return _restorable(backend.snapshot(name or str(arn).rsplit("/", 1)[-1])).size
    if "ClusterIdentifier" not in parameters:
        raise invalid_combination("ClusterIdentifier must be given for this ActionType.")
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    return cluster.nodes * MEGABYTES_PER_NODE / 5


def _restorable(snapshot: Snapshot) -> Snapshot:
    if snapshot.status != AVAILABLE:
        raise invalid_snapshot_state(
            f"The snapshot {snapshot.identifier} is {snapshot.status}, not available."
        )
    return snapshot


def _passes(option: Record, given: dict[str, Any]) -> bool:
    name, comparison, values = given.get("Name"), given.get("Operator", "eq"), given.get("Values", [])
    if name is None or not values:
        raise invalid_value("A filter must have a Name and at least one of Values.")
    found = option[name]
    wanted = [_number(name, value) if name in NUMERIC else value for value in values]
    if comparison == "in":
        return found in wanted
    if comparison == "between":
        return bool(wanted[0] <= found <= wanted[-1])
    return OPERATORS[comparison](found, wanted[0])


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise invalid_value(f"The values of the filter {name} must be numbers. Found: {text!r}.") from error
