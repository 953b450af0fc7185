"""DescribeEndpointAccess and DescribeEndpointAuthorization: who reaches a cluster from another VPC."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import matching, require_match


@call("DescribeEndpointAccess", resource=resources.everything)
def describe_endpoint_access(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The managed endpoints of a cluster, an owner, or by name."""
    backend.now()
    if "ClusterIdentifier" in parameters:
        backend.cluster(parameters["ClusterIdentifier"])
    names = ("ClusterIdentifier", "ResourceOwner", "EndpointName")
    found = matching(backend.inventory.endpoints, parameters, *names)
    require_match(found, parameters, "EndpointName", "EndpointNotFound")
    return page_result(
        parameters,
        "EndpointAccessList",
        found,
        lambda record: f"{record['EndpointName']} {record['ClusterIdentifier']}",
    )


@call("DescribeEndpointAuthorization", resource=resources.everything)
def describe_endpoint_authorization(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The authorizations granted to an Account; those granted by it if Grantee is set."""
    backend.now()
    if "ClusterIdentifier" in parameters:
        backend.cluster(parameters["ClusterIdentifier"])
    found = matching(backend.inventory.endpoint_authorizations, parameters, "ClusterIdentifier")
    party = "Grantor" if parameters.get("Grantee", False) else "Grantee"
    account = parameters.get("Account")
    shown = [record for record in found if account in (None, record[party])]
    return page_result(
        parameters,
        "EndpointAuthorizationList",
        shown,
        lambda record: f"{record['ClusterIdentifier']} {record['Grantee']}",
    )
