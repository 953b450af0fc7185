"""What parameters of CreateCluster, ModifyCluster and RestoreFromClusterSnapshot make of a cluster.

Each parameter becomes members of the API's Cluster shape, or is refused as the API reference says. Those
that a call needs for more than that (nodes, encryption, retention, roles) are the calls' own.
"""

from collections.abc import Callable
from typing import Any

from local.redshift.calls.maintenance_tracks import check_track
from local.redshift.calls.network_members import availability_zone, elastic_ip, vpc_security_groups
from local.redshift.errors import RedshiftError, invalid_combination, invalid_value
from local.redshift.state.backend import RedshiftBackend
from local.redshift.validation import check_port

Parameters = dict[str, Any]
Members = dict[str, Any]

VERSION = "1.0"
IP_ADDRESS_TYPES = ("ipv4", "dualstack")

NOT_FOUND = {
    "HsmClientCertificateIdentifier": "HsmClientCertificateNotFoundFault",
    "HsmConfigurationIdentifier": "HsmConfigurationNotFoundFault",
    "RedshiftIdcApplicationArn": "RedshiftIdcApplicationNotExists",
    "ReservedNodeId": "ReservedNodeNotFound",
    "TargetReservedNodeOfferingId": "ReservedNodeOfferingNotFound",
}
"""Parameters that name what local AWS never has → the code of the refusal."""

WITHOUT_MEMBER = {
    "AdditionalInfo": "reserved",
    "AquaConfigurationStatus": "retired: it sets nothing",
    "LoadSampleData": "the data is there, no call shows it",
    "MasterUserPassword": "operations never return the password",
}
"""Parameters that are taken and that no member shows (AWS Redshift API reference, CreateCluster) → why."""


def members_from_parameters(backend: RedshiftBackend, parameters: Parameters, node_type: str) -> Members:
    """The members of the API's Cluster shape that parameters set.

    Raises:
        RedshiftError: A group, track or other named thing does not exist, or a value is ruled out.
    """
    for name, code in NOT_FOUND.items():
        if name in parameters:
            raise RedshiftError(code, f"{name} {parameters[name]} not found.")
    _check_together(parameters, node_type)
    members: Members = {name: parameters[name] for name in AS_GIVEN if name in parameters}
    for name, read in READERS.items():
        if name in parameters:
            members |= read(backend, parameters)
    return members


def present(members: Members) -> Members:
    """Members that have a value: a reader gives None for one that a cluster no longer has."""
    return {name: value for name, value in members.items() if value is not None}


def _check_together(parameters: Parameters, node_type: str) -> None:
    if "Port" in parameters:
        check_port(parameters["Port"], node_type)
    if "MasterPasswordSecretKmsKeyId" in parameters and not parameters.get("ManageMasterPassword", False):
        raise invalid_combination(
            "MasterPasswordSecretKmsKeyId can only be used if ManageMasterPassword is true."
        )
    if parameters.get("LoadSampleData", "true").lower() not in {"true", "false"}:
        raise invalid_value(f"LoadSampleData must be true or false. Found: {parameters['LoadSampleData']}.")
    if node_type.startswith("dc2") and (
        parameters.get("MultiAZ", False) or parameters.get("AvailabilityZoneRelocation", False)
    ):
        raise RedshiftError(
            "UnsupportedOperation", "Multi-AZ and Availability Zone relocation need RA3 or RG nodes."
        )


def _subnet_group(backend: RedshiftBackend, parameters: Parameters) -> Members:
    name = parameters["ClusterSubnetGroupName"]
    return {"ClusterSubnetGroupName": name, "VpcId": backend.describe_cluster_subnet_groups(name)[0].vpc_id}


def _parameter_group(backend: RedshiftBackend, parameters: Parameters) -> Members:
    name = parameters["ClusterParameterGroupName"]
    backend.describe_cluster_parameter_groups(name)
    return {"ClusterParameterGroups": [{"ParameterGroupName": name, "ParameterApplyStatus": "in-sync"}]}


