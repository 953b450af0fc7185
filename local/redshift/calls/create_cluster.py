"""CreateCluster: a new cluster from the call's parameters."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.behavior.maintenance import MaintenanceWindow
from local.redshift.calls.cluster_members import members_from_parameters, present
from local.redshift.calls.modify_cluster_iam_roles import check_new_roles
from local.redshift.calls.snapshots import take_automated_snapshot
from local.redshift.errors import RedshiftError, invalid_combination, invalid_value
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.maintenance_events import schedule_maintenance_events
from local.redshift.state.operations import CREATE
from local.redshift.state.roles import ADDING, IN_SYNC
from local.redshift.state.tags import merge_tags
from local.redshift.validation import (
    check_automated_retention,
    check_cluster_identifier,
    check_database_name,
    check_manual_retention,
    check_node_type,
    check_nodes,
    check_password,
    check_user_name,
)

DEFAULT_WINDOW = "mon:03:00-mon:03:30"


@call("CreateCluster", resource=resources.cluster)
def create_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Create a cluster; it is `creating` for a while.

    Raises:
        RedshiftError: A parameter is not acceptable, or the identifier is taken.
    """
    now = backend.now()
    _check(parameters)
    check_identifier_is_free(backend, parameters["ClusterIdentifier"])
    cluster = build_cluster(backend, parameters, now)
    cluster.tags = merge_tags([], parameters.get("Tags", []))
    associate_initial_roles(backend, cluster, parameters, now)
    backend.clusters_by_id[cluster.identifier] = cluster
    cluster.begin(now, CREATE, lambda moment: _ready(backend, cluster, moment))
    cluster.lag = None
    return cluster_result(backend, cluster)


def check_identifier_is_free(backend: RedshiftBackend, identifier: str) -> None:
    """Refuse an identifier that a cluster has.

    Raises:
        RedshiftError: ``ClusterAlreadyExists``.
    """
    if identifier in backend.clusters_by_id:
        raise RedshiftError("ClusterAlreadyExists", "Cluster already exists")


def build_cluster(backend: RedshiftBackend, parameters: dict[str, Any], now: datetime) -> Cluster:
    """The cluster that the parameters describe, not yet part of the fleet."""
    return Cluster(
        identifier=parameters["ClusterIdentifier"],
        account_id=backend.account_id,
        region=backend.region_name,
        created=now,
        knobs=backend.knobs_of_new,
        timeline=backend.timeline,
        seed=backend.context.seed,
        node_type=parameters["NodeType"],
        nodes=check_nodes(parameters.get("ClusterType"), parameters.get("NumberOfNodes")),
        master_username=parameters["MasterUsername"],
        db_name=parameters.get("DBName", "dev"),
        port=parameters.get("Port", 5439),
        kms_key_id=backend.keys.usable(parameters.get("KmsKeyId")),
        names_no_key=parameters.get("KmsKeyId") is None,
        maintenance_window=parameters.get("PreferredMaintenanceWindow", DEFAULT_WINDOW).lower(),
        automated_retention=parameters.get("AutomatedSnapshotRetentionPeriod", 1),
        manual_retention=parameters.get("ManualSnapshotRetentionPeriod", -1),
        facts=present(members_from_parameters(backend, parameters, parameters["NodeType"])),
    )


def associate_initial_roles(
    backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any], now: datetime
) -> None:
    """Associate the roles that a cluster is created or restored with."""
    wanted, default = parameters.get("IamRoles", []), parameters.get("DefaultIamRoleArn") or None
    check_new_roles(backend, cluster, wanted, now)
    cluster.roles.associate(wanted, ADDING)
    cluster.roles.default = default
    if default is not None and default not in wanted:
        cluster.roles.associate([default], ADDING)


def _check(parameters: dict[str, Any]) -> None:
    check_cluster_identifier(parameters["ClusterIdentifier"])
    check_node_type(parameters["NodeType"])
    check_automated_retention(parameters.get("AutomatedSnapshotRetentionPeriod", 1), parameters["NodeType"])
    check_manual_retention(parameters.get("ManualSnapshotRetentionPeriod", -1))
    MaintenanceWindow.parse(parameters.get("PreferredMaintenanceWindow", DEFAULT_WINDOW))
    check_user_name(parameters["MasterUsername"])
    check_database_name(parameters.get("DBName", "dev"))
    if "MasterUserPassword" in parameters:
        check_password(parameters["MasterUserPassword"])
    managed = parameters.get("ManageMasterPassword", False)
    if managed == ("MasterUserPassword" in parameters):
        raise invalid_combination(
            "Either MasterUserPassword or ManageMasterPassword must be given, not both."
        )
    if parameters.get("Encrypted") is False:
        raise invalid_value("Encrypted can't be false: new clusters are always encrypted.")


def _ready(backend: RedshiftBackend, cluster: Cluster, moment: datetime) -> None:
    cluster.roles.associate(cluster.roles.statuses, IN_SYNC)
    backend.events.record("2000", cluster.identifier, moment)
    schedule_maintenance_events(backend, cluster, moment)
    take_automated_snapshot(backend, cluster, moment)
