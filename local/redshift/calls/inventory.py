"""Calls that list what was declared of clusters and of the account: integrations, limits, reserved nodes."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.inventory import matching, require_match

ACCOUNT_ATTRIBUTES = {"max-defer-maintenance-duration": "45", "max-bulk-snapshot-operations": "100"}


@call("DescribeInboundIntegrations", resource=resources.everything)
def describe_inbound_integrations(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The zero-ETL integrations into a cluster."""
    backend.now()
    found = matching(backend.inventory.integrations, parameters, "IntegrationArn", "TargetArn")
    require_match(found, parameters, "IntegrationArn", "IntegrationNotFoundFault")
    return page_result(parameters, "InboundIntegrations", found, lambda record: record["IntegrationArn"])


@call("DescribeUsageLimits", resource=resources.everything)
def describe_usage_limits(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """By id, cluster or feature."""
    backend.now()
    if "ClusterIdentifier" in parameters:
        backend.cluster(parameters["ClusterIdentifier"])
    names = ("UsageLimitId", "ClusterIdentifier", "FeatureType")
    found = matching(backend.inventory.usage_limits, parameters, *names)
    return page_result(parameters, "UsageLimits", found, lambda record: record["UsageLimitId"])


@call("DescribeReservedNodes", resource=resources.everything)
def describe_reserved_nodes(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """All, or one by its id."""
    backend.now()
    found = matching(backend.inventory.reserved_nodes, parameters, "ReservedNodeId")
    require_match(found, parameters, "ReservedNodeId", "ReservedNodeNotFound")
    return page_result(parameters, "ReservedNodes", found, lambda record: record["ReservedNodeId"])


@call("DescribeAccountAttributes", resource=resources.everything)
def describe_account_attributes(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Those attributes that are the same for every account."""
    backend.now()
    asked = parameters.get("AttributeNames", ACCOUNT_ATTRIBUTES)
    attributes = [
        {"AttributeName": name, "AttributeValues": [{"AttributeValue": ACCOUNT_ATTRIBUTES[name]}]}
        for name in asked
        if name in ACCOUNT_ATTRIBUTES
    ]
    return {"AccountAttributes": attributes}
