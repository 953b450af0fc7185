"""Subnet groups: moto keeps them; what AWS checks about them is checked here."""

from typing import Any

from moto.redshift.models import SubnetGroup

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.calls.group_deletion import GroupKind, delete_group
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.default_network import DEFAULT
from local.redshift.state.tags import merge_tags, selects

MOST_SUBNETS = 20
"""In a group; adjustable (Redshift Management Guide, quotas and limits)."""

KIND = GroupKind(
    DEFAULT,
    "InvalidClusterSubnetGroupStateFault",
    lambda cluster: [cluster.facts.get("ClusterSubnetGroupName", "")],
    RedshiftBackend.describe_cluster_subnet_groups,
    RedshiftBackend.delete_cluster_subnet_group,
)


@call("CreateClusterSubnetGroup", resource=resources.groups)
def create_cluster_subnet_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Create a subnet group.

    Raises:
        RedshiftError: The name is taken, a subnet does not exist, or there are too many.
    """
    backend.now()
    name = parameters["ClusterSubnetGroupName"].lower()
    if name in {DEFAULT, *backend.subnet_groups}:
        raise RedshiftError("ClusterSubnetGroupAlreadyExists", f"The subnet group {name} already exists.")
    _check_subnets(backend, parameters["SubnetIds"])
    tags = merge_tags([], parameters.get("Tags", []))
    group = backend.create_cluster_subnet_group(
        name, parameters["Description"], parameters["SubnetIds"], backend.region_name, tags
    )
    return {"ClusterSubnetGroup": _subnet_group_view(group)}


@call("ModifyClusterSubnetGroup", resource=resources.groups)
def modify_cluster_subnet_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Other subnets, and another description, for a subnet group.

    Raises:
        RedshiftError: No such group, a subnet does not exist, or there are too many.
    """
    backend.now()
    group = backend.describe_cluster_subnet_groups(parameters["ClusterSubnetGroupName"])[0]
    _check_subnets(backend, parameters["SubnetIds"])
    group.subnet_ids = parameters["SubnetIds"]
    group.description = parameters.get("Description", group.description)
    return {"ClusterSubnetGroup": _subnet_group_view(group)}


@call("DescribeClusterSubnetGroups", resource=resources.groups)
def describe_cluster_subnet_groups(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """All, the default one among them, or the one with a name.

    Raises:
        RedshiftError: ``ClusterSubnetGroupNotFoundFault``.
    """
    backend.now()
    name = parameters.get("ClusterSubnetGroupName")
    if name is not None:
        return {"ClusterSubnetGroups": [_subnet_group_view(backend.describe_cluster_subnet_groups(name)[0])]}
    groups = [group for group in backend.describe_cluster_subnet_groups() if selects(parameters, group.tags)]
    views = map(_subnet_group_view, groups)
    return page_result(parameters, "ClusterSubnetGroups", views, lambda view: view["ClusterSubnetGroupName"])


@call("DeleteClusterSubnetGroup", resource=resources.groups)
def delete_cluster_subnet_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    return delete_group(backend, KIND, parameters["ClusterSubnetGroupName"])


def _check_subnets(backend: RedshiftBackend, subnets: list[str]) -> None:
    if len(subnets) > MOST_SUBNETS:
        sentence = f"A subnet group can have up to {MOST_SUBNETS} subnets. Found: {len(subnets)}."
        raise RedshiftError("ClusterSubnetQuotaExceededFault", sentence)
    known = {subnet.id for subnet in backend.ec2_backend.describe_subnets()}
    missing = sorted(set(subnets) - known)
    if missing or not subnets:
        raise RedshiftError("InvalidSubnet", f"Subnet {missing} not found.")


def _subnet_group_view(group: SubnetGroup) -> dict[str, Any]:
    return {
        "ClusterSubnetGroupName": group.cluster_subnet_group_name,
        "Description": group.description,
        "VpcId": group.vpc_id,
        "SubnetGroupStatus": group.status,
        "Subnets": group.subnet_list,
        "Tags": group.tags,
        "SupportedClusterIpAddressTypes": ["ipv4"],
    }
