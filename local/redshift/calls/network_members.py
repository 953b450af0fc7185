"""What of the account's EC2 a cluster is to have: its Availability Zone, security groups, Elastic IP address.

Each has to be there, as EC2 of local AWS knows it.
"""

from typing import Any

from local.redshift.errors import RedshiftError, invalid_combination, invalid_value
from local.redshift.state.backend import RedshiftBackend

Parameters = dict[str, Any]
Members = dict[str, Any]


def availability_zone(backend: RedshiftBackend, parameters: Parameters) -> Members:
    zone = parameters["AvailabilityZone"]
    if zone not in backend.availability_zones():
        raise invalid_value(
            f"AvailabilityZone {zone} is not in {backend.region_name}, the Region of the endpoint: "
            f"{', '.join(backend.availability_zones())}."
        )
    return {"AvailabilityZone": zone}


def vpc_security_groups(backend: RedshiftBackend, parameters: Parameters) -> Members:
    groups = parameters["VpcSecurityGroupIds"]
    for group in groups:
        if backend.ec2_backend.get_security_group_from_id(group) is None:
            raise invalid_value(f"VpcSecurityGroupIds: the security group {group} does not exist.")
    return {"VpcSecurityGroups": [{"VpcSecurityGroupId": group, "Status": "active"} for group in groups]}


def elastic_ip(backend: RedshiftBackend, parameters: Parameters) -> Members:
    """The address, which has to be allocated, and used by nothing else."""
    address = parameters["ElasticIp"]
    if not parameters.get("PubliclyAccessible", False):
        raise _invalid_address("ElasticIp can only be given to a cluster that is publicly accessible.")
    if parameters.get("AvailabilityZoneRelocation", False):
        raise invalid_combination("ElasticIp can't be given if AvailabilityZoneRelocation is turned on.")
    found = [
        each for each in backend.ec2_backend.addresses if address in (each.public_ip, each.allocation_id)
    ]
    if not found:
        raise _invalid_address(f"The Elastic IP (EIP) {address} is invalid or cannot be found.")
    if found[0].association_id or _holder(backend, address) not in (
        None,
        parameters["ClusterIdentifier"],
    ):
        raise _invalid_address(f"The Elastic IP (EIP) {address} is in use.")
    return {"ElasticIpStatus": {"ElasticIp": address, "Status": "active"}}


def _invalid_address(sentence: str) -> RedshiftError:
    return RedshiftError("InvalidElasticIpFault", sentence)


def _holder(backend: RedshiftBackend, address: str) -> str | None:
    """The cluster that has an address."""
    for cluster in backend.clusters_by_id.values():
        if cluster.facts.get("ElasticIpStatus", {}).get("ElasticIp") == address:
            return cluster.identifier
    return None
