"""Parameters of CreateCluster and RestoreFromClusterSnapshot that the cluster shows and nothing else uses."""

from typing import Any

from local.redshift.state.backend import RedshiftBackend

AS_GIVEN = (
    "ClusterSubnetGroupName",
    "AvailabilityZone",
    "PubliclyAccessible",
    "EnhancedVpcRouting",
    "AllowVersionUpgrade",
    "MaintenanceTrackName",
    "MasterPasswordSecretKmsKeyId",
)
"""Parameters that become members of the API's Cluster shape under their own names."""


DEFAULT_GROUP = "default"
"""The subnet group of clusters for which none was named; it always exists."""


def members_from_parameters(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Network, groups and password of a cluster, as members of the API's Cluster shape.

    Raises:
        RedshiftError: No such subnet group or parameter group.
    """
    members = {name: parameters[name] for name in AS_GIVEN if name in parameters}
    return members | _groups(backend, parameters) | _extras(backend, parameters)


def _groups(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    subnet_group = parameters.get("ClusterSubnetGroupName")
    if subnet_group not in {None, DEFAULT_GROUP}:
        members["VpcId"] = backend.describe_cluster_subnet_groups(subnet_group)[0].vpc_id
    parameter_group = parameters.get("ClusterParameterGroupName")
    if parameter_group is not None:
        backend.describe_cluster_parameter_groups(parameter_group)
        status = {"ParameterGroupName": parameter_group, "ParameterApplyStatus": "in-sync"}
        members["ClusterParameterGroups"] = [status]
    security_groups = parameters.get("VpcSecurityGroupIds", [])
    if security_groups:
        statuses = [{"VpcSecurityGroupId": group, "Status": "active"} for group in security_groups]
        members["VpcSecurityGroups"] = statuses
    return members


def _extras(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if "MultiAZ" in parameters:
        members["MultiAZ"] = "Enabled" if parameters["MultiAZ"] else "Disabled"
    if parameters.get("ManageMasterPassword", False):
        owner = f"{backend.region_name}:{backend.account_id}"
        name = f"redshift!{parameters['ClusterIdentifier']}-{parameters['MasterUsername']}"
        members["MasterPasswordSecretArn"] = f"arn:aws:secretsmanager:{owner}:secret:{name}"
    return members
