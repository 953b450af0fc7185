"""Cluster security groups, of the time before VPCs: moto keeps them."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.calls.group_deletion import GroupKind, delete_group, names_under
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.tags import merge_tags

DEFAULT = "Default"
"""moto's name of the group that every account has."""

KIND = GroupKind(
    DEFAULT,
    "InvalidClusterSecurityGroupState",
    names_under("ClusterSecurityGroups", "ClusterSecurityGroupName"),
    RedshiftBackend.describe_cluster_security_groups,
    RedshiftBackend.delete_cluster_security_group,
)


@call("CreateClusterSecurityGroup", resource=resources.groups)
def create_cluster_security_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Create a cluster security group.

    Raises:
        RedshiftError: The name is taken.
    """
    backend.now()
    name = parameters["ClusterSecurityGroupName"]
    if name.lower() in {known.lower() for known in backend.security_groups}:
        sentence = f"The cluster security group {name} already exists."
        raise RedshiftError("ClusterSecurityGroupAlreadyExists", sentence)
    tags = merge_tags([], parameters.get("Tags", []))
    group = backend.create_cluster_security_group(name, parameters["Description"], tags)
    view = {"ClusterSecurityGroupName": name, "Description": group.description, "Tags": group.tags}
    return {"ClusterSecurityGroup": view | {"EC2SecurityGroups": [], "IPRanges": []}}


@call("DeleteClusterSecurityGroup", resource=resources.groups)
def delete_cluster_security_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    return delete_group(backend, KIND, parameters["ClusterSecurityGroupName"])
