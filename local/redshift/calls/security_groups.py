"""Cluster security groups, of the time before VPCs: moto keeps them."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.calls.group_deletion import is_used, refuse_deletion
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.tags import merge_tags

DEFAULT = "Default"
"""moto's name of the group that every account has."""


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
    """Delete a cluster security group that no cluster has.

    Raises:
        RedshiftError: No such group, the default one, or one in use.
    """
    backend.now()
    name = parameters["ClusterSecurityGroupName"]
    backend.describe_cluster_security_groups(name)
    used = is_used(backend, "ClusterSecurityGroups", "ClusterSecurityGroupName", name)
    refuse_deletion(name, DEFAULT, "InvalidClusterSecurityGroupState", used=used)
    backend.delete_cluster_security_group(name)
    return {}