def _security_groups(backend: RedshiftBackend, parameters: Parameters) -> Members:
    groups = parameters["ClusterSecurityGroups"]
    for group in groups:
        backend.describe_cluster_security_groups(group)
    statuses = [{"ClusterSecurityGroupName": group, "Status": "active"} for group in groups]
    return {"ClusterSecurityGroups": statuses}


def _track(_backend: RedshiftBackend, parameters: Parameters) -> Members:
    check_track(parameters["MaintenanceTrackName"])
    return {"MaintenanceTrackName": parameters["MaintenanceTrackName"]}


def _version(_backend: RedshiftBackend, parameters: Parameters) -> Members:
    if parameters["ClusterVersion"] != VERSION:
        raise invalid_value(
            f"ClusterVersion {parameters['ClusterVersion']} is not valid. Valid value: {VERSION}."
        )
    return {"ClusterVersion": VERSION}


def _ip_address_type(_backend: RedshiftBackend, parameters: Parameters) -> Members:
    kind = parameters["IpAddressType"]
    if kind not in IP_ADDRESS_TYPES:
        raise invalid_value(f"IpAddressType must be one of {', '.join(IP_ADDRESS_TYPES)}. Found: {kind}.")
    return {"IpAddressType": kind}


def _multi_az(_backend: RedshiftBackend, parameters: Parameters) -> Members:
    return {"MultiAZ": "Enabled" if parameters["MultiAZ"] else "Disabled"}


def _relocation(_backend: RedshiftBackend, parameters: Parameters) -> Members:
    enabled = parameters["AvailabilityZoneRelocation"]
    return {"AvailabilityZoneRelocationStatus": "enabled" if enabled else "disabled"}


def _managed_password(backend: RedshiftBackend, parameters: Parameters) -> Members:
    if not parameters["ManageMasterPassword"]:
        return {"MasterPasswordSecretArn": None, "MasterPasswordSecretKmsKeyId": None}
    owner = f"{backend.region_name}:{backend.account_id}"
    name = f"redshift!{parameters['ClusterIdentifier']}-{parameters['MasterUsername']}"
    members = {"MasterPasswordSecretArn": f"arn:aws:secretsmanager:{owner}:secret:{name}"}
    key = parameters.get("MasterPasswordSecretKmsKeyId")
    if key:
        backend.keys.usable(key, "MasterPasswordSecretKmsKeyId")
        members["MasterPasswordSecretKmsKeyId"] = key
    return members


def _catalog(backend: RedshiftBackend, parameters: Parameters) -> Members:
    owner = f"{backend.region_name}:{backend.account_id}"
    return {"CatalogArn": f"arn:aws:glue:{owner}:catalog/{parameters['CatalogName']}"}


def _extra_compute(_backend: RedshiftBackend, parameters: Parameters) -> Members:
    given = parameters["ExtraComputeForAutomaticOptimization"]
    return {"ExtraComputeForAutomaticOptimization": "true" if given else "false"}


def _snapshot_schedule(backend: RedshiftBackend, parameters: Parameters) -> Members:
    name = parameters["SnapshotScheduleIdentifier"]
    backend.snapshot_schedule(name)
    return {"SnapshotScheduleIdentifier": name, "SnapshotScheduleState": "ACTIVE"}


AS_GIVEN = ("PubliclyAccessible", "EnhancedVpcRouting", "AllowVersionUpgrade")
READERS: dict[str, Callable[[RedshiftBackend, Parameters], Members]] = {
    "AvailabilityZone": availability_zone,
    "AvailabilityZoneRelocation": _relocation,
    "CatalogName": _catalog,
    "ClusterParameterGroupName": _parameter_group,
    "ClusterSecurityGroups": _security_groups,
    "ClusterSubnetGroupName": _subnet_group,
    "ClusterVersion": _version,
    "ElasticIp": elastic_ip,
    "ExtraComputeForAutomaticOptimization": _extra_compute,
    "IpAddressType": _ip_address_type,
    "MaintenanceTrackName": _track,
    "ManageMasterPassword": _managed_password,
    "MultiAZ": _multi_az,
    "SnapshotScheduleIdentifier": _snapshot_schedule,
    "VpcSecurityGroupIds": vpc_security_groups,
}
